"""docker/model.sh: fetches a speech model in a limited time, and says what the hotline runs on."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.recognition.choice import RECOMMENDED
from ivr.recognition.embedded import unpacked
from ivr.recognition.manifest import MANIFEST_FILE

ROOT = Path(__file__).parents[2]
BUILT_IN_LINE = "speech recognition runs on the built-in model, which is for trying and testing"
CLEAN = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith("IVR_") and not name.lower().endswith("_proxy")
}


@pytest.fixture
def proxy() -> Iterator[socket.socket]:
    """Yield a proxy that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def model_script(models: Path, proxy: socket.socket, **variables: str) -> tuple[int, list[str]]:
    """Run the script behind a proxy; return its exit code and the lines that it prints."""
    address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
    done = subprocess.run(
        [ROOT / "docker" / "model.sh"],
        env=CLEAN
        | {"IVR_RECOGNITION__MODELS": str(models), "https_proxy": address, "LANGUAGE": "C"}
        | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr).splitlines()


@pytest.mark.slow
def test_nothing_is_fetched_if_none_is_wanted(tmp_path: Path, proxy: socket.socket) -> None:
    proxy.setblocking(False)
    code, lines = model_script(tmp_path / "models", proxy, IVR_MODEL="none")
    assert code == 1
    assert len(lines) == 1
    assert lines[0].startswith(BUILT_IN_LINE)
    with pytest.raises(BlockingIOError):
        proxy.accept()
    assert (tmp_path / "models").is_dir(), "the container mounts it"


@pytest.mark.slow
def test_a_fetch_ends_when_its_time_is_over(tmp_path: Path, proxy: socket.socket) -> None:
    began = time.monotonic()
    code, lines = model_script(tmp_path / "models", proxy, IVR_MODEL_SECONDS="6")
    assert time.monotonic() - began < 30.0
    assert code == 1
    assert lines[0].startswith("fetching ")
    assert any("the fetch was interrupted" in line for line in lines)
    assert any(line.startswith(BUILT_IN_LINE) for line in lines)
    assert not any("Traceback" in line for line in lines)


@pytest.mark.slow
def test_a_model_that_is_there_is_used_without_a_fetch(
    tmp_path: Path, proxy: socket.socket
) -> None:
    proxy.setblocking(False)
    model = tmp_path / "models" / RECOMMENDED.folder
    shutil.copytree(unpacked(), model, ignore=shutil.ignore_patterns(MANIFEST_FILE))
    code, lines = model_script(tmp_path / "models", proxy)
    assert code == 0
    assert lines[-1].startswith(f"speech recognition runs on {RECOMMENDED.name}: ")
    with pytest.raises(BlockingIOError):
        proxy.accept()
    (model / "am" / "final.mdl").unlink()
    code, lines = model_script(tmp_path / "models", proxy)
    assert code == 1
    assert "lacks am/final.mdl" in lines[-1]


def test_the_scripts_fetch_the_recommended_model() -> None:
    for name in ("model.sh", "up.sh"):
        text = (ROOT / "docker" / name).read_text(encoding="utf-8")
        assert re.findall(r"IVR_MODEL:=(\S+)}", text) == [RECOMMENDED.name]
