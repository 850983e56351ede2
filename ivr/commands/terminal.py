"""The keyboard of ``ivr talk``: reads the lines that the user types as the caller."""

import os
import select
import time
from typing import Protocol


class Keyboard(Protocol):
    """The source of the lines that the user of ``ivr talk`` types, and the clock of the call."""

    @property
    def now(self) -> float:
        """Seconds since the call was answered."""
        ...

    def line(self, until: float) -> str | None:
        """Wait for the next line of text; return it with its line feed.

        Return None if no line is complete at ``until`` (in seconds from the answer), and ``""`` at
        the end of the input.
        """
        ...


class Terminal:
    """The keyboard of a real terminal, read from standard input in real time.

    The terminal is not read by a thread, because Python cannot end while a thread waits for a line.
    """

    def __init__(self, file: int = 0) -> None:
        """Read from the file descriptor ``file``, from which nothing else may read.

        The call counts as answered now.
        """
        self._file = file
        self._answered = time.monotonic()
        self._octets = b""
        self._ended = False

    @property
    def now(self) -> float:
        """Seconds since the call was answered."""
        return time.monotonic() - self._answered

    def line(self, until: float) -> str | None:
        """Wait for the next line; see :meth:`Keyboard.line`."""
        while b"\n" not in self._octets and not self._ended:
            if not select.select([self._file], [], [], max(0.0, until - self.now))[0]:
                return None
            octets = os.read(self._file, 4096)
            self._octets += octets
            self._ended = not octets
        line, end, self._octets = self._octets.partition(b"\n")
        return (line + end).decode("utf-8", "replace")
