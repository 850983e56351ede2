"""Remembers callers who were transferred, in case nobody answers them."""

from ivr.etiquette.guest import Guest

MOST_TRANSFERRED = 1000
"""Callers who are remembered at the same time; of more, the earliest is forgotten."""


class TransferredGuests:
    """The transferred callers with all that was known of them, by the unique id of their channel.

    A caller whom nobody answers comes back as a new session with the same channel.
    """

    def __init__(self) -> None:
        self._guests: dict[str, Guest] = {}

    def remember(self, uniqueid: str, guest: Guest) -> None:
        """Keep what is known of a caller who has been transferred."""
        self._guests[uniqueid] = guest
        while len(self._guests) > MOST_TRANSFERRED:
            del self._guests[next(iter(self._guests))]

    def take(self, uniqueid: str) -> Guest | None:
        """Return what was known of this channel's caller and forget it; None if nothing was."""
        return self._guests.pop(uniqueid, None)
