"""The conversation in a terminal: typed in virtual time, typed live, and heard by the ear."""

import math
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from ivr.commands.talk import Talk
from ivr.commands.terminal import Terminal
from ivr.etiquette.sheet import Sheet
from ivr.hearing.g711 import Samples
from ivr.recognition.model import load_model
from ivr.words.catalogue import Catalogue
from tests.caller import understander


class Typist:
    """Types each line at its second; the clock jumps."""

    def __init__(self, *typed: tuple[float, str]) -> None:
        self.now = 0.0
        self._typed = list(typed)

    def line(self, until: float) -> str | None:
        at = self._typed[0][0] if self._typed else math.inf
        self.now = min(at, until)
        return self._typed.pop(0)[1] if at <= until else None


def fast(sheet: Sheet, lines: Iterable[str], catalogue: Catalogue | None = None) -> list[str]:
    told: list[str] = []
    talk = Talk(sheet, catalogue, told.append, understander().meaning)
    talk.fast(iter(lines))
    return [*told, talk.summary]


def live(sheet: Sheet, *typed: tuple[float, str]) -> list[str]:
    told: list[str] = []
    talk = Talk(sheet, None, told.append, understander().meaning)
    talk.live(Typist(*typed))
    return [*told, talk.summary]


def words(told: list[str]) -> list[str]:
    """Without the clock, the meanings, and the summary."""
    return [line[9:] for line in told[:-1] if not line[9:].startswith("=")]


@pytest.mark.row("no_sound")
@pytest.mark.parametrize("lines", [[], ["\n"], ["\n"] * 50])
def test_saying_nothing_is_row_2(sheet: Sheet, lines: list[str]) -> None:
    told = fast(sheet, lines)
    ask, farewell = sheet["no_sound"].say["ask"], sheet["no_sound"].say["farewell"]
    assert words(told) == [
        "[greeting]", sheet["greeting"].say["ask"], "[no_sound]", ask, ask, farewell, "hangs up",
    ]  # fmt: skip
    assert "outcome no_sound" in told[-1]
    assert told[-1].endswith("rows greeting → no_sound")


def test_a_line_is_read_whenever_the_bot_waits(sheet: Sheet) -> None:
    told = fast(sheet, ["你好\n", "\n", "打错了\n", "12#\n"])
    assert [word for word in words(told) if word.startswith(">")] == ["> 你好", "> 打错了", "> 12#"]
    assert "outcome stayed_on" in told[-1]
    assert "closing → caller_stays_on" in told[-1]


def test_a_caller_who_never_stops_meets_the_limit(sheet: Sheet) -> None:
    told = fast(sheet, ("你好\n" for _ in range(10_000)))
    assert "outcome limit" in told[-1]


def test_recordings_say_how_long_prompts_last(sheet: Sheet, root: Path) -> None:
    catalogue = Catalogue.load(root / "prompts" / "rendered")
    asked = next(line for line in fast(sheet, [], catalogue) if "[no_sound]" in line)
    assert float(asked.split()[0]) == pytest.approx(
        catalogue["greeting.ask"].seconds + sheet["greeting"].seconds, abs=0.01
    )


def test_speech_during_a_prompt_interrupts_it(sheet: Sheet) -> None:
    told = live(sheet, (1.0, "你好\n"), (20.0, ""))
    assert words(told)[:4] == [
        "[greeting]", sheet["greeting"].say["ask"], "> 你好", "(interrupted)",
    ]  # fmt: skip
    assert told[3].startswith("   1.00")
    assert next(line for line in told if "[ask_topic]" in line).startswith("   1.44")


def test_speech_does_not_interrupt_a_goodbye_but_keeps_the_call(sheet: Sheet) -> None:
    farewell = sheet["no_sound"].say["farewell"]
    begins = next(float(line[:7]) for line in live(sheet) if line.endswith(farewell))
    told = live(sheet, (begins + 1.0, "你好\n"), (begins + 1.2, "1\n"), (begins + 20.0, ""))
    assert "(interrupted)" not in words(told)
    assert "[ask_topic]" in words(told)


def test_an_empty_enter_does_nothing(sheet: Sheet) -> None:
    assert live(sheet, (6.0, "\n"), (8.0, "  \n")) == live(sheet)


def test_the_end_of_input_hangs_up(sheet: Sheet) -> None:
    told = live(sheet, (1.0, ""))
    assert words(told)[-1] == "> hangs up"
    assert told[-1] == "outcome caller_hung_up after 1.00 s; rows greeting"


def test_two_lines_at_once_are_one_utterance(sheet: Sheet) -> None:
    told = live(sheet, (1.0, "你好\n"), (1.1, "我姓王\n"), (30.0, ""))
    assert words(told).count("[ask_topic]") == 1


def test_the_terminal_reads_lines_and_the_clock() -> None:
    reading, writing = os.pipe()
    try:
        terminal = Terminal(reading)
        assert terminal.line(terminal.now) is None
        assert 0.0 <= terminal.now < 5.0
        os.write(writing, "你好\n\nlast ".encode() + b"\xff")
    finally:
        os.close(writing)
    assert [terminal.line(60.0) for _ in range(4)] == ["你好\n", "\n", "last \ufffd", ""]
    os.close(reading)


def spoken(root: Path) -> Samples:
    return Catalogue.load(root / "prompts" / "rendered").samples("wrong_number.explain")


@pytest.mark.slow
def test_a_recording_goes_through_the_ear(sheet: Sheet, root: Path) -> None:
    told: list[str] = []
    talk = Talk(sheet, None, told.append, understander().meaning)
    silence = np.zeros(8000, np.int16)
    talk.sound(np.concatenate([silence, spoken(root)]), lambda at: None, load_model())
    spoke = told.index(next(line for line in told if line.endswith("> speaks")))
    assert 1.0 < float(told[spoke].split()[0]) < 1.6
    assert told[spoke + 1].endswith("(interrupted)")
    assert "outcome stayed_on" in talk.summary


@pytest.mark.row("no_sound")
def test_a_silent_recording_is_row_2(sheet: Sheet) -> None:
    told: list[str] = []
    talk = Talk(sheet, None, told.append, understander().meaning)
    passed: list[float] = []
    talk.sound(np.zeros(0, np.int16), passed.append, load_model())
    assert [*told, talk.summary] == fast(sheet, [])
    assert passed[:2] == [0.02, 0.04]
