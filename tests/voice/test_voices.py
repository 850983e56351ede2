"""The table of voices, and the descriptions of those that were fetched."""

from pathlib import Path

import pytest

from ivr.voice import VoiceError
from ivr.voice.voice_archives import VOICE_ARCHIVES
from ivr.voice.voices import (
    KNOWN_VOICES,
    VOICE_FILE,
    InstalledVoice,
    installed,
    installed_names,
    read_voice,
    voices_directory,
)

OURS = InstalledVoice("ours", "sherpa", "kokoro", {"model": "m", "lexicon": "a,b"})


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the directory of a whole voice, below the directory of voices."""
    monkeypatch.setenv("IVR_VOICES", str(tmp_path))
    place = tmp_path / "ours"
    place.mkdir()
    for name in ("m", "a", "b"):
        (place / name).touch()
    OURS.write(place)
    return place


def test_an_installed_voice_is_found_and_read(place: Path) -> None:
    (place.parent / ".draft").mkdir()
    assert list(installed_names()) == ["ours"]
    assert installed("ours") == place
    assert read_voice(place) == OURS


@pytest.mark.parametrize(
    ("spoilt", "content", "told"),
    [
        ("b", None, r"\(b is missing\): run `ivr voices fetch"),
        (VOICE_FILE, None, r"\(voice.json: No such file"),
        (VOICE_FILE, "{", r"\(voice.json: Invalid JSON"),
        (VOICE_FILE, "{}", r"\(voice.json: name: Field required"),
    ],
)
def test_a_damaged_voice_is_told(place: Path, spoilt: str, content: str | None, told: str) -> None:
    (place / spoilt).unlink()
    if content is not None:
        (place / spoilt).write_text(content)
    with pytest.raises(VoiceError, match=told):
        read_voice(place)


def test_voices_lie_in_the_cache_unless_a_variable_names_another_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("IVR_VOICES", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert voices_directory() == tmp_path / "ivr" / "voices"
    assert list(installed_names()) == []
    monkeypatch.setenv("IVR_VOICES", "~/voices")
    assert voices_directory() == Path.home() / "voices"


def test_every_archive_belongs_to_a_known_voice_of_its_length() -> None:
    for name, archive in VOICE_ARCHIVES.items():
        assert KNOWN_VOICES[name].octets == archive.packed.octets
        assert f"`ivr voices fetch {name}`" in KNOWN_VOICES[name].how


def test_the_demonstration_voice_is_not_for_commercial_use() -> None:
    assert KNOWN_VOICES["baker"].commercial is False
    assert KNOWN_VOICES["melo"].commercial is True
