"""What the PBX keeps of a call in its own records: rows and tickets as variables of the channel.

``IVR_ROWS`` and ``IVR_TICKETS`` are kept up to date during the call, so that they are there however
it ends; the dialplan makes CDR(userfield) and a CEL event of them (asterisk-conf/ivr-hotline.conf).
"""

from collections.abc import Callable, Sequence

from ivr.call.ports import CallLog
from ivr.dialogue.commands import Command, EnterRow, MakeTicket
from ivr.dialogue.events import Event
from ivr.dialogue.outcome import Outcome

LONGEST_VALUE = 160
"""Characters of the rows: a userfield has 255, and outcome and tickets come first."""


class TellingThePbx:
    """Implements :class:`ivr.call.ports.CallLog` round another one."""

    def __init__(self, record: CallLog, tell: Callable[[str, str], None]) -> None:
        """``tell`` sets a variable of the channel as soon as that delays nothing."""
        self._record, self._tell = record, tell
        self._rows: list[str] = []
        self._tickets: list[str] = []

    def note(self, what: Event | Command, now: float) -> None:
        """Pass it on; a row is told."""
        self._record.note(what, now)
        if isinstance(what, EnterRow):
            self._rows.append(what.row)
            self._tell("IVR_ROWS", joined_words(self._rows))

    def make_ticket(
        self, order: MakeTicket, now: float, made: Callable[[str | None], None]
    ) -> None:
        """Pass it on; a ticket that is safe is told."""

        def tell(number: str | None) -> None:
            if number is not None:
                self._tickets.append(number)
                self._tell("IVR_TICKETS", joined_words(self._tickets))
            made(number)

        self._record.make_ticket(order, now, tell)

    def close(self, outcome: Outcome, now: float) -> None:
        """Pass it on; the line has told it already."""
        self._record.close(outcome, now)


def joined_words(words: Sequence[str]) -> str:
    """``greeting+no_sound``; of many the first and the last ones: ``greeting+...+closing``."""
    last = len(words)
    while len(text := "+".join((words[0], "...", *words[-last:]))) > LONGEST_VALUE and last > 1:
        last -= 1
    return "+".join(words) if last == len(words) else text
