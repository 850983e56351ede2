"""Late packets are sent after a short delay and left out after a long one."""

import pytest

from ivr.softphone.media import skipped


@pytest.mark.parametrize(
    ("late", "slots"),
    [(-0.01, 0), (0.0, 0), (0.019, 0), (0.06, 0), (0.0601, 3), (0.1, 5), (2.019, 100)],
)
def test_no_burst_after_a_long_delay(late: float, slots: int) -> None:
    assert skipped(late) == slots
