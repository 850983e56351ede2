"""The embedded model, loaded once for all tests of this room, and one that can be fetched."""

import random
from pathlib import Path

import pytest

from ivr.recognition import embedded
from ivr.recognition.model import Model, load_model
from tests.fetching.client import zipped
from tests.fetching.file_server import FileServer
from tests.recognition.engines import ENGINES, Engine, make_engine
from tests.recognition.fetching import SMALL, Fetcher


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the embedded model, unpacked into a cache of the tests' own."""
    return embedded.unpacked(cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session", params=ENGINES)
def engine(
    request: pytest.FixtureRequest, tiny: Path, tmp_path_factory: pytest.TempPathFactory
) -> Engine:
    """Each engine in turn, with a small model."""
    return make_engine(request.param, tiny, tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="session")
def model(tiny: Path) -> Model:
    """The embedded model, loaded in this process."""
    return load_model(tiny)


@pytest.fixture(scope="session")
def files(tiny: Path) -> dict[str, bytes]:
    """Files that pass for a whole model, under the small model's name; 1 MB when packed."""
    parts = {
        str(path.relative_to(tiny)): path.read_bytes()
        for path in sorted(tiny.rglob("*"))
        if path.is_file() and path.name != "final.mdl"
    }
    noise = random.Random(1).randbytes(1_000_000)
    parts["am/final.mdl"] = b"<TransitionModel>" + noise
    return {f"{SMALL.folder}/{name}": octets for name, octets in parts.items()}


@pytest.fixture(scope="session")
def content(files: dict[str, bytes]) -> bytes:
    """The files, packed."""
    return zipped(files)


@pytest.fixture
def fetcher(server: FileServer, tmp_path: Path) -> Fetcher:
    """A client of that server, with a directory of its own."""
    return Fetcher(server, tmp_path / "models")
