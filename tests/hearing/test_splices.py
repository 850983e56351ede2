"""A missing packet is distinguished from a late one."""

import numpy as np

from ivr.hearing.frames import CHUNK_SECONDS
from ivr.hearing.splices import SETTLED, Splices


def test_late_packets_are_no_splice() -> None:
    """Delays of up to 15 ms are usual for networks and a busy event loop."""
    splices = Splices()
    for index, late in enumerate(np.random.default_rng(3).uniform(0, 0.015, 1000)):
        splices.hear(index * CHUNK_SECONDS + late)
        assert not splices.recent


def test_a_missing_packet_is_noticed_and_forgotten() -> None:
    """It is noticed after three chunks and forgotten after 256 ms."""
    splices, seen = Splices(), []
    for index in range(60):
        splices.hear(index * CHUNK_SECONDS + (0.02 if index >= 30 else 0.0))
        seen.append(splices.recent)
    assert seen == [False] * 32 + [True] * SETTLED + [False] * (28 - SETTLED)
