"""Models that cannot be used: each gives one clear sentence, and the process goes on."""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ivr.recognition import embedded
from ivr.recognition.files import ModelError
from ivr.recognition.model import load_model

pytestmark = pytest.mark.slow  # each test copies and loads a model

_PARTS = (
    "am/final.mdl",
    "conf/mfcc.conf",
    "conf/model.conf",
    "graph/HCLG.fst",
    "graph/words.txt",
    "graph/phones/word_boundary.int",
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return embedded.unpacked(cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "model"))


def _halved(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _garbage(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 40)


def test_an_undamaged_copy_loads(copy: Path) -> None:
    load_model(copy)


@pytest.mark.parametrize("part", _PARTS)
def test_a_missing_part_is_named(copy: Path, part: str) -> None:
    (copy / part).unlink()
    with pytest.raises(ModelError, match=part):
        load_model(copy)


@pytest.mark.parametrize("part", _PARTS)
def test_an_empty_part_is_named(copy: Path, part: str) -> None:
    _emptied(copy / part)
    with pytest.raises(ModelError, match=f"{part} is empty"):
        load_model(copy)


@pytest.mark.parametrize("part", ["am/final.mdl", "graph/HCLG.fst"])
@pytest.mark.parametrize("damage", [_halved, _garbage])
def test_a_damaged_part_is_an_error_and_does_not_end_the_process(
    copy: Path, part: str, damage: Callable[[Path], None]
) -> None:
    """The model is loaded in a process of its own, in case Kaldi aborts."""
    damage(copy / part)
    program = (
        "import sys, pathlib\n"
        "from ivr.recognition.model import load_model, ModelError\n"
        "try:\n    load_model(pathlib.Path(sys.argv[1]))\n"
        "except ModelError as error:\n    print(error)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(copy)], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert str(copy) in ended.stdout
    assert len(ended.stdout.splitlines()) == 1


@pytest.mark.parametrize(
    "configuration",
    [
        "--sample-frequency=8000\n",
        "--sample-frequency=16000\n",
        "--num-ceps=13\n--num-mel-bins=23\n--allow-upsample=true\n--allow-downsample=true\n",
    ],
)
def test_a_front_end_that_does_not_fit_is_reported(copy: Path, configuration: str) -> None:
    (copy / "conf/mfcc.conf").write_text(configuration)
    with pytest.raises(ModelError, match="Vosk cannot use the model"):
        load_model(copy)


def test_a_missing_directory_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="there is no model in"):
        load_model(tmp_path / "nothing")


def test_a_file_instead_of_a_directory_is_reported(tmp_path: Path) -> None:
    _garbage(tmp_path / "file")
    with pytest.raises(ModelError, match="there is no model in"):
        load_model(tmp_path / "file")


def test_a_cut_off_zip_is_reported(tmp_path: Path) -> None:
    packed = tmp_path / "tiny.zip"
    shutil.copy(embedded.PACKED, packed)
    _halved(packed)
    with pytest.raises(ModelError, match=r"tiny\.zip cannot be unpacked"):
        embedded.unpacked(packed, tmp_path / "cache")
    assert not list((tmp_path / "cache").iterdir())


def test_a_zip_with_a_flipped_octet_is_reported(tmp_path: Path) -> None:
    octets = bytearray(embedded.PACKED.read_bytes())
    octets[len(octets) // 2] ^= 0xFF
    packed = tmp_path / "tiny.zip"
    packed.write_bytes(octets)
    with pytest.raises(ModelError, match="cannot be unpacked"):
        embedded.unpacked(packed, tmp_path / "cache")
    assert not list((tmp_path / "cache").iterdir())


def test_a_cache_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file stands where the directory should be")
    with pytest.raises(ModelError, match="make room"):
        embedded.unpacked(cache=tmp_path / "cache")


@pytest.fixture
def homeless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The environment of a service account without a home; return its directory for the cache."""
    (tmp_path / "file").touch()
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "file" / "nonexistent"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path / f"ivr-{os.getuid()}"


def test_without_a_home_the_cache_is_in_the_temporary_directory(homeless: Path) -> None:
    assert embedded.unpacked().parent == homeless
    assert homeless.stat().st_mode & 0o077 == 0


def test_a_temporary_directory_of_another_user_is_refused(homeless: Path, tmp_path: Path) -> None:
    homeless.symlink_to(tmp_path)
    with pytest.raises(ModelError, match="belongs to another user"):
        embedded.unpacked()


def test_several_threads_unpack_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        targets = set(pool.map(lambda _: embedded.unpacked(cache=tmp_path), range(8)))
    (target,) = targets
    assert list(tmp_path.iterdir()) == [target]
    with zipfile.ZipFile(embedded.PACKED) as packed:
        assert all((target / name).is_file() for name in packed.namelist())
