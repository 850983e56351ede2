"""Fetching a model: verified and whole, or the directory stays as it was."""

import fcntl
import hashlib
import json
import stat
from pathlib import Path

import pytest

from ivr.fetching.place import RECORD
from ivr.recognition.choice import chosen
from ivr.recognition.files import ModelError, check_files
from ivr.recognition.install import fetch_model
from ivr.recognition.official import MODELS
from ivr.recognition.unpacked_files import FAMILY_TAIL_SECONDS
from tests.fetching.client import zipped
from tests.fetching.file_server import FileServer
from tests.recognition.fetching import LARGE, SMALL, Fetcher


def test_a_model_is_fetched_verified_and_installed(fetcher: Fetcher) -> None:
    installed = fetcher()
    assert installed.directory == fetcher.models / SMALL.folder
    assert installed.vouched == "given"
    check_files(installed.directory)
    assert fetcher.left == {SMALL.folder}
    total = len(fetcher.server.content)
    assert fetcher.progress[-1] == (total, total)
    record = json.loads((installed.directory / RECORD).read_text())
    assert record == {"url": fetcher.server.url(), "sha256": installed.sha256}
    assert chosen(None, fetcher.models) == installed.directory
    assert stat.S_IMODE(installed.directory.stat().st_mode) == 0o755


def test_a_partial_file_of_other_content_is_refused_by_its_hash(fetcher: Fetcher) -> None:
    fetcher.models.mkdir()
    (fetcher.models / f".{SMALL.folder}.zip.part").write_bytes(b"x" * 1000)
    with pytest.raises(ModelError, match="is not the expected file"):
        fetcher()
    assert fetcher.left == set(), "and the next one begins anew"
    fetcher()


def test_a_file_of_another_length_than_the_pinned_one_is_refused(fetcher: Fetcher) -> None:
    with pytest.raises(ModelError, match="it is another file"):
        fetcher(sha256="")
    assert fetcher.left == set()


def test_a_hash_other_than_the_given_one_is_refused(fetcher: Fetcher) -> None:
    with pytest.raises(ModelError, match=r"given: 0000.*if the maker has changed it"):
        fetcher(sha256="0" * 64)
    assert fetcher.left == set()


def test_a_local_zip_is_installed_when_its_hash_is_given(content: bytes, tmp_path: Path) -> None:
    own = tmp_path / "own.zip"
    own.write_bytes(content)
    models, digest = tmp_path / "models", hashlib.sha256(content).hexdigest()
    with pytest.raises(ModelError, match="pinned"):
        fetch_model(SMALL.packed, models, lambda have, total: None, source=str(own))
    fetch_model(SMALL.packed, models, lambda have, total: None, source=str(own), sha256=digest)
    check_files(models / SMALL.folder)
    assert own.exists()
    with pytest.raises(ModelError, match="there is no file"):
        fetch_model(
            SMALL.packed, models, lambda have, total: None, source=str(tmp_path / "none.zip")
        )


def test_a_model_without_a_known_hash_must_keep_its_first_one(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    """The first one is recorded, another one afterwards is refused; never over plain HTTP."""
    large = {name.replace(SMALL.folder, LARGE.folder): octets for name, octets in files.items()}
    own, models = tmp_path / "own.zip", tmp_path / "models"
    own.write_bytes(zipped(large))
    with pytest.raises(ModelError, match="not protected against forgery"):
        fetch_model(
            LARGE.packed, models, lambda have, total: None, source="http://127.0.0.1:9/model.zip"
        )
    assert (
        fetch_model(LARGE.packed, models, lambda *_: None, source=str(own)).vouched == "first seen"
    )
    assert (
        fetch_model(LARGE.packed, models, lambda *_: None, source=str(own)).vouched == "as before"
    )
    own.write_bytes(zipped({**large, f"{LARGE.folder}/README": b"changed"}))
    with pytest.raises(ModelError, match="as before"):
        fetch_model(LARGE.packed, models, lambda *_: None, source=str(own))
    given = hashlib.sha256(own.read_bytes()).hexdigest()
    assert (
        fetch_model(LARGE.packed, models, lambda *_: None, source=str(own), sha256=given).vouched
        == "given"
    )


@pytest.mark.parametrize(
    ("name", "kept", "told"),
    [
        ("am/final.mdl", 0.0, "am/final.mdl is empty"),
        ("graph/HCLG.fst", 0.5, "HCLG.fst is cut off"),
    ],
)
def test_a_zip_without_a_whole_model_leaves_the_installed_one_as_it_was(
    fetcher: Fetcher, files: dict[str, bytes], tmp_path: Path, name: str, kept: float, told: str
) -> None:
    fetcher()
    before = {path: path.read_bytes() for path in fetcher.models.rglob("*") if path.is_file()}
    whole = files[f"{SMALL.folder}/{name}"]
    spoilt = files | {f"{SMALL.folder}/{name}": whole[: int(kept * len(whole))]}
    own = tmp_path / "own.zip"
    own.write_bytes(zipped(spoilt))
    digest = hashlib.sha256(own.read_bytes()).hexdigest()
    with pytest.raises(ModelError, match=told):
        fetch_model(SMALL.packed, fetcher.models, lambda *_: None, source=str(own), sha256=digest)
    after = {path: path.read_bytes() for path in fetcher.models.rglob("*") if path.is_file()}
    assert after == before


def test_a_second_fetch_at_the_same_time_is_refused(fetcher: Fetcher) -> None:
    fetcher.models.mkdir()
    with (fetcher.models / f".{SMALL.folder}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ModelError, match="another `ivr models fetch` is running"):
            fetcher()
    fetcher()


def test_a_directory_that_cannot_be_written_is_reported(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file stands where the directory should be")
    with pytest.raises(ModelError, match=r"make room or correct recognition\.models"):
        fetch_model(
            SMALL.packed, tmp_path / "models", lambda *_: None, source=server.url(), sha256="0" * 64
        )


def test_a_full_disk_is_reported_before_the_download(
    fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.fetching.place.shutil.disk_usage", lambda path: _Usage(10**6))
    with pytest.raises(ModelError, match=r"less than 0\.2 GB free: make room"):
        fetcher()
    assert fetcher.server.requests == []


class _Usage:
    def __init__(self, free: int) -> None:
        self.free = free


def test_the_table_of_models_is_consistent() -> None:
    for name, model in MODELS.items():
        packed = model.packed
        assert name == model.name
        assert all(url.startswith("https://") for url in packed.urls)
        assert (not packed.sha256) == (packed.octets is None)
        assert packed.sha256 or len(packed.urls) == 1, "a mirror is trusted by the hash alone"
        assert packed.room > 2 * (packed.octets or 0)
        assert model.manifest.licence
        assert model.manifest.published
        assert bool(model.guesser) == bool(model.manifest.guesses)
        if model.manifest.family != "vosk":
            assert model.manifest.tail_seconds == FAMILY_TAIL_SECONDS[model.manifest.family]
        if model.guesser:
            assert MODELS[model.guesser].manifest.streaming
            assert not MODELS[model.guesser].guesser


def test_the_small_model_is_preferred_and_the_large_one_only_on_request(tmp_path: Path) -> None:
    assert chosen(None, tmp_path) is None
    (tmp_path / LARGE.folder).mkdir()
    assert chosen(None, tmp_path) is None, "the large one only when it is asked for"
    (tmp_path / SMALL.folder).mkdir()
    assert chosen(None, tmp_path) == tmp_path / SMALL.folder
    assert chosen(tmp_path / "own", tmp_path) == tmp_path / "own"
