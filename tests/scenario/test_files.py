"""A tester's mistake in a file is told in one sentence with file, line and remedy."""

from pathlib import Path

import pytest

from ivr.scenario.files import ScenarioError, read_scenarios
from ivr.scenario.places import lines_of
from ivr.scenario.stage import Stage

from .conftest import Write

SCENARIO = """\
# A comment with [[scenario]] in it.
[[scenario]]
name = "拨错号 [ { # \\" "
rows = ["wrong_number"]
steps = [
  { hears = "greeting.ask" },  # { another }
  {STEP},
  { hears = "wrong_number.explain" },
]
"""
SAYS = '{ says = "打错了" }'


def text(step: str = SAYS[2:-2]) -> str:
    """Return a valid scenario with ``step`` in the middle."""
    return SCENARIO.replace("{STEP}", "{ " + step + " }")


def mistake(write: Write, stage: Stage, written: str) -> str:
    """Return the error message for a file with a mistake."""
    with pytest.raises(ScenarioError) as caught:
        read_scenarios([write(written)], stage.sheet)
    return str(caught.value)


def test_a_good_file_is_read(write: Write, stage: Stage) -> None:
    (scenario,) = read_scenarios([write(text())], stage.sheet)
    assert scenario.line == 2
    assert scenario.lines == (6, 7, 8)
    assert scenario.place(1).endswith("calls.toml:7")


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (
            'hears = "greeting.aks"',
            "no prompt 'greeting.aks' in the sheet: that row says greeting.ask",
        ),
        ('hears = "greting.ask"', "`ivr prompts list` lists all prompts"),
        ('says = "打错了", dbov = 20', "dbov = 20 is not allowed: input should be less than"),
        ('says = "打错了", level = -20', "unknown key 'level': use after, into, says, voice"),
        ('sings = "打错了"', "a step has exactly one of the keys hears, says"),
        ('says = "打错了", presses = "1"', "a step has exactly one of the keys"),
        ('says = ""', "says = '' is not allowed"),
        ('says = "打错了", after = 0.1', "after = 0.1 is not allowed"),
        ('says = "打错了", voice = 9', "voice = 9 is not allowed: input should be less than"),
        (
            'says = "打错了", voice = "natural 5"',
            "there is no voice 'natural 5': use one of natural, natural 1",
        ),
        ('presses = "1a"', "presses = '1a' is not allowed"),
        ('plays = "no.wav"', "there is no file no.wav beside calls.toml"),
        ('line = "static"', "line = 'static' is not allowed"),
        ("hangs_up = true", "the call is over here"),
        ("hung_up = true, after = 5.0", "the call is over here"),
        ('hears = "wrong_number.explain", with = { "姓" = "张" }', "has no slot 姓"),
        ('hears = "closing.ask", rendering = "loud"', "rendering = 'loud' is not allowed"),
    ],
)
def test_a_wrong_step_is_told_with_its_line(
    write: Write, stage: Stage, step: str, told: str
) -> None:
    sentence = mistake(write, stage, text(step))
    assert "calls.toml:7: " in sentence
    assert told in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ('["wrong_number"]', '["wrong"]', 2, "there is no row 'wrong' in the sheet"),
        ('["wrong_number"]', '["hold"]', 2, "is to prove the row hold and hears none"),
        ('["wrong_number"]', "[]", 4, "rows = [] is not allowed"),
        ('rows = ["wrong_number"]', "", 2, "rows is missing"),
        ("name =", "nmae =", 2, "name is missing"),
        ("rows =", 'outcom = "x"\nrows =', 4, "unknown key 'outcom'"),
        ("rows =", 'outcome = "x"\nrows =', 4, "outcome = 'x' is not allowed"),
        ("rows =", "tickets = [\n{ kind = 'fax' }]\nrows =", 5, "kind = 'fax' is not allowed"),
        ("rows =", "tickets = [{ kind = 'message', fax = 1 }]\nrows =", 4, "unknown key 'fax'"),
        ("rows =", "tickets = [1]\nrows =", 4, "tickets = 1 is not allowed"),
        ("[[scenario]]\nname", "[[scenarios]]\nname", 1, "begin each scenario with"),
        ("rows = [", "rows = ", 4, "this is not valid TOML"),
    ],
)
def test_a_wrong_scenario_is_told_with_its_line(
    write: Write, stage: Stage, old: str, new: str, line: int, told: str
) -> None:
    sentence = mistake(write, stage, text().replace(old, new))
    assert f"calls.toml:{line}: " in sentence
    assert told in sentence


def test_interrupting_needs_a_prompt_that_begins_after_a_pause(write: Write, stage: Stage) -> None:
    sentence = mistake(write, stage, text('hears = "closing.ask" }, { says = "喂", into = 1.0'))
    assert "into counts from a prompt that begins after 0.7 s of quiet" in sentence


def test_two_scenarios_of_one_name_are_refused(write: Write, stage: Stage) -> None:
    assert "is taken by" in mistake(write, stage, text() + text())


@pytest.mark.parametrize("octets", [b"\xff\xfe", b""])
def test_a_file_without_scenarios_is_told(tmp_path: Path, stage: Stage, octets: bytes) -> None:
    path = tmp_path / "calls.toml"
    path.write_bytes(octets)
    with pytest.raises(ScenarioError, match=r"calls\.toml"):
        read_scenarios([path], stage.sheet)


def test_a_directory_without_scenarios_is_told(tmp_path: Path, stage: Stage) -> None:
    with pytest.raises(ScenarioError, match="holds no scenario files"):
        read_scenarios([tmp_path], stage.sheet)


def test_lines_are_found_in_either_form_of_a_list() -> None:
    found = lines_of(
        '[[scenario]]\nname = """\n[[scenario]]\n"""\n[[scenario.steps]]\nsays = "x"\n'
    )
    assert [lines.scenario for lines in found] == [1]
    assert found[0].of("steps", 0) == 5
    assert found[0].of("name") == 2
