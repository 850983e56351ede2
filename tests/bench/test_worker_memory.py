"""The memory bench measures either engine; it runs with few utterances here."""

import asyncio
from pathlib import Path

import pytest

from ivr.bench import worker_memory
from ivr.bench.recognition_sounds import SpokenSample
from ivr.bench.worker_memory import GROWTH_LIMIT_MB, measure, memory_steps
from tests.recognition.toy_recognisers import write_toy_model
from tests.recognition.toy_tones import tones

SPOKEN = [SpokenSample(text, tones(text)) for text in ("我要投诉", "再见")]

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("model", [None, "zipformer2_ctc", "zipformer_ctc"])
def test_the_bench_measures_a_worker(model: str | None, tmp_path: Path) -> None:
    directory = None if model is None else write_toy_model(tmp_path, model)  # type: ignore[arg-type]
    done = list[None]()
    measured = measure(SPOKEN, directory, utterances=22, seed=1, done=lambda: done.append(None))
    result = asyncio.run(measured)
    assert result.problems == ()
    assert len(done) == memory_steps(22) == 6
    assert result.samples == 24
    assert 20 < result.figures["loaded_megabytes"] <= result.figures["most_megabytes"] < 1000
    assert result.limits == {"growth_megabytes": GROWTH_LIMIT_MB}


def test_memory_that_grows_fails_the_bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grown = iter(range(100, 10_000, 2))
    monkeypatch.setattr(worker_memory, "resident_megabytes", lambda pid: float(next(grown)))
    directory = write_toy_model(tmp_path, "zipformer_ctc")
    result = asyncio.run(measure(SPOKEN, directory, utterances=40, seed=1))
    assert result.figures["growth_megabytes"] > GROWTH_LIMIT_MB
    assert not result.passed
