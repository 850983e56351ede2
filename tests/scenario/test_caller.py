"""The caller of a real call carries out the steps of a scenario when the bot has finished."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from ivr.scenario.caller import Caller
from ivr.scenario.files import ScenarioError, read_scenarios
from ivr.scenario.sounds import prepare
from ivr.scenario.stage import Stage
from ivr.softphone.rtp import pack
from ivr.softphone.script import ALAW, Action, Digits, HangUpStep, NoRtp, PlayedSound, Silence
from ivr.softphone.wav import write_wav

from .conftest import Write

SECONDS = 0.02
LOUD = ALAW.encode(np.full(160, 3000, np.int16))
QUIET = bytes([ALAW.idle]) * 160


class Bot:
    """A bot that speaks in turns, with silence between them; each step is one packet of time."""

    def __init__(self, *turns: tuple[float, float]) -> None:
        self._turns = turns
        self.now = 0.0
        self.packets: list[tuple[float, bytes]] = []

    def step(self) -> None:
        self.now += SECONDS
        speaks = any(begin <= self.now < end for begin, end in self._turns)
        count = len(self.packets)
        payload = LOUD if speaks else QUIET
        self.packets.append(
            (self.now, pack(ALAW.payload_type, count, count * 160, 1, payload, False))
        )


def done(stage: Stage, write: Write, bot: Bot, *steps: str) -> list[tuple[float, Action]]:
    """Return the caller's actions in at most two minutes, without silence, and their times."""
    text = '[[scenario]]\nname = "x"\nrows = ["greeting"]\nsteps = [\n'
    text += "".join(f"{{ {step} }},\n" for step in steps)
    (scenario,) = read_scenarios([write(text + "]")], stage.sheet)
    caller = Caller(scenario, ALAW, lambda: bot.packets, lambda: bot.now)
    told: list[tuple[float, Action]] = []
    for action in islice(caller.script(), 6000):
        before = told[-1][1] if told else None
        if not isinstance(action, Silence) and type(before) is not type(action):
            told.append((bot.now, action))
        if isinstance(action, HangUpStep):
            break
        for _ in range(16 * len(action.keys) if isinstance(action, Digits) else 1):
            bot.step()
    return told


GREETED = 'hears = "greeting.ask"'


def test_a_caller_speaks_a_second_after_the_end_of_the_prompt(stage: Stage, write: Write) -> None:
    """The file of the prompt ends with 0.15 s of silence."""
    bot = Bot((1.0, 3.0), (3.5, 6.0), (10.0, 11.0))
    told = done(stage, write, bot, GREETED, 'says = "打错了"', 'hears = "wrong_number.explain"')
    (speaks, audio), (leaves, end) = told
    assert isinstance(audio, PlayedSound)
    assert speaks == pytest.approx(6.0 + 0.15 + 1.0, abs=0.05)
    assert isinstance(end, HangUpStep)
    assert leaves == pytest.approx(11.0 + 0.15 + 1.0, abs=0.05)


def test_a_caller_waits_for_as_many_turns_as_are_written(stage: Stage, write: Write) -> None:
    bot = Bot((0.0, 2.0), (7.0, 9.0))
    told = done(stage, write, bot, GREETED, 'hears = "no_sound.ask", after = 5.0', 'presses = "0"')
    assert isinstance(told[0][1], Digits)
    assert told[0][0] == pytest.approx(9.0 + 0.15 + 1.0, abs=0.05)


def test_a_caller_interrupts_at_the_time_that_is_written(stage: Stage, write: Write) -> None:
    """The time counts from the beginning of the file, 0.08 s before its sound."""
    bot = Bot((1.0, 5.0))
    told = done(stage, write, bot, GREETED, 'says = "打错了", into = 2.0')
    assert told[0][0] == pytest.approx(1.0 - 0.08 + 2.0, abs=0.05)


def test_a_reply_during_a_key_press_counts_as_a_turn(stage: Stage, write: Write) -> None:
    """The bot answers a key before it is released."""
    bot = Bot((0.0, 2.0), (3.2, 5.0))
    steps = [GREETED, 'presses = "0"', 'hears = "cannot_answer_now.phone"', 'says = "打错了"']
    told = done(stage, write, bot, *steps)
    assert told[1][0] == pytest.approx(5.0 + 0.15 + 1.0, abs=0.05)


def test_the_line_carries_the_sound_that_is_written(stage: Stage, write: Write) -> None:
    told = done(stage, write, Bot((0.5, 2.0)), 'line = "no_rtp"', GREETED)
    assert (told[0][0], type(told[0][1])) == (0.0, NoRtp)
    told = done(stage, write, Bot((0.5, 2.0)), 'line = "noise", dbov = -24', GREETED)
    level = told[0][1]
    assert isinstance(level, PlayedSound)
    assert np.std(level.samples) == pytest.approx(32768 * 10 ** (-24 / 20), rel=0.3)


def test_a_caller_who_hears_nothing_gives_up(stage: Stage, write: Write) -> None:
    told = done(stage, write, Bot(), GREETED, 'says = "打错了"')
    ((leaves, end),) = told
    assert isinstance(end, HangUpStep)
    assert leaves == pytest.approx(10.0, abs=0.1)


def test_a_caller_plays_a_recording(stage: Stage, write: Write, tmp_path: Path) -> None:
    sound = np.full(8000, 1000, np.int16)
    write_wav(tmp_path / "a.wav", [(0.0, sound)])
    (_, audio), _ = done(stage, write, Bot((0.5, 2.0)), GREETED, 'plays = "a.wav"')
    assert isinstance(audio, PlayedSound)
    assert np.array_equal(audio.samples, sound[:160])


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ('plays = "a.wav"', "a.wav is not a WAV file that can be read"),
        ('says = "喂", voice = "nobody"', "espeak-ng has no voice 'nobody'"),
        ('says = "喂", voice = "natural 2"', "run `ivr voices fetch baker`"),
    ],
)
def test_a_sound_that_cannot_be_made_is_told_with_its_line(
    stage: Stage,
    write: Write,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    told: str,
) -> None:
    monkeypatch.setenv("IVR_VOICES", str(tmp_path))
    (tmp_path / "a.wav").write_bytes(b"no sound")
    text = '[[scenario]]\nname = "x"\nrows = ["greeting"]\nsteps = [\n{ hears = "greeting.ask" },\n'
    (scenario,) = read_scenarios([write(text + "{ " + step + " }]")], stage.sheet)
    with pytest.raises(ScenarioError, match=told) as caught:
        prepare(scenario)
    assert "calls.toml:6: " in str(caught.value)
