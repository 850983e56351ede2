"""An event loop in virtual time: its clock jumps from timer to timer without waiting."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Jump(selectors.DefaultSelector):
    """A selector that sets the clock to the next timer instead of waiting for it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0  # not 0, so that seconds of the call cannot be mistaken for the clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += timeout or 0.0
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """The event loop of :func:`run`."""

    _scheduled: list[asyncio.TimerHandle]

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        return self._jump.now

    def stand_still(self, seconds: float) -> None:
        """Advance the clock without running timers, as if the process had been blocked."""
        self._jump.now += seconds

    def timers(self) -> int:
        """Return how many timers have not been cancelled."""
        return sum(not handle.cancelled() for handle in self._scheduled)


def running_loop() -> VirtualLoop:
    """Return the running loop, which must be that of :func:`run`."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return loop


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in virtual time; tasks that it leaves behind are cancelled."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(coroutine)
