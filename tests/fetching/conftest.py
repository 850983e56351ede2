"""An archive, and a client of the server that offers it."""

import random
from pathlib import Path

import pytest

from tests.fetching.client import NAME, Client, zipped
from tests.fetching.file_server import FileServer


@pytest.fixture(scope="session")
def files() -> dict[str, bytes]:
    """Return the files of an archive: 1 MB that cannot be packed, and a small one."""
    noise = random.Random(1).randbytes(1_000_000)
    return {f"{NAME}/deep/noise": noise, f"{NAME}/words.txt": "您好\n".encode()}


@pytest.fixture(scope="session")
def content(files: dict[str, bytes]) -> bytes:
    """Return the files in a zip."""
    return zipped(files)


@pytest.fixture
def client(server: FileServer, tmp_path: Path) -> Client:
    """Return a client of that server, with a directory of its own."""
    return Client(server, tmp_path / "things")
