"""``ivr understand``: sentences and recordings, as a table and as JSON lines."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from ivr.cli import app
from ivr.lab.voices import says

runner = CliRunner()


def told(*words: str, typed: str = "") -> list[dict[str, object]]:
    """Return the JSON objects that the command prints, one a line."""
    done = runner.invoke(app, ["understand", "--json", *words], input=typed)
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def test_a_sentence() -> None:
    (line,) = told("我姓张，想买企业QQ，电话幺三八三七一二三四五六")
    assert (line["intent"], line["row"], line["certainty"]) == ("purchase_intent", 19, "sure")
    slots = line["slots"]
    assert isinstance(slots, dict)
    assert (slots["surname"], slots["phone"]) == ("张", "13837123456")
    assert {"score", "runner_up", "why"} <= set(line)


def test_a_sentence_on_each_line() -> None:
    lines = told("-", typed="谢谢你\n打错了\n")
    assert [line["intent"] for line in lines] == ["thanks", "wrong_number"]


def test_a_table_for_people() -> None:
    done = runner.invoke(app, ["understand", "我要投诉"])
    assert done.exit_code == 0
    assert "complaint_deferred" in done.stdout
    assert "27" in done.stdout


@pytest.mark.slow
def test_a_recording(tmp_path: Path) -> None:
    """Two utterances, a second of silence between them."""
    silence = np.zeros(8000, np.int16)
    sound = np.concatenate(
        [silence, says("我要投诉", 2), silence, silence, says("打错了", 2), silence]
    )
    soundfile.write(tmp_path / "caller.wav", sound, 8000)
    lines = told(str(tmp_path / "caller.wav"))
    assert [line["intent"] for line in lines] == ["complaint_deferred", "wrong_number"]


@pytest.mark.parametrize(
    "octets",
    [*(pytest.param(one, marks=pytest.mark.slow) for one in (None, b"")), b"RIFF no sound"],
)
def test_a_recording_that_is_none(tmp_path: Path, octets: bytes | None) -> None:
    path = tmp_path / "none.wav"
    if octets is not None:
        path.write_bytes(octets)
    done = runner.invoke(app, ["understand", str(path)])
    assert done.exit_code == 2
    assert str(path) in done.output
    assert "Traceback" not in done.output
