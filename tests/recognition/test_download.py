"""Models over real HTTP, from a server that misbehaves: whole and verified, or not at all."""

import fcntl
import hashlib
import io
import json
import random
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ivr.recognition import download, install, unpack
from ivr.recognition.choice import chosen
from ivr.recognition.files import ModelError, check_files
from ivr.recognition.install import InstalledModel, fetch_model
from ivr.recognition.official import MODELS
from tests.recognition.model_server import ModelServer, serving

SMALL, LARGE = MODELS["small"], MODELS["large"]


def zipped(files: dict[str, bytes], *, mode: int = stat.S_IFREG | 0o644) -> bytes:
    """A zip of these files."""
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return octets.getvalue()


@pytest.fixture(scope="module")
def files(tiny: Path) -> dict[str, bytes]:
    """What looks like a whole model, under the small one's name; a megabyte when packed."""
    parts = {
        str(path.relative_to(tiny)): path.read_bytes()
        for path in sorted(tiny.rglob("*"))
        if path.is_file() and path.name != "final.mdl"
    }
    noise = random.Random(1).randbytes(1_000_000)
    parts["am/final.mdl"] = b"<TransitionModel>" + noise
    return {f"{SMALL.folder}/{name}": octets for name, octets in parts.items()}


@pytest.fixture(scope="module")
def content(files: dict[str, bytes]) -> bytes:
    return zipped(files)


@pytest.fixture
def server(content: bytes) -> Iterator[ModelServer]:
    with serving(content) as server:
        yield server


class Fetcher:
    """Fetches the small model from a server, and remembers what it was told."""

    def __init__(self, server: ModelServer, models: Path) -> None:
        self.server, self.models = server, models
        self.pauses: list[float] = []
        self.progress: list[tuple[int, int | None]] = []

    def __call__(self, sha256: str | None = None, path: str = "model.zip") -> InstalledModel:
        pauses = self.pauses

        class Impatient(download.Download):
            def __init__(self, url: str, part: Path, octets: int | None) -> None:
                super().__init__(url, part, octets, timeout=0.5, sleep=pauses.append)

        if sha256 is None:
            sha256 = hashlib.sha256(self.server.content).hexdigest()
        return fetch_model(
            SMALL,
            self.models,
            lambda have, total: self.progress.append((have, total)),
            source=self.server.url(path),
            sha256=sha256,
            download=Impatient,
        )

    @property
    def left(self) -> set[str]:
        """What is in the directory."""
        return {path.name for path in self.models.iterdir()} - {f".{SMALL.folder}.lock"}


@pytest.fixture
def fetcher(server: ModelServer, tmp_path: Path) -> Fetcher:
    return Fetcher(server, tmp_path / "models")


def test_a_model_is_fetched_verified_and_put_in_its_place(fetcher: Fetcher) -> None:
    installed = fetcher()
    assert installed.directory == fetcher.models / SMALL.folder
    assert installed.vouched == "given"
    check_files(installed.directory)
    assert fetcher.left == {SMALL.folder}
    total = len(fetcher.server.content)
    assert fetcher.progress[-1] == (total, total)
    record = json.loads((installed.directory / install.RECORD).read_text())
    assert record == {"url": fetcher.server.url(), "sha256": installed.sha256}
    assert chosen(None, fetcher.models) == installed.directory
    assert stat.S_IMODE(installed.directory.stat().st_mode) == 0o755


def test_it_goes_on_where_the_connection_ended(fetcher: Fetcher) -> None:
    fetcher.server.cut_after = [400_000, 300_000]
    fetcher()
    assert [asked for _, asked in fetcher.server.requests] == ["", "bytes=400000-", "bytes=700000-"]
    assert fetcher.pauses == [1.0, 1.0]


def test_it_goes_on_the_next_time(fetcher: Fetcher) -> None:
    fetcher.server.cut_after = [100_000] + [0] * 10
    with pytest.raises(ModelError, match="try again later, which goes on where this stopped"):
        fetcher()
    assert f".{SMALL.folder}.zip.part" in fetcher.left
    assert SMALL.folder not in fetcher.left
    fetcher.server.cut_after = []
    fetcher.server.requests.clear()
    fetcher()
    assert [asked for _, asked in fetcher.server.requests] == ["bytes=100000-"]
    assert fetcher.left == {SMALL.folder}


def test_a_server_that_cannot_go_on_begins_anew(fetcher: Fetcher) -> None:
    fetcher.server.ranges = False
    fetcher.server.cut_after = [400_000]
    fetcher()
    assert len(fetcher.server.requests) == 2


def test_a_file_that_has_changed_meanwhile_is_fetched_from_its_beginning(fetcher: Fetcher) -> None:
    fetcher.server.cut_after = [100_000] + [0] * 10
    with pytest.raises(ModelError):
        fetcher()
    fetcher.server.cut_after = []
    fetcher.server.version = '"two"'
    fetcher()
    assert fetcher.left == {SMALL.folder}


def test_a_part_that_is_longer_than_the_file_is_thrown_away(fetcher: Fetcher) -> None:
    fetcher.models.mkdir()
    part = fetcher.models / f".{SMALL.folder}.zip.part"
    part.write_bytes(b"x" * (len(fetcher.server.content) + 1))
    fetcher()
    assert [bool(asked) for _, asked in fetcher.server.requests] == [True, False]


def test_a_part_of_another_file_is_noticed_by_the_hash(fetcher: Fetcher) -> None:
    fetcher.models.mkdir()
    (fetcher.models / f".{SMALL.folder}.zip.part").write_bytes(b"x" * 1000)
    with pytest.raises(ModelError, match="is not the file it should be"):
        fetcher()
    assert fetcher.left == set(), "and the next one begins anew"
    fetcher()


def test_a_server_that_falls_silent_is_asked_again(fetcher: Fetcher) -> None:
    fetcher.server.silent_after = [100_000]
    fetcher()
    assert fetcher.server.requests[1][1] == "bytes=100000-"


def test_a_server_without_lengths_is_believed_to_its_end(fetcher: Fetcher) -> None:
    fetcher.server.chunked = True
    fetcher()
    assert fetcher.progress[-1] == (len(fetcher.server.content), None)


def test_lengths_that_are_never_reached_are_an_error(fetcher: Fetcher) -> None:
    fetcher.server.lies_about_length = 10
    fetcher.server.ranges = False
    with pytest.raises(ModelError, match="the connection ended after"):
        fetcher()


@pytest.mark.parametrize("status", [403, 404, 410])
def test_what_will_not_change_is_said_at_once(fetcher: Fetcher, status: int) -> None:
    fetcher.server.answers = [(status, {})]
    with pytest.raises(ModelError, match=f"answers {status} .*give a mirror or a file with --from"):
        fetcher()
    assert fetcher.pauses == []


def test_a_busy_server_is_given_the_time_it_asks_for(fetcher: Fetcher) -> None:
    busy = [(503, {"Retry-After": "7"}), (503, {}), (429, {"Retry-After": "86400"})]
    fetcher.server.answers = list(busy)
    fetcher()
    assert fetcher.pauses == [7.0, 2.0, download.LONGEST_PAUSE_SECONDS]
    fetcher.server.answers = [(503, {})] * download.DOWNLOAD_ATTEMPTS
    with pytest.raises(ModelError, match="503 Service Unavailable"):
        fetcher()


def test_redirects_are_followed(fetcher: Fetcher) -> None:
    fetcher.server.answers = [(302, {"Location": "/elsewhere.zip"})]
    fetcher()
    assert [path for path, _ in fetcher.server.requests] == ["/model.zip", "/elsewhere.zip"]


def test_a_redirect_that_gives_up_tls_is_not_followed() -> None:
    import urllib.request

    secure = urllib.request.Request("https://example.org/model.zip")
    with pytest.raises(download.DownloadError, match="anybody can forge"):
        download._NoDowngrade().redirect_request(secure, None, 302, "", {}, "http://example.org/")


def test_endless_redirects_end(fetcher: Fetcher) -> None:
    fetcher.server.answers = [(302, {"Location": "/again"})] * 50
    with pytest.raises(ModelError, match="302"):
        fetcher()


def test_nobody_there(tmp_path: Path) -> None:
    with serving(b"") as server:
        url = server.url()
    with pytest.raises(ModelError, match=r"cannot be fetched .*refused"):
        fetch_model(
            SMALL, tmp_path, lambda have, total: None, source=url, sha256="0" * 64,
            download=lambda url, part, octets: download.Download(  # type: ignore[arg-type]
                url, part, octets, sleep=lambda seconds: None
            ),
        )  # fmt: skip


def test_another_file_than_the_pinned_one_is_refused_by_its_length(fetcher: Fetcher) -> None:
    with pytest.raises(ModelError, match="it is another file"):
        fetcher(sha256="")
    assert fetcher.left == set()


def test_another_hash_than_the_given_one(fetcher: Fetcher) -> None:
    with pytest.raises(ModelError, match=r"given: 0000.*if the maker has changed it"):
        fetcher(sha256="0" * 64)
    assert fetcher.left == set()


def test_a_file_of_ones_own(content: bytes, tmp_path: Path) -> None:
    own = tmp_path / "own.zip"
    own.write_bytes(content)
    models, digest = tmp_path / "models", hashlib.sha256(content).hexdigest()
    with pytest.raises(ModelError, match="pinned"):
        fetch_model(SMALL, models, lambda have, total: None, source=str(own))
    fetch_model(SMALL, models, lambda have, total: None, source=str(own), sha256=digest)
    check_files(models / SMALL.folder)
    assert own.exists()
    with pytest.raises(ModelError, match="there is no file"):
        fetch_model(SMALL, models, lambda have, total: None, source=str(tmp_path / "none.zip"))


def test_a_model_without_a_known_hash(files: dict[str, bytes], tmp_path: Path) -> None:
    """The first one is recorded, another one afterwards is refused; never over plain HTTP."""
    large = {name.replace(SMALL.folder, LARGE.folder): octets for name, octets in files.items()}
    own, models = tmp_path / "own.zip", tmp_path / "models"
    own.write_bytes(zipped(large))
    with pytest.raises(ModelError, match="not protected against forgery"):
        fetch_model(LARGE, models, lambda have, total: None, source="http://127.0.0.1:9/model.zip")
    assert fetch_model(LARGE, models, lambda *_: None, source=str(own)).vouched == "first seen"
    assert fetch_model(LARGE, models, lambda *_: None, source=str(own)).vouched == "as before"
    own.write_bytes(zipped({**large, f"{LARGE.folder}/README": b"changed"}))
    with pytest.raises(ModelError, match="as before"):
        fetch_model(LARGE, models, lambda *_: None, source=str(own))
    given = hashlib.sha256(own.read_bytes()).hexdigest()
    assert (
        fetch_model(LARGE, models, lambda *_: None, source=str(own), sha256=given).vouched
        == "given"
    )


HOSTILE: dict[str, Callable[[dict[str, bytes]], bytes]] = {
    "leads out": lambda files: zipped({**files, f"{SMALL.folder}/../../evil": b"x"}),
    "out of its directory": lambda files: zipped({**files, "/etc/evil": b"x"}),
    "leads out of": lambda files: zipped({**files, f"{SMALL.folder}\\..\\evil": b"x"}),
    "not below": lambda files: zipped({**files, "evil": b"x"}),
    "is no file": lambda files: zipped(
        {f"{SMALL.folder}/link": b"/etc"}, mode=stat.S_IFLNK | 0o777
    ),
    "would become": lambda files: zipped({f"{SMALL.folder}/bomb": bytes(10**7)}),
    "holds 1010 files": lambda files: zipped(
        {f"{SMALL.folder}/{n}": b"" for n in range(1010)}
    ),
    "lacks am/final.mdl": lambda files: zipped(
        {name: octets for name, octets in files.items() if "final.mdl" not in name}
    ),
    "HCLG.fst is cut off": lambda files: zipped(
        {
            name: octets[: len(octets) // 2] if "HCLG" in name else octets
            for name, octets in files.items()
        }
    ),
    "is damaged": lambda files: zipped(files)[:-30_000],
    "damaged .*CRC": lambda files: _flipped(zipped(files)),
    "File is not a zip file": lambda files: b"<html>Please log in to this network</html>",
}  # fmt: skip


def _flipped(octets: bytes) -> bytes:
    """In the data of the last file that is stored as it is."""
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        entry = max(archive.infolist(), key=lambda entry: entry.compress_size)
    at = entry.header_offset + entry.compress_size // 2
    return octets[:at] + bytes([octets[at] ^ 0x10]) + octets[at + 1 :]


@pytest.mark.parametrize("why", HOSTILE)
def test_a_zip_that_is_no_model_changes_nothing(
    files: dict[str, bytes], tmp_path: Path, why: str, content: bytes
) -> None:
    models, own = tmp_path / "models", tmp_path / "own.zip"
    own.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    fetch_model(SMALL, models, lambda *_: None, source=str(own), sha256=digest)
    before = {path: path.read_bytes() for path in models.rglob("*") if path.is_file()}
    own.write_bytes(HOSTILE[why](files))
    digest = hashlib.sha256(own.read_bytes()).hexdigest()
    expected = why if "CRC" not in why else "is damaged"
    with pytest.raises(ModelError, match=expected):
        fetch_model(SMALL, models, lambda *_: None, source=str(own), sha256=digest)
    assert {path: path.read_bytes() for path in models.rglob("*") if path.is_file()} == before
    assert {path.name for path in tmp_path.iterdir()} == {"models", "own.zip"}


def test_a_zip_that_lies_about_a_file_s_length(tmp_path: Path) -> None:
    octets = bytearray(zipped({"m/file": b"x" * 5000}))
    at = octets.rindex((5000).to_bytes(4, "little"))  # in the central directory
    octets[at : at + 4] = (4).to_bytes(4, "little")
    (tmp_path / "z").write_bytes(octets)
    (tmp_path / "into").mkdir()
    with pytest.raises(unpack.UnpackError):
        unpack.unpack(tmp_path / "z", "m", tmp_path / "into")


def test_two_at_once_do_not_mix(fetcher: Fetcher) -> None:
    fetcher.models.mkdir()
    with (fetcher.models / f".{SMALL.folder}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ModelError, match="another `ivr models fetch` is at work"):
            fetcher()
    fetcher()


def test_a_directory_that_cannot_be_written(server: ModelServer, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file stands where the directory should be")
    with pytest.raises(ModelError, match=r"make room or correct recognition\.models"):
        fetch_model(
            SMALL, tmp_path / "models", lambda *_: None, source=server.url(), sha256="0" * 64
        )


def test_a_disk_without_room(fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.recognition.install.shutil.disk_usage", lambda path: _Usage(10**6))
    with pytest.raises(ModelError, match=r"less than 0\.2 GB free: make room"):
        fetcher()
    assert fetcher.server.requests == []


class _Usage:
    def __init__(self, free: int) -> None:
        self.free = free


def test_only_the_web_is_fetched_from(tmp_path: Path) -> None:
    for source in ("file:///etc/passwd", "ftp://127.0.0.1/x"):
        with pytest.raises(ModelError, match="no address of the web"):
            fetch_model(SMALL, tmp_path, lambda *_: None, source=source)


def test_the_tables_are_sound() -> None:
    for model in MODELS.values():
        assert model.url.startswith("https://")
        assert not model.sha256 or len(bytes.fromhex(model.sha256)) == 32
        assert bool(model.sha256) == (model.octets is not None)


def test_which_model_is_taken(tmp_path: Path) -> None:
    assert chosen(None, tmp_path) is None
    (tmp_path / LARGE.folder).mkdir()
    assert chosen(None, tmp_path) is None, "the large one only when it is asked for"
    (tmp_path / SMALL.folder).mkdir()
    assert chosen(None, tmp_path) == tmp_path / SMALL.folder
    assert chosen(tmp_path / "own", tmp_path) == tmp_path / "own"
