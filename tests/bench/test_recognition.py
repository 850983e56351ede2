"""The recognition bench measures every figure that has a limit; it runs at a small size here."""

import asyncio
from pathlib import Path

import pytest
import soundfile
from typer.testing import CliRunner

from ivr.bench import recognition, recognition_sounds
from ivr.bench.commands import bench_app
from ivr.bench.recognition import LIMITS, recognition_steps, rounds_of
from ivr.bench.recognition_sounds import RecordingsError, SpokenSample, recorded, synthetic
from tools.tiny_vosk.voices import VARIANTS


@pytest.mark.slow
def test_the_bench_gives_every_figure_that_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two callers in place of ten say one short sentence."""
    monkeypatch.setattr(recognition, "MANY", 2)
    spoken, done = synthetic(seed=1, sentences=1), list[None]()
    measured = recognition.measure(spoken, None, idle_seconds=0.5, done=lambda: done.append(None))
    result = asyncio.run(measured)
    assert result.problems == ()
    assert len(done) == recognition_steps(spoken) == 4
    expected = {name.replace("_10_", "_2_") for name in LIMITS}
    assert expected < set(result.figures)
    assert result.samples == 4
    assert 0.1 < result.figures["talking_core_percent"] < 100
    assert result.figures["talking_calls_per_core"] == pytest.approx(
        100 / result.figures["talking_core_percent"]
    )
    assert result.figures["silent_core_percent"] < result.figures["talking_core_percent"]
    assert 0 < result.figures["finalise_1_p50_ms"] <= result.figures["finalise_1_p95_ms"] < 2000
    assert result.figures["exact_percent"] == 100
    assert result.figures["character_error_percent"] == 0


def test_every_sample_is_spoken_and_every_round_is_full() -> None:
    spoken = synthetic(seed=1, sentences=2)[:3]
    assert rounds_of(spoken, 2) == [spoken[:2], [spoken[2], spoken[0]]]
    assert rounds_of(spoken, 5) == [[*spoken, *spoken[:2]]]


def test_recordings_are_read_with_their_texts_and_errors_name_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(RecordingsError, match="no text beside"):
        recorded(tmp_path)
    (tmp_path / "one.txt").write_text("打错了。\n")
    with pytest.raises(RecordingsError, match=r"add one\.wav"):
        recorded(tmp_path)
    samples = synthetic(seed=1, sentences=1)[0].samples
    soundfile.write(tmp_path / "one.wav", samples, 8000)
    (found,) = recorded(tmp_path)
    assert isinstance(found, SpokenSample)
    assert found.text == "打错了"
    assert len(found.samples) == len(samples)
    (tmp_path / "one.wav").write_text("none")
    with pytest.raises(RecordingsError, match="correct it"):
        recorded(tmp_path)


def test_an_unusable_recording_or_model_gives_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    missing = ["--json", "--model", str(tmp_path / "none")]
    for words in (
        ["recognition", "--json", "--corpus", str(tmp_path)],
        ["recognition", *missing],
        ["turns", *missing],
    ):
        told = CliRunner().invoke(bench_app, words)
        assert told.exit_code == 2
        assert told.stdout == ""
        assert told.stderr.strip().startswith("ivr: ")


def test_the_bench_speaks_in_voices_that_the_model_was_not_trained_with() -> None:
    trained = {f"cmn+{variant}" for variant in VARIANTS}
    assert trained.isdisjoint(voice.voice_name for voice in recognition_sounds.UNTRAINED)
