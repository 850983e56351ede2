"""Ticket numbers: short, spoken at once, never given twice.

They are counted, so that no two are alike, and the count is scrambled, so that a number tells
nobody how many there are. The count is reserved on the disk in blocks, before any number of a
block is used: services that share the directory share it, and a crash wastes a block at most.
"""

import fcntl
import os
from hashlib import blake2b
from pathlib import Path

from ivr.records.spool import sync_directory

TICKET_DIGITS = "2356789"
"""0 is lost at the front of a cell of a spreadsheet, 1 and 7 look alike in handwriting, and 4
sounds like death."""
SITES = 4
BLOCK = 32
_ROUNDS = 4


def number_of(count: int) -> str:
    """The number of the ticket that is the ``count``-th, from 0: six digits for the first 117,649,
    then eight, and so on; another one for every count."""
    length = 6
    while count >= (size := len(TICKET_DIGITS) ** length):
        count -= size
        length += 2
    half = len(TICKET_DIGITS) ** (length // 2)
    left, right = divmod(count, half)
    for turn in range(_ROUNDS):  # a Feistel network: whatever the mixer, it can be undone
        left, right = right, (left + _mixed(turn, right)) % half
    value, number = left * half + right, ""
    for _ in range(length):
        value, digit = divmod(value, len(TICKET_DIGITS))
        number += TICKET_DIGITS[digit]
    return number


def _mixed(turn: int, value: int) -> int:
    return int.from_bytes(blake2b(b"%d:%d" % (turn, value), digest_size=8).digest())


class TicketNumbers:
    """Gives out the numbers of one directory. For one thread."""

    def __init__(self, directory: Path, site: int) -> None:
        """``site`` is below :data:`SITES`: directories with different ones share no number."""
        self._path, self._site = directory / "ticket-count", site
        self._next = self._end = 0

    def take(self) -> str:
        """A number that nobody has been given. OSError when the count cannot be written, ValueError
        when what is there is no count."""
        if self._next == self._end:
            self._next = self._reserve()
            self._end = self._next + BLOCK
        self._next += 1
        return number_of((self._next - 1) * SITES + self._site)

    def _reserve(self) -> int:
        """Reserve a block; the first of its counts."""
        new = self._path.with_suffix(".new")
        file = os.open(
            self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640
        )
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            first = int(self._path.read_text()) if self._path.exists() else 0
            with new.open("w") as writing:
                writing.write(str(first + BLOCK))
                writing.flush()
                os.fsync(writing.fileno())
            new.rename(self._path)
            sync_directory(self._path.parent)
        finally:
            os.close(file)
        return first
