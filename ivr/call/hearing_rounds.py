"""The frames of all calls, heard in rounds, so that the voice detector runs once for many calls."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

import structlog

from ivr.hearing.g711 import Samples
from ivr.hearing.listening import Judge, Listening, hear_together

log = structlog.get_logger()

ROUND_SECONDS = 0.01
"""Seconds from the first frame of a round to its end. So long a frame is waited with at most; twice
as long (a packet) would make the detector's runs no cheaper for fifty calls."""

Hear = Callable[[Samples, float], Listening[None]]
"""Hearing of a call: takes a frame and the time of its arrival (``LiveCall.hear``)."""


class HearingRounds:
    """Collects the frames of all calls of this process, and lets the calls hear them together.

    ``judge`` answers the questions of all calls to the voice detector.
    """

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._arrived: deque[tuple[Hear, Samples, float]] = deque()

    def take(self, hear: Hear, frame: Samples, now: float) -> None:
        """Take a frame that arrived at ``now`` for the call with the function ``hear``.

        The call hears it when the round ends, after all its earlier frames. ``now`` is in seconds
        of the event loop's clock.
        """
        if not self._arrived:
            asyncio.get_running_loop().call_later(ROUND_SECONDS, self._end)
        self._arrived.append((hear, frame, now))

    def _end(self) -> None:
        arrived, self._arrived = self._arrived, deque()
        while arrived:
            hear_together(list(_of_each_call(arrived)), self._judge, _report)


def _of_each_call(arrived: deque[tuple[Hear, Samples, float]]) -> Iterable[Listening[None]]:
    """Take the first frame of each call out of ``arrived``, and yield the hearing of it."""
    taken: set[Hear] = set()
    for _ in range(len(arrived)):
        hear, frame, now = arrived.popleft()
        if hear in taken:
            arrived.append((hear, frame, now))
        else:
            taken.add(hear)
            yield hear(frame, now)


def _report(error: Exception) -> None:
    log.error(
        "hearing_failed", reason="a defect of the service: see the traceback",
        effect="one frame of one caller was not heard", remedy="report this traceback",
        exc_info=error,
    )  # fmt: skip
