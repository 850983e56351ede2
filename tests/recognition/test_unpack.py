"""Zips that are damaged or hostile: nothing of them is installed, and nothing is overwritten."""

import hashlib
import io
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.recognition import unpack
from ivr.recognition.files import ModelError
from ivr.recognition.install import fetch_model
from tests.recognition.fetching import SMALL, zipped

HOSTILE: dict[str, Callable[[dict[str, bytes]], bytes]] = {
    "leads out": lambda files: zipped({**files, f"{SMALL.folder}/../../evil": b"x"}),
    "out of its directory": lambda files: zipped({**files, "/etc/evil": b"x"}),
    "leads out of": lambda files: zipped({**files, f"{SMALL.folder}\\..\\evil": b"x"}),
    "not below": lambda files: zipped({**files, "evil": b"x"}),
    "is not a file": lambda files: zipped(
        {f"{SMALL.folder}/link": b"/etc"}, mode=stat.S_IFLNK | 0o777
    ),
    "would unpack to": lambda files: zipped({f"{SMALL.folder}/bomb": bytes(10**7)}),
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
def test_a_zip_that_is_not_a_model_leaves_the_installed_one_as_it_was(
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


def test_a_zip_with_a_wrong_file_length_is_refused(tmp_path: Path) -> None:
    octets = bytearray(zipped({"m/file": b"x" * 5000}))
    at = octets.rindex((5000).to_bytes(4, "little"))  # in the central directory
    octets[at : at + 4] = (4).to_bytes(4, "little")
    (tmp_path / "z").write_bytes(octets)
    (tmp_path / "into").mkdir()
    with pytest.raises(unpack.UnpackError):
        unpack.unpack(tmp_path / "z", "m", tmp_path / "into")
