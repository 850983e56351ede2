"""Tells the PBX the rows and tickets of a call, by variables of the caller's channel.

The variables ``IVR_ROWS`` and ``IVR_TICKETS`` are updated during the call, so that they are set
however the call ends. The dialplan writes them into the PBX's records: CDR(userfield) and a CEL
event (asterisk-conf/ivr-hotline.conf).
"""

from collections.abc import Callable, Sequence

from ivr.call.ports import CallLog
from ivr.dialogue.commands import Command, EnterRow
from ivr.dialogue.events import Event
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.ticket import Ticket

LONGEST_VALUE = 160
"""Upper limit of characters in one variable. The CDR's userfield has 255 characters, for outcome,
tickets and rows together."""


class TellingThePbx:
    """A :class:`ivr.call.ports.CallLog` that also tells the PBX the rows and tickets of a call.

    It passes everything on to another CallLog. A row is a row of the etiquette sheet.
    """

    def __init__(self, record: CallLog, tell: Callable[[str, str], None]) -> None:
        """Prepare to pass everything on to ``record``.

        ``tell(name, value)`` must set a variable of the caller's channel. It is called with the
        name IVR_ROWS when a row of the sheet is entered, and with IVR_TICKETS when a ticket is
        stored.
        """
        self._record, self._tell = record, tell
        self._rows: list[str] = []
        self._tickets: list[str] = []

    def note(self, what: Event | Command, now: float) -> None:
        """Pass on an event or command of the call; set IVR_ROWS if it enters a row of the sheet.

        ``now`` is its time in seconds of the event loop's clock.
        """
        self._record.note(what, now)
        if isinstance(what, EnterRow):
            self._rows.append(what.row)
            self._tell("IVR_ROWS", joined_words(self._rows))

    def make_ticket(self, ticket: Ticket, now: float, made: Callable[[str | None], None]) -> None:
        """Pass on a ticket that is to be stored; set IVR_TICKETS when it is stored.

        ``now`` is the time in seconds of the event loop's clock. ``made`` is called with the
        ticket's number, or with None if the ticket could not be stored.
        """

        def tell(number: str | None) -> None:
            if number is not None:
                self._tickets.append(number)
                self._tell("IVR_TICKETS", joined_words(self._tickets))
            made(number)

        self._record.make_ticket(ticket, now, tell)

    def close(self, outcome: Outcome, now: float) -> None:
        """Pass on the end of the call, at ``now`` in seconds of the event loop's clock.

        The variable IVR_OUTCOME is set by AgiLine, not here.
        """
        self._record.close(outcome, now)


def joined_words(words: Sequence[str]) -> str:
    """Return the words joined by plus signs: ``greeting+no_sound``.

    If the result would have more than LONGEST_VALUE (160) characters, return the first word and as
    many of the last words as there is room for: ``greeting+...+closing``.
    """
    last = len(words)
    while len(text := "+".join((words[0], "...", *words[-last:]))) > LONGEST_VALUE and last > 1:
        last -= 1
    return "+".join(words) if last == len(words) else text
