"""A missing packet is told from a late one."""

import numpy as np

from ivr.hearing.frames import CHUNK_SECONDS
from ivr.hearing.splices import SETTLED, Splices


def test_late_packets_are_no_splice() -> None:
    """Up to 15 ms, as networks and a busy loop have them."""
    splices = Splices()
    for index, late in enumerate(np.random.default_rng(3).uniform(0, 0.015, 1000)):
        splices.hear(index * CHUNK_SECONDS + late)
        assert not splices.recent


def test_a_missing_packet_is_noticed_and_forgotten() -> None:
    """Three chunks later, and for a quarter of a second."""
    splices, seen = Splices(), []
    for index in range(60):
        splices.hear(index * CHUNK_SECONDS + (0.02 if index >= 30 else 0.0))
        seen.append(splices.recent)
    assert seen == [False] * 32 + [True] * SETTLED + [False] * (28 - SETTLED)
