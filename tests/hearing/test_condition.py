"""The verdict on the line, so far as it goes."""

from ivr.dialogue.events import Condition, LineChanged
from ivr.hearing.condition import LineCondition


def test_no_packet_for_half_a_second_is_no_rtp() -> None:
    """Told once, by the clock."""
    line = LineCondition(10.0)
    assert line.next_deadline() == 10.5
    assert line.wake(10.49) == []
    assert line.wake(10.5) == [LineChanged(Condition.NO_RTP)]
    assert line.next_deadline() is None
    assert line.wake(20.0) == []


def test_a_packet_ends_no_rtp() -> None:
    """The line lives again."""
    line = LineCondition(0.0)
    line.wake(1.0)
    assert line.hear(500, 1.2) == [LineChanged(Condition.NOBODY)]


def test_idle_code_for_a_second_is_a_dead_line() -> None:
    """A-law idle decodes to 8, which is not nothing, but is dead."""
    line = LineCondition(0.0)
    found = [event for i in range(1, 51) for event in line.hear(8, i * 0.02)]
    assert found == [LineChanged(Condition.DEAD_LINE)]


def test_one_louder_sample_revives_a_dead_line() -> None:
    """And the second begins anew."""
    line = LineCondition(0.0)
    for i in range(1, 51):
        line.hear(8, i * 0.02)
    assert line.hear(24, 1.02) == [LineChanged(Condition.NOBODY)]
    assert line.hear(8, 1.04) == []


def test_a_caller_who_was_heard_stays_one() -> None:
    """Silence after speech is a caller who is silent."""
    line = LineCondition(0.0)
    line.hear(500, 0.02)
    assert line.caller_heard() == [LineChanged(Condition.OK)]
    assert line.hear(500, 0.04) == []
