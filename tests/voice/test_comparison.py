"""Every voice of the machine speaks the same sentences; one that cannot says why."""

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.paths import SHARE
from ivr.voice import comparison
from ivr.voice.clip import Take
from ivr.voice.clip_cache import ClipCache
from ivr.voice.comparison import ComparedVoice, VoiceComparison, compare_voices
from ivr.voice.espeak import Espeak
from ivr.voice.voices import installed
from ivr.words.catalogue import Catalogue, Licence, Manifest
from ivr.words.wording import read_vocabulary
from tests.voice.rendered_sheet import Rendered
from tests.voice.toy_vits import LEXICON, write_toy_voice

pytestmark = pytest.mark.slow
VOCABULARY = read_vocabulary(SHARE)
GREETING, NUMBER = "greeting.ask", "system.number_check"
"""The trial sentences that the excerpt of the sheet has."""


@pytest.fixture
def voices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the directory of fetched voices, which is empty."""
    monkeypatch.setenv("IVR_VOICES", str(tmp_path / "voices"))
    (tmp_path / "voices").mkdir()
    return tmp_path / "voices"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> ClipCache:
    """Return a cache for all tests of this module, so that espeak speaks only once."""
    return ClipCache(tmp_path_factory.mktemp("clips"))


def compared(few: Rendered, cache: ClipCache, manifest: Manifest | None = None) -> VoiceComparison:
    catalogue = Catalogue.load(few.directory)
    if manifest is not None:
        catalogue = Catalogue(few.directory, manifest)
    return compare_voices(few.sheet, VOCABULARY, catalogue, cache, lambda done, of: None)


def by_name(found: VoiceComparison) -> dict[str, ComparedVoice]:
    return {voice.name: voice for voice in found.voices}


def lexicon(few: Rendered, also: str = "") -> dict[str, str]:
    """Return a lexicon for a toy voice: the greeting's characters and those of ``also``."""
    words = few.sheet["greeting"].say["ask"] + also
    return LEXICON | {sign: "n i" for sign in words if "一" <= sign <= "龥"} | {"q": "k o"}


def test_baker_and_espeak_speak_beside_a_voice_that_cannot(
    few: Rendered, tmp_path: Path, cache: ClipCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    baker = installed("baker")
    if baker is None:
        pytest.fail("the voice is not here: run `ivr voices fetch baker`")
    voices = tmp_path / "voices"
    shutil.copytree(baker, voices / "baker")
    (voices / "broken").mkdir()
    (voices / "broken" / "voice.json").write_text("{", encoding="utf-8")
    monkeypatch.setenv("IVR_VOICES", str(voices))
    found = by_name(compared(few, cache))
    assert list(found) == ["baker", "espeak", "broken"]
    for name in ("espeak", "baker"):
        assert set(found[name].sentences) == {GREETING, NUMBER}
        for sentence in found[name].sentences.values():
            assert 2.0 < len(sentence.alaw) / 8000 < 10.0
            assert sentence.failure == ""
    assert found["baker"].in_use
    assert found["baker"].licence.commercial is False
    assert "ivr voices fetch broken --again" in found["broken"].failure
    assert found["broken"].sentences == {}


def test_a_second_comparison_speaks_nothing(few: Rendered, voices: Path, cache: ClipCache) -> None:
    first = compared(few, cache)
    assert first == compared(few, cache)  # espeak itself never gives the same samples twice
    assert first.left_out


def test_a_character_without_a_reading_fails_one_sentence(
    few: Rendered, voices: Path, cache: ClipCache
) -> None:
    write_toy_voice(voices / "toy", name="toy", lexicon=lexicon(few))
    toy = by_name(compared(few, cache))["toy"]
    assert (toy.licence, toy.failure) == (Licence("MIT", True), "")
    assert toy.sentences[GREETING].alaw
    assert toy.sentences[NUMBER].alaw == b""
    assert "no reading" in toy.sentences[NUMBER].failure


def test_a_voice_that_the_library_refuses_gives_a_reason(
    few: Rendered, voices: Path, cache: ClipCache
) -> None:
    words = few.sheet["system"].say["number_check"] + "零幺二三四五六七八九"
    write_toy_voice(voices / "toy", name="sad", without="sample_rate", lexicon=lexicon(few, words))
    found = by_name(compared(few, cache))
    assert "sherpa-onnx failed" in found["toy"].failure
    assert found["espeak"].failure == ""


class _Dying(Espeak):
    """An engine that ends its process."""

    @property
    def voice(self) -> str:
        return "dying"

    def prepare(self, takes: Sequence[Take], progress: Callable[[int, int], None]) -> None:
        os._exit(9)


def test_a_process_that_ends_early_is_a_reason(
    few: Rendered, voices: Path, cache: ClipCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "engine_from", lambda options, sheet: (_Dying(), None))
    espeak = by_name(compared(few, cache))["espeak"]
    assert "the process of the voice dying ended early" in espeak.failure


def test_the_rendered_prompts_are_a_voice_of_their_own(
    few: Rendered, voices: Path, cache: ClipCache
) -> None:
    manifest = Catalogue.load(few.directory).manifest
    licence = Licence("by contract", True)
    by_a_person = replace(manifest, engine="files", voice="a person", licence=licence)
    first, second = compared(few, cache, by_a_person).voices
    assert (first.engine, first.in_use) == ("files · a person", True)
    assert first.licence == licence
    assert (second.name, second.in_use) == ("espeak", False)
    assert first.sentences[GREETING].alaw == few.files()["zh/ivr/greeting-ask.alaw"]
    assert first.sentences[NUMBER].text != second.sentences[NUMBER].text  # it has few digits
