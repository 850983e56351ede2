"""Archives that are damaged or hostile: nothing is installed, and nothing is overwritten."""

import bz2
import gzip
import hashlib
import io
import lzma
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.fetching import FetchError
from ivr.fetching.unpack import UnpackError, unpack, unpack_chosen
from tests.fetching.client import NAME, Client, tarred, zipped

Files = dict[str, bytes]

HOSTILE: dict[str, tuple[str, Callable[[Files], bytes]]] = {
    "zip: out by ..": ("leads out", lambda files: zipped({**files, f"{NAME}/../../evil": b"x"})),
    "zip: absolute": ("leads out", lambda files: zipped({**files, "/etc/evil": b"x"})),
    "zip: backslashes": ("leads out", lambda files: zipped({**files, f"{NAME}\\..\\evil": b"x"})),
    "zip: second top": ("not below", lambda files: zipped({**files, "evil": b"x"})),
    "zip: link": (
        "is not a file",
        lambda files: zipped({f"{NAME}/link": b"/etc"}, mode=stat.S_IFLNK | 0o777),
    ),
    "zip: bomb": ("would unpack to", lambda files: zipped({f"{NAME}/bomb": bytes(10**7)})),
    "zip: many": (
        "holds 1010 files",
        lambda files: zipped({f"{NAME}/{n}": b"" for n in range(1010)}),
    ),
    "zip: cut off": ("is damaged", lambda files: zipped(files)[:-30_000]),
    "zip: flipped": ("is damaged .*CRC", lambda files: _flipped(zipped(files))),
    "zip: a page": (
        "File is not a zip file",
        lambda files: b"<html>Please log in to this network</html>",
    ),
    "tar: out by ..": ("leads out", lambda files: tarred({**files, f"{NAME}/../../evil": b"x"})),
    "tar: absolute": ("leads out", lambda files: tarred({**files, "/etc/evil": b"x"})),
    "tar: second top": ("not below", lambda files: tarred({**files, "evil": b"x"})),
    "tar: top is a file": ("not below", lambda files: tarred({NAME: b"x"})),
    "tar: symbolic link": (
        "is not a file",
        lambda files: tarred({f"{NAME}/link": b"/etc"}, kind=tarfile.SYMTYPE),
    ),
    "tar: hard link": (
        "is not a file",
        lambda files: tarred({f"{NAME}/link": b"/etc/passwd"}, kind=tarfile.LNKTYPE),
    ),
    "tar: device": (
        "is not a file",
        lambda files: tarred({f"{NAME}/null": b""}, kind=tarfile.CHRTYPE),
    ),
    "tar: bomb": ("would unpack to", lambda files: tarred({f"{NAME}/bomb": bytes(10**7)})),
    "tar: many": (
        "holds more than 1000 files",
        lambda files: tarred({f"{NAME}/{n}": b"" for n in range(1010)}, kind=tarfile.DIRTYPE),
    ),
    "tar: twice": ("twice", lambda files: tarred({f"{NAME}/a": b"x", f"{NAME}//a": b"y"})),
    "tar: empty": ("no file is in it", lambda files: tarred({})),
    "tar: cut off": ("is damaged", lambda files: tarred(files)[:-30_000]),
    "tar: flipped": ("is damaged", lambda files: _middle_flipped(tarred(files))),
    "tar: flipped gz": ("is damaged", lambda files: _middle_flipped(tarred(files, gzip.compress))),
    "tar: wrong sum": ("is damaged", lambda files: tarred(files, gzip.compress)[:-8] + bytes(8)),
    "tar: flipped xz": ("is damaged", lambda files: _middle_flipped(tarred(files, lzma.compress))),
    "tar: no tar": ("is damaged", lambda files: b"BZh91AY&SY" + bytes(1000)),
}
"""For each archive that is refused, a part of the reason, and how the archive is made."""


def _flipped(octets: bytes) -> bytes:
    """Return a zip with one bit flipped in the data of its largest file."""
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        entry = max(archive.infolist(), key=lambda entry: entry.compress_size)
    at = entry.header_offset + entry.compress_size // 2
    return octets[:at] + bytes([octets[at] ^ 0x10]) + octets[at + 1 :]


def _middle_flipped(octets: bytes) -> bytes:
    at = len(octets) // 2
    return octets[:at] + bytes([octets[at] ^ 0x10]) + octets[at + 1 :]


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_bad_archive_leaves_what_is_installed_as_it_was(
    client: Client, files: Files, tmp_path: Path, name: str
) -> None:
    client()
    before = {path: path.read_bytes() for path in client.home.rglob("*") if path.is_file()}
    reason, made = HOSTILE[name]
    own = tmp_path / "own"
    own.write_bytes(made(files))
    digest = hashlib.sha256(own.read_bytes()).hexdigest()
    with pytest.raises(FetchError, match=f"own is refused: .*{reason}.*; give another file"):
        client(source=str(own), sha256=digest)
    after = {path: path.read_bytes() for path in client.home.rglob("*") if path.is_file()}
    assert after == before
    assert client.left == {NAME}
    assert {path.name for path in tmp_path.iterdir()} == {client.home.name, "own"}


@pytest.mark.slow
@pytest.mark.parametrize("pack", [bz2.compress, gzip.compress, lzma.compress])
@pytest.mark.parametrize("folder", [NAME, ""])
def test_a_tar_is_unpacked_whatever_packs_it(
    files: Files, tmp_path: Path, pack: Callable[[bytes], bytes], folder: str
) -> None:
    (tmp_path / "packed").write_bytes(tarred(files, pack))
    into = tmp_path / "into"
    into.mkdir()
    unpack(tmp_path / "packed", folder, into)
    found = {
        f"{NAME}/{path.relative_to(into)}": path.read_bytes()
        for path in into.rglob("*")
        if path.is_file()
    }
    assert found == files


def test_a_tar_may_begin_with_a_point(tmp_path: Path) -> None:
    octets = io.BytesIO()
    with tarfile.open(fileobj=octets, mode="w:gz") as archive:
        for name in ("./", f"./{NAME}/"):
            entry = tarfile.TarInfo(name)
            entry.type = tarfile.DIRTYPE
            archive.addfile(entry)
        archive.addfile(tarfile.TarInfo(f"./{NAME}/empty"))
    (tmp_path / "packed").write_bytes(octets.getvalue())
    (tmp_path / "into").mkdir()
    unpack(tmp_path / "packed", "", tmp_path / "into")
    assert [path.name for path in (tmp_path / "into").iterdir()] == ["empty"]


def test_a_zip_with_a_wrong_file_length_is_refused(tmp_path: Path) -> None:
    octets = bytearray(zipped({"m/file": b"x" * 5000}))
    at = octets.rindex((5000).to_bytes(4, "little"))  # in the central directory
    octets[at : at + 4] = (4).to_bytes(4, "little")
    (tmp_path / "z").write_bytes(octets)
    (tmp_path / "into").mkdir()
    with pytest.raises(UnpackError):
        unpack(tmp_path / "z", "m", tmp_path / "into")


def test_chosen_files_get_their_new_names(tmp_path: Path) -> None:
    (tmp_path / "z").write_bytes(zipped({"a/one": b"1", "a/two": b"2", "b/three": b"3"}))
    into = tmp_path / "into"
    into.mkdir()
    unpack_chosen(tmp_path / "z", {"a/one": "one", "b/three": "tres"}, into)
    assert {path.name: path.read_bytes() for path in into.iterdir()} == {"one": b"1", "tres": b"3"}
    with pytest.raises(UnpackError, match="it lacks a/four"):
        unpack_chosen(tmp_path / "z", {"a/four": "four"}, into)
