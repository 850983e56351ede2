"""A call that did not go as written fails, with a problem for each step that differs."""

import pytest

from .conftest import Played

BEGIN = """\
[[scenario]]
name = "x"
rows = ["greeting"]
steps = [
  { hears = "greeting.ask" },
"""


def scenario(*steps: str, more: str = "") -> str:
    """Return a scenario that begins with the greeting; its second step is in line 6."""
    return BEGIN + "".join(f"  {{ {step} }},\n" for step in steps) + "]\n" + more


SAYS = 'says = "打错了"'
EXPLAINS = 'hears = "wrong_number.explain"'
SILENT = [f'hears = "no_sound.{key}", after = 5.0' for key in ("ask", "ask", "farewell")]


@pytest.mark.parametrize(
    ("steps", "line", "told"),
    [
        (['hears = "no_sound.ask"'], 6, "the wait was 5.00 s, not at most 0.6 s"),
        (['hears = "no_sound.ask", after = 4.8'], 6, "not 4.8 ± 0.15 s"),
        (['hears = "no_sound.ask", after = 5.0, cut = true'], 6, "was heard to its end"),
        (
            [SAYS, 'hears = "slow_answer.ask"'],
            7,
            "expected slow_answer.ask, but heard wrong_number",
        ),
        ([SAYS, EXPLAINS + ', rendering = "louder"'], 7, "was normal, not louder"),
        ([*SILENT, 'hears = "closing.ask"'], 9, "nothing more was heard"),
        ([SAYS, EXPLAINS, "hung_up = true"], 8, "heard as well"),
        (
            [
                'says = "我姓张，张先生"',
                'hears = "ask_topic.ask", with = { "姓" = "王", "先生" = "先生" }',
            ],
            7,
            "expected '王先生",
        ),
        (['says = "打错了", into = 2.0', EXPLAINS], 5, "greeting.ask was heard only in part"),
    ],
)
def test_a_difference_is_told_with_its_line(
    played: Played, steps: list[str], line: int, told: str
) -> None:
    verdict = played(scenario(*steps))
    assert any(told in problem for problem in verdict.problems), verdict.problems
    if "heard as well" not in told:
        assert f"calls.toml:{line}: " in verdict.problems[0]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('outcome = "no_sound"', "the call ended as caller_hung_up, not no_sound"),
        ('tickets = [{ kind = "message" }]', "the call left no ticket, not kind message"),
    ],
)
def test_outcome_and_tickets_are_compared(played: Played, more: str, told: str) -> None:
    (problem,) = played(scenario(SAYS, EXPLAINS, more=more)).problems
    assert told in problem


def test_a_bot_that_hangs_up_first_is_told(played: Played) -> None:
    (problem,) = played(scenario(*SILENT, "hangs_up = true, after = 8.0")).problems
    assert "the call was over before the caller could do this" in problem


def test_waits_are_measured_from_the_end_of_the_prompt_or_step_before(played: Played) -> None:
    verdict = played(scenario('hears = "no_sound.ask", after = 5.0'))
    assert verdict.passed
    assert [(wait.step, wait.wanted) for wait in verdict.waits] == [(0, None), (1, 5.0)]
    assert verdict.waits[1].seconds == pytest.approx(5.0)
