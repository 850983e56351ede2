"""The condition of the line: facts count at once, everything else after two looks."""

import numpy as np
import pytest

from ivr.dialogue.events import Condition, Event, LineChanged
from ivr.hearing.condition import DEAD_SECONDS, MUTED_SECONDS, LineCondition
from ivr.hearing.frames import CHUNK, CHUNK_SECONDS

IDLE = np.full(CHUNK, 8, np.float32)
NOISE = np.random.default_rng(1).normal(0, 900, CHUNK * 200).astype(np.float32)


def hear(line: LineCondition, sound: np.ndarray, *, voice: float = 0.0) -> list[Event]:
    """Feed whole chunks of ``sound`` with this probability of voice; return the changes."""
    found: list[Event] = []
    for at in range(0, len(sound) - CHUNK + 1, CHUNK):
        chunk = sound[at : at + CHUNK]
        line.history.add(chunk)
        line.history.judge(voice, ours=False)
        found += line.hear_chunk(float(np.max(np.abs(chunk))))
    return found


def idle(seconds: float) -> np.ndarray:
    """Return a-law idle code of at least this length."""
    return np.tile(IDLE, int(np.ceil(seconds / CHUNK_SECONDS)))


def test_no_packet_for_half_a_second_is_no_rtp() -> None:
    """The change comes once, at the deadline."""
    line = LineCondition(10.0)
    assert line.next_deadline() == 10.5
    assert line.wake(10.49) == []
    assert line.wake(10.5) == [LineChanged(Condition.NO_RTP)]
    assert line.next_deadline() is None
    assert line.wake(20.0) == []


def test_a_packet_ends_no_rtp() -> None:
    """The condition before NO_RTP comes back."""
    line = LineCondition(0.0)
    line.caller_heard()
    line.wake(1.0)
    assert line.hear_frame(1.2) == [LineChanged(Condition.OK)]


def test_idle_code_for_a_second_is_a_dead_line() -> None:
    """A-law's idle code decodes to 8 and not to 0, and is a dead line nevertheless."""
    line = LineCondition(0.0)
    assert hear(line, idle(DEAD_SECONDS - 0.1)) == []
    assert hear(line, idle(0.2)) == [LineChanged(Condition.DEAD_LINE)]


def test_one_louder_sample_revives_a_dead_line() -> None:
    """Afterwards it takes a whole second of idle code again."""
    line = LineCondition(0.0)
    hear(line, idle(2.0))
    click = IDLE.copy()
    click[17] = 24
    assert hear(line, click) == [LineChanged(Condition.NOBODY)]
    assert hear(line, idle(DEAD_SECONDS - 0.1)) == []


def test_a_telephone_that_mutes_between_words_is_not_dead() -> None:
    """Some telephones send idle code while the caller is silent."""
    line = LineCondition(0.0)
    line.caller_heard()
    assert hear(line, idle(MUTED_SECONDS - 0.1)) == []
    assert hear(line, idle(0.2)) == [LineChanged(Condition.DEAD_LINE)]


def test_noise_becomes_the_verdict_once_and_leaves_with_the_noise() -> None:
    """Two looks that agree change the condition."""
    line = LineCondition(0.0)
    assert hear(line, NOISE) == [LineChanged(Condition.NOISE)]
    assert "dBov of noise" in line.verdict.why
    assert hear(line, NOISE / 100) == [LineChanged(Condition.NOBODY)]


@pytest.mark.parametrize("pause", [1.0, 10.0])
def test_the_condition_of_a_caller_is_kept_while_they_are_silent(pause: float) -> None:
    """Silence says nothing about the caller's voice."""
    line = LineCondition(0.0)
    hear(line, NOISE[: CHUNK * 30] / 300)
    line.caller_heard()
    syllables = np.repeat(np.arange(12) % 2, CHUNK * 5)
    quiet = NOISE[: CHUNK * 60] / 6 * syllables  # 150 of 32768: -47 dBov
    assert hear(line, quiet, voice=0.9) == [LineChanged(Condition.TOO_QUIET)]
    assert hear(line, NOISE[: int(pause * 8000)] / 100) == []


def test_a_short_answer_is_judged_when_it_ends() -> None:
    """One look is enough, because a single word gets no second one."""
    line = LineCondition(0.0)
    hear(line, NOISE[: CHUNK * 10] / 300)
    line.caller_heard()
    hear(line, NOISE[: CHUNK * 12] / 8, voice=0.9)
    assert line.caller_finished() == [LineChanged(Condition.TOO_QUIET)]
