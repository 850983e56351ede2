"""An event loop whose clock jumps: what would take minutes takes none, and nothing sleeps."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Jump(selectors.DefaultSelector):
    """Instead of waiting until the next timer is due, makes it that time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0  # not 0: whoever mistakes seconds on a call for the clock is caught

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += timeout or 0.0
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        return self._jump.now

    def stand_still(self, seconds: float) -> None:
        """Time passes in which nothing is done."""
        self._jump.now += seconds


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run it in virtual time; whatever it left behind is cancelled."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(coroutine)
