"""One connection to the manager interface: panoramisk's, with bounds, and without a second life.

It neither pings nor reconnects nor repeats an action by itself, and it asks for no events: what
cannot come cannot pile up. Who sends more than an answer may hold is disconnected.
"""

import asyncio

from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager
from panoramisk.message import Message

MESSAGE_OCTETS = 64 << 10
"""One message; those of a channel have 700."""
ANSWER_MESSAGES = 5_000
"""One answer: the channels of 1,600 calls."""


class AmiError(Exception):
    """The manager interface cannot be used; one sentence."""


class AmiRefused(AmiError):
    """User or secret are wrong, or the address is not permitted."""


class Link(Manager):  # type: ignore[misc]
    """panoramisk's manager for one connection."""

    def __init__(self, **config: object) -> None:
        super().__init__(**config)
        self.lost = asyncio.Event()
        self.why = "AMI has closed the connection"

    def login(self, future: object) -> None:
        """Whoever logs in reads the answer himself."""

    def ping(self) -> None:
        """Ours has a deadline."""

    def connection_lost(self, exc: object) -> None:
        """Nobody connects again but :class:`ivr.asterisk.manager.Ami`."""
        self.lost.set()

    def close(self) -> None:
        """Leave no timer and no action behind."""
        super().close()
        self.lost.set()


class Protocol(AMIProtocol):  # type: ignore[misc]
    """Its octets, of which there may be so many."""

    def data_received(self, data: bytes) -> None:
        """Octets have arrived; without an end of a message they are kept only so long."""
        try:
            super().data_received(data)
        except Exception:  # it takes for granted that no key comes twice, and more
            self._refuse("what is no message")
        if sum(map(len, self.queue)) > MESSAGE_OCTETS:
            self._refuse("a message without end")

    def handle_message(self, message: Message) -> None:
        """A message has arrived: part of an answer, or nothing that was asked for."""
        super().handle_message(message)
        action = self.responses.get(message.id)
        if action is not None and len(action.responses) > ANSWER_MESSAGES:
            self._refuse("an answer without end")

    def forget(self, action_id: str) -> None:
        """Nobody waits for this answer any more."""
        self.responses.pop(action_id, None)

    def close(self) -> None:
        """Tell everybody who waits; panoramisk would put their actions by, to ask again."""
        for action in self.responses.values():
            if not action.future.done():
                action.future.set_exception(AmiError(self.factory.why))
        self.responses.clear()
        super().close()

    def connection_lost(self, exc: object) -> None:
        """The connection has ended, perhaps given up before it was anybody's."""
        if self.factory is not None:
            super().connection_lost(exc)

    def _refuse(self, what: str) -> None:
        if not self.transport.is_closing():
            self.factory.why = f"AMI sends {what}, and was disconnected"
            self.transport.abort()
