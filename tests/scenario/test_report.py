"""The output and the files of a run."""

import json
import re
import socket
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from typer.testing import CliRunner

from ivr.dialogue.row import Row
from ivr.lab.ports import free_ports
from ivr.scenario.acceptance import RowResult, acceptance_figures
from ivr.scenario.commands import scenario_app as commands
from ivr.scenario.page import report_page
from ivr.scenario.picture import svg
from ivr.scenario.run import RunContext
from ivr.scenario.seen import CallSound, Seen, TranscriptLine
from ivr.scenario.steps import Says
from ivr.scenario.verdict import ScenarioVerdict
from tests.html import ReadPage

from .conftest import Played, Write

GOOD = """\
[[scenario]]
name = "拨错号 <script>&"
rows = ["wrong_number"]
steps = [
  { hears = "greeting.ask" },
  { says = "打错了<b>" },
  { hears = "wrong_number.explain" },
]
"""
BAD = GOOD.replace("拨错号", "不对").replace(
    'hears = "wrong_number', 'cut = true, hears = "wrong_number'
)


def run(*words: str | Path) -> tuple[int, str, str]:
    """Run the command; return its exit code, standard output and standard error."""
    done = CliRunner().invoke(commands, ["run", "--fast", *map(str, words)])
    return done.exit_code, done.stdout, done.stderr


def test_the_report_of_a_run(write: Write, tmp_path: Path) -> None:
    path = write(GOOD + BAD)
    code, out, _ = run(path, "--out", tmp_path / "report")
    assert code == 1
    assert "wrong_number" in out
    assert "calls.toml:15: wrong_number.explain was heard to its end" in out
    assert "0 of 1 rows green; 1 of 2 scenarios" in out

    suite = ElementTree.parse(tmp_path / "report" / "junit.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    good, bad = suite.findall("testcase")
    assert (good.get("name"), good.find("failure")) == ("拨错号 <script>&", None)
    failure = bad.find("failure")
    assert failure is not None
    assert "calls.toml:15" in (failure.get("message") or "")

    html = (tmp_path / "report" / "report.html").read_text("utf-8")
    assert html.count("<svg") == 2
    assert "<script" not in html
    assert "打错了&lt;b&gt;" in html
    assert not re.search(r'(?:src|href)="(?!#)', html)  # needs no other file


def _page_with(word: str, verdict: ScenarioVerdict) -> ReadPage:
    """The report on a call in which everything that others write down is ``word``."""
    table = verdict.scenario.table.model_copy(update={"name": word})
    scenario = replace(verdict.scenario, table=table, file=Path(word.replace("/", "")))
    seen = replace(
        verdict.seen,
        spoken=[replace(spoken, text=word) for spoken in verdict.seen.spoken],
        acted=[replace(act, what=word) for act in verdict.seen.acted],
        outcome=word,
        transcript=[TranscriptLine(0.0, word, word)],
    )
    heard = {step: replace(spoken, text=word) for step, spoken in verdict.heard.items()}
    hostile = ScenarioVerdict(scenario, seen, heard, verdict.waits, [word])
    row = Row(4, "wrong_number", word, {})
    result = acceptance_figures([RowResult(row, [hostile])], [hostile], 1.0)
    return ReadPage(report_page([RowResult(row, [hostile])], [hostile], result, word))


def test_hostile_names_and_words_stay_text(played: Played) -> None:
    hostile = "\"'><script>alert(1)</script>&amp;{{ 7 * 7 }}"
    page, harmless = (_page_with(word, played(GOOD)) for word in (hostile, "harmless"))
    assert page.elements == harmless.elements
    assert page.text.count(hostile) > 7
    assert hostile in page.values


def test_json_has_the_shape_of_the_benches(write: Write) -> None:
    code, out, _ = run(write(GOOD), "--json")
    told = json.loads(out)
    assert (code, told["bench"], told["pass"]) == (0, "scenario", True)
    assert told["figures"]["rows_green"] == told["limits"]["rows_green"] == 1
    assert told["figures"]["scenarios_passed"] == 1


def test_the_callers_get_the_voice_of_the_option_unless_the_step_names_one(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(GOOD + BAD.replace('says = "打错了<b>"', 'says = "打错了<b>", voice = "cmn+f2"'))
    voices: list[int | str] = []

    def played(play: RunContext, *_: object) -> list[ScenarioVerdict]:
        voices.extend(
            step.voice for each in play.scenarios for step in each.steps if isinstance(step, Says)
        )
        return []

    monkeypatch.setattr("ivr.scenario.commands._played", played)
    run(path, "--voice", "natural 2")
    run(path, "--voice", "4")
    run(path)
    assert voices == ["natural 2", "cmn+f2", 4, "cmn+f2", 3, "cmn+f2"]


def test_only_some_are_run(write: Write) -> None:
    code, out, _ = run(write(GOOD + BAD), "--only", "拨错号", "--json")
    assert (code, json.loads(out)["samples"]) == (0, 1)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--only", "nothing"], "no scenario has 'nothing' in its name"),
        (["no/such.toml"], "no/such.toml cannot be read"),
        (["--voice", "natural 9"], "--voice 'natural 9': there is no such voice: use one of nat"),
    ],
)
def test_a_mistake_is_one_sentence(words: list[str], told: str) -> None:
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err.startswith("ivr: ")
    assert told in err
    assert err.count("\n") == 1


def test_a_target_that_is_not_an_address_is_told(write: Write) -> None:
    done = CliRunner().invoke(commands, ["run", str(write(GOOD)), "--to", "example.com"])
    assert done.exit_code == 2
    assert "is neither docker nor sip:NUMBER@HOST:PORT" in done.stderr


@pytest.mark.slow
def test_a_target_where_nobody_listens_is_told_with_the_scenario(write: Write) -> None:
    (port,) = free_ports(1, socket.SOCK_DGRAM)
    target = f"66385255@127.0.0.1:{port}"
    done = CliRunner().invoke(commands, ["run", str(write(GOOD)), "--to", target])
    assert done.exit_code == 2
    assert f"calls.toml:1: nothing listens for SIP on 127.0.0.1:{port}" in done.stderr


@pytest.mark.parametrize(
    ("database", "says"),
    [("", "there are no records at"), ("postgresql://ivr@127.0.0.1/ivr", "records.password_file")],
)
def test_records_that_cannot_be_read_are_told_before_any_call(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str, says: str
) -> None:
    """No records in the directory, or no password for the database that the settings name."""
    monkeypatch.setenv("IVR_RECORDS__DIRECTORY", str(tmp_path / "none"))
    if database:
        monkeypatch.setenv("IVR_RECORDS__DATABASE", database)
        monkeypatch.setenv("IVR_RECORDS__PASSWORD_FILE", str(tmp_path / "none"))
    words = ["run", str(write(GOOD)), "--to", "1@127.0.0.1", "--records"]
    done = CliRunner().invoke(commands, words)
    assert done.exit_code == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_picture_has_both_directions_and_the_waits(played: Played) -> None:
    verdict = played(GOOD)
    sound = np.random.default_rng(1).normal(0, 3000, 8000).astype(np.int16)
    heard = verdict.seen
    whole = Seen(
        heard.spoken, heard.acted, heard.ended, heard.ended_by,
        caller_sound=CallSound(7.0, sound), bot_sound=CallSound(0.0, sound),
    )  # fmt: skip
    picture = svg(ScenarioVerdict(verdict.scenario, whole, verdict.heard, verdict.waits))
    ElementTree.fromstring(picture)
    assert 'class="wave bot"' in picture
    assert 'class="wave caller"' in picture
    assert picture.count('class="wait"') == len(verdict.waits)
