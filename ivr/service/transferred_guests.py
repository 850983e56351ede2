"""Remembers callers who were transferred, in case nobody answers the transfer."""

from ivr.etiquette.guest import Guest

MOST_TRANSFERRED = 1000
"""Upper limit of transferred callers who are remembered. For one more, the earliest is
forgotten."""


class TransferredGuests:
    """The transferred callers with all that was known of them, by the unique id of their channel.

    A caller whom nobody answers comes back as a new session with the same channel.
    """

    def __init__(self) -> None:
        self._guests: dict[str, Guest] = {}

    def remember(self, uniqueid: str, guest: Guest) -> None:
        """Store what is known of a transferred caller, who comes back if nobody answers.

        It is stored until :meth:`take` returns it. When more than MOST_TRANSFERRED (1000) callers
        are stored, the earliest is dropped.
        """
        self._guests[uniqueid] = guest
        while len(self._guests) > MOST_TRANSFERRED:
            del self._guests[next(iter(self._guests))]

    def take(self, uniqueid: str) -> Guest | None:
        """Return, and forget, what is known of this channel's caller; None if nothing is known."""
        return self._guests.pop(uniqueid, None)
