"""Ticket numbers such as 582369: they are short, need no database and are never given twice.

Tickets are counted, so that no two numbers are equal. The count is scrambled into the number. A
number therefore does not tell how many tickets there are. A process reserves a block of counts on
the disk before it uses the first of them. Services that share records.directory thus use different
counts. A crash wastes at most one block (BLOCK, 32 counts).
"""

import contextlib
import fcntl
import os
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

from ivr.records.spool import sync_directory

TICKET_DIGITS = "2356789"
"""Digits of a ticket number. Left out are 0, which a spreadsheet drops at the beginning, 1, which
looks like a 7 when handwritten, and 4, because 四 sounds like 死 (death)."""
SITES = 4
"""Number of values that the setting records.site may have: 0 to 3."""
BLOCK = 32
"""Number of counts that a process reserves on the disk at a time."""
_ROUNDS = 4
"""Number of rounds of the Feistel network, which scrambles the count into a number."""


def number_of(count: int) -> str:
    """Return the ticket number for a count (0, 1, 2, …); no two counts have the same number.

    The first 117,649 numbers have six digits, the next 5,764,801 have eight, and so on.
    """
    length = 6
    while count >= (size := len(TICKET_DIGITS) ** length):
        count -= size
        length += 2
    half = len(TICKET_DIGITS) ** (length // 2)
    left, right = divmod(count, half)
    for turn in range(_ROUNDS):  # a Feistel network permutes all values, whatever _mixed is
        left, right = right, (left + _mixed(turn, right)) % half
    value, number = left * half + right, ""
    for _ in range(length):
        value, digit = divmod(value, len(TICKET_DIGITS))
        number += TICKET_DIGITS[digit]
    return number


def count_of(number: str) -> int:
    """Return the count that ``number`` was made of: the inverse of :func:`number_of`.

    Raise ValueError if ``number`` is no ticket number.
    """
    if len(number) < 6 or len(number) % 2:
        raise ValueError(f"a ticket number has six, eight, … digits, not {number!r}")
    length, before = 6, 0
    while length < len(number):
        before += len(TICKET_DIGITS) ** length
        length += 2
    half, value = len(TICKET_DIGITS) ** (length // 2), 0
    for digit in reversed(number):
        value = value * len(TICKET_DIGITS) + TICKET_DIGITS.index(digit)
    left, right = divmod(value, half)
    for turn in reversed(range(_ROUNDS)):
        left, right = (right - _mixed(turn, left)) % half, left
    count: int = before + left * half + right
    return count


def _mixed(turn: int, value: int) -> int:
    return int.from_bytes(blake2b(b"%d:%d" % (turn, value), digest_size=8).digest())


class TicketNumbers:
    """Gives out new ticket numbers, counted in a file of the directory of the records.

    Only one thread may use an object of this class.
    """

    def __init__(self, directory: Path, site: int) -> None:
        """Use the file ``ticket-count`` in ``directory`` (records.directory) as the count.

        ``site`` is the setting records.site, from 0 to SITES - 1 (3). Two directories with
        different sites never give out the same number.
        """
        self._path, self._site = directory / "ticket-count", site
        self._next = self._end = 0

    def take(self) -> str:
        """Return a new ticket number, as text of digits.

        Raise OSError if the count of tickets cannot be read or written, and ValueError if its file
        holds no number.
        """
        if self._next == self._end:
            self._next = self._reserve()
            self._end = self._next + BLOCK
        self._next += 1
        return number_of((self._next - 1) * SITES + self._site)

    def pass_over(self, numbers: Iterable[str]) -> bool:
        """Make sure that none of ``numbers`` is given out again; return True if one could be.

        They are numbers of tickets that exist. The count lacks them if it was lost, or if it is a
        copy older than the tickets. A number that was written by hand is left out. Raise OSError or
        ValueError as :meth:`take` does.
        """
        needed = 0
        for number in numbers:
            with contextlib.suppress(ValueError):
                place, site = divmod(count_of(number), SITES)
                needed = max(needed, place + 1 if site == self._site else 0)
        return needed > 0 and self._reserve(needed) < needed

    def _reserve(self, least: int | None = None) -> int:
        """Reserve the next BLOCK (32) counts of tickets on the disk; return the first of them.

        With ``least``, reserve none, but raise the count to ``least`` if it is less; return what it
        was. Raise OSError if the file of the count cannot be read or written, and ValueError if it
        holds no number.
        """
        new = self._path.with_suffix(".new")
        file = os.open(
            self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640
        )
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            first = int(self._path.read_text()) if self._path.exists() else 0
            with new.open("w") as writing:
                writing.write(str(first + BLOCK if least is None else max(first, least)))
                writing.flush()
                os.fsync(writing.fileno())
            new.rename(self._path)
            sync_directory(self._path.parent)
        finally:
            os.close(file)
        return first
