"""`ivr hear`: the report on a recording as rows, as JSON and as a picture."""

import json
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from numpy.typing import NDArray
from typer.testing import CliRunner, Result

from ivr.cli import app
from ivr.commands.hear import (
    HearError,
    HearingReport,
    Recording,
    ReportRow,
    ReportSpan,
    hear,
    line_of,
    report_as_json,
)
from ivr.commands.hear_picture import COLOURS, draw_report
from ivr.dialogue.events import Condition
from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples
from ivr.hearing.verdict import LineMeasures, LineVerdict
from ivr.lab.voices import says

SAID = says("我想了解一下你们的产品", 1)


def call(speech_at: float = 1.0, after: float = 1.0) -> Samples:
    """Return a quiet line on which a caller says SAID after ``speech_at`` seconds."""
    count = round(speech_at * RATE)
    sound = np.concatenate([np.zeros(count), SAID, np.zeros(round(after * RATE))])
    sound += np.random.default_rng(1).normal(0, 10, len(sound))
    return sound.astype(np.int16)


def write(path: Path, samples: Samples | NDArray[np.float64], rate: int = RATE, **how: str) -> Path:
    soundfile.write(path, samples, rate, **how)
    return path


def ivr(*words: object) -> Result:
    return CliRunner().invoke(app, ["hear", *map(str, words)])


def test_rows_speech_and_last_verdict_are_printed(tmp_path: Path) -> None:
    done = ivr(write(tmp_path / "call.wav", call()))
    assert (done.exit_code, done.stderr) == (0, "")
    first, *rows, speech, verdict = done.stdout.splitlines()
    assert first.endswith(f"call.wav: {len(call()) / RATE:.2f} s")
    times = [float(row.split()[0]) for row in rows[2:]]
    assert times == sorted(times)
    assert all(later - earlier <= 0.5 + 1e-9 for earlier, later in pairwise(times))
    assert rows[2].split()[1] == "nobody"
    assert rows[-1].split()[1] == "ok"
    assert speech.startswith(("speech   1.0", "speech   0.9"))
    assert verdict.startswith("verdict  ok")


def test_the_json_is_one_object(tmp_path: Path) -> None:
    done = ivr(write(tmp_path / "call.flac", call()), "--json", "--every", "0.1")
    told = json.loads(done.stdout)
    assert told["verdict"] == told["rows"][-1]["condition"] == "ok"
    assert [span["start"] for span in told["speech"]] == [pytest.approx(1.0, abs=0.15)]
    assert [span["end"] for span in told["speech"]] == [
        pytest.approx(1.0 + len(SAID) / RATE, abs=0.3)
    ]
    assert told["verdicts"][0] == {
        "condition": "nobody",
        "start": 0.0,
        "end": told["verdicts"][1]["start"],
    }
    assert "snr_db" in told["rows"][0]


@pytest.mark.parametrize(
    ("suffix", "rate", "how"),
    [
        ("wav", 8000, {"subtype": "ALAW"}),
        ("wav", 8000, {"subtype": "ULAW"}),
        ("wav", 44100, {"subtype": "FLOAT"}),
        ("wav", 16000, {"subtype": "PCM_24"}),
        ("ogg", 48000, {}),
        ("mp3", 16000, {}),
    ],
)
def test_any_sound_file_is_heard(
    tmp_path: Path, suffix: str, rate: int, how: dict[str, str]
) -> None:
    sound = soxr.resample(call() / 32768, RATE, rate)
    recording = Recording.read(write(tmp_path / f"call.{suffix}", sound, rate, **how))
    assert recording.seconds == pytest.approx(len(call()) / RATE, abs=0.1)
    assert hear(recording).verdict.condition is Condition.OK
    assert (f"resampled from {rate} Hz" in str(recording)) is (rate != RATE)


def test_the_first_channel_of_stereo_is_heard_and_that_is_said(tmp_path: Path) -> None:
    stereo = np.stack([np.full(len(call()), 8, np.int16), call()], axis=1)
    done = ivr(write(tmp_path / "stereo.wav", stereo))
    assert "only the first of 2 channels is heard" in done.stdout
    assert "speech   none" in done.stdout
    assert "dead_line" in done.stdout.splitlines()[-1]


def test_a_known_prompt_is_not_taken_for_the_caller(tmp_path: Path) -> None:
    words = says("您好，请问有什么可以帮助您，我们为您服务", 0, -20.0)
    sound = np.random.default_rng(2).normal(0, 8, len(words) + 2 * RATE)
    sound[RATE + 800 : RATE + 800 + len(words)] += words * 0.1
    line = write(tmp_path / "line.wav", sound.astype(np.int16))
    prompt = write(tmp_path / "prompt.wav", words)
    assert json.loads(ivr(line, "--json").stdout)["speech"] != []
    told = json.loads(ivr(line, "--prompt", prompt, "--prompt-start", 1, "--json").stdout)
    assert told["speech"] == []


@pytest.mark.slow
def test_the_picture_is_drawn(tmp_path: Path) -> None:
    picture = tmp_path / "new" / "call.png"
    done = ivr(write(tmp_path / "call.wav", call()), "--out", picture)
    assert (done.exit_code, done.stderr) == (0, "")
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_every_condition_can_be_drawn(tmp_path: Path) -> None:
    """That holds with missing numbers, with a prompt, and with speech to the end."""
    rows = [
        ReportRow(index / 5, LineVerdict(condition, "because", LineMeasures(snr_db=3.0)))
        for index, condition in enumerate(Condition)
    ]
    heard = HearingReport(
        Recording(call(), RATE, 1), tuple(rows), (ReportSpan(1.0, 2.0),), ReportSpan(0.5, 1.5)
    )
    draw_report(heard, "all of them", tmp_path / "all.png")
    assert (tmp_path / "all.png").stat().st_size > 10_000
    assert set(COLOURS) == set(Condition)
    assert [condition for condition, _ in heard.verdicts()] == list(Condition)
    assert "-" in line_of(rows[0])
    assert json.loads(report_as_json(heard))["rows"][0]["snr_db"] == 3.0


def test_speech_at_the_end_lasts_to_the_end() -> None:
    recording = Recording(call(after=0.0), RATE, 1)
    assert hear(recording).speech[-1].end == recording.seconds


def test_a_bad_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    text = tmp_path / "text.wav"
    text.write_text("no sound at all")
    short = write(tmp_path / "short.wav", np.zeros(100, np.int16))
    good = write(tmp_path / "good.wav", call())
    mistakes: list[tuple[list[object], str]] = [
        ([tmp_path / "none.wav"], "there is no file"),
        ([tmp_path], "there is no file"),
        ([text], "is not a sound file that can be read"),
        ([short], "shorter than the 20 ms of a frame"),
        ([good, "--prompt", text], "text.wav is not a sound file"),
        ([good, "--out", text / "a.png"], "a.png cannot be written"),
        ([good, "--out", tmp_path / "a.mov"], "a.mov cannot be written"),
    ]
    for words, reason in mistakes:
        done = ivr(*words)
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.startswith("ivr: ")
        assert done.stderr.count("\n") == 1
        assert reason in done.stderr


def test_without_the_tools_extra_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "ivr.commands.hear_picture")
    monkeypatch.delattr("ivr.commands.hear_picture")
    done = ivr(write(tmp_path / "call.wav", call()), "--out", tmp_path / "a.png")
    assert done.exit_code == 2
    assert (
        done.stderr
        == "ivr: `ivr hear` needs the package matplotlib: run `pip install 'ivr[tools]'`\n"
    )


def test_nan_samples_are_silence(tmp_path: Path) -> None:
    sound = np.full(RATE, np.nan)
    assert not Recording.read(write(tmp_path / "nan.wav", sound, subtype="FLOAT")).samples.any()
    with pytest.raises(HearError, match="no file"):
        Recording.read(tmp_path / "other.wav")
