"""``ivr doctor``: the findings in their order, as text and as JSON, and the exit code."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ivr.cli import app
from ivr.doctor import Check, CheckVerdict, examine, worst
from tests.doctor.findings import changed


@pytest.mark.slow
def test_all_is_well(place: Path) -> None:
    checks = examine(place)
    assert [check.name for check in checks] == [
        "settings", "sheet", "phrases", "prompts", "voice", "recognition", "records", "database",
        "recording", "notify", "token", "agi port", "audio port", "ami",
    ]  # fmt: skip
    verdicts = {check.name: check.verdict for check in checks}
    assert verdicts.pop("voice") == CheckVerdict.WARNING  # a fresh checkout has no commercial voice
    assert set(verdicts.values()) == {CheckVerdict.OK}
    assert not (place.parent / "records").exists()  # looking changes nothing


@pytest.mark.slow
def test_the_command_tells_the_worst_by_its_exit_code(place: Path) -> None:
    def doctor_says(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["doctor", "--config", str(place), *words])
        return result.exit_code, result.stdout

    assert doctor_says("--service")[0] == 0
    code, text = doctor_says("--json")
    assert (code, json.loads(text)["verdict"]) == (1, "warning")  # of the voice
    changed(place, "token_file", "#")
    code, text = doctor_says()
    assert code == 1
    assert "IVR_TOKEN" in text
    changed(place, "/records", "/token/x")
    code, text = doctor_says("--json")
    assert (code, json.loads(text)["verdict"]) == (2, "broken")
    assert set(json.loads(text)["checks"][0]) == {"name", "verdict", "says", "remedy"}


def test_the_worst_verdict_counts() -> None:
    verdicts = [CheckVerdict.OK, CheckVerdict.BROKEN, CheckVerdict.WARNING]
    checks = [Check("name", verdict, "says") for verdict in verdicts]
    assert worst(checks) is CheckVerdict.BROKEN
    assert [verdict.exit_code for verdict in CheckVerdict] == [0, 1, 2]
