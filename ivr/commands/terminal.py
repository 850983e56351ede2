"""The keyboard of ``ivr talk``: lines that the caller types, and the clock."""

import os
import select
import time
from typing import Protocol


class Keyboard(Protocol):
    """The lines that the caller types, and the clock by which they are read."""

    @property
    def now(self) -> float:
        """Seconds since the call was answered."""
        ...

    def line(self, until: float) -> str | None:
        """Return the next line with its end; None when ``until`` comes first.

        The line is empty at the end of the input.
        """
        ...


class Terminal:
    """Standard input in real time.

    It is read without a thread: Python could not end while a thread waits for a line.
    """

    def __init__(self, file: int = 0) -> None:
        """Read from the descriptor ``file``, from which nothing else may read."""
        self._file = file
        self._answered = time.monotonic()
        self._octets = b""
        self._ended = False

    @property
    def now(self) -> float:
        """Seconds since the call was answered."""
        return time.monotonic() - self._answered

    def line(self, until: float) -> str | None:
        """See :class:`Keyboard`."""
        while b"\n" not in self._octets and not self._ended:
            if not select.select([self._file], [], [], max(0.0, until - self.now))[0]:
                return None
            octets = os.read(self._file, 4096)
            self._octets += octets
            self._ended = not octets
        line, end, self._octets = self._octets.partition(b"\n")
        return (line + end).decode("utf-8", "replace")
