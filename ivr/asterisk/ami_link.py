"""One connection to the manager interface (AMI), made with panoramisk, an AMI library.

Unlike panoramisk's own connection, this one does not ping, reconnect or repeat an action by itself.
It asks for no events, so none can pile up. A peer that sends more than the limits below allow is
disconnected.
"""

import asyncio

from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager
from panoramisk.message import Message

MESSAGE_OCTETS = 64 << 10
"""Upper limit of octets in one message; a peer that sends a longer one is disconnected. The message
that describes a channel has 700."""
ANSWER_MESSAGES = 5_000
"""Upper limit of messages in one answer; a peer that sends more is disconnected. It is enough to
list 1,600 calls with three channels each."""


class AmiError(Exception):
    """The manager interface cannot be used; the message is one sentence."""


class AmiRefused(AmiError):
    """The PBX refuses the login: wrong user, wrong secret, or an address that is not permitted."""


class Link(Manager):  # type: ignore[misc]
    """panoramisk's client of the manager interface, for one connection only."""

    def __init__(self, **config: object) -> None:
        super().__init__(**config)
        self.lost = asyncio.Event()
        """Set when the connection has ended."""
        self.lost_because = "AMI has closed the connection"
        """The reason why the connection has ended, as a sentence."""

    def login(self, future: object) -> None:
        """Do nothing: :class:`ivr.asterisk.manager.Ami` reads the answer to the login."""

    def ping(self) -> None:
        """Do nothing: :class:`ivr.asterisk.manager.Ami` pings with a deadline."""

    def connection_lost(self, exc: object) -> None:
        """Set ``lost``; :class:`ivr.asterisk.manager.Ami` makes a new connection."""
        self.lost.set()

    def close(self) -> None:
        """Close the connection; no timer and no unanswered action remains."""
        super().close()
        self.lost.set()


class Protocol(AMIProtocol):  # type: ignore[misc]
    """panoramisk's reader of messages, with limits for their size and their number."""

    def data_received(self, data: bytes) -> None:
        """Octets have arrived; disconnect on a malformed message and on one that is too long."""
        try:
            super().data_received(data)
        except Exception:  # it fails on a repeated key and on other malformed messages
            self._refuse("something that is not a message")
        if sum(map(len, self.queue)) > MESSAGE_OCTETS:
            self._refuse("a message that is too long")

    def handle_message(self, message: Message) -> None:
        """A message has arrived; disconnect if its answer now has more than ANSWER_MESSAGES."""
        super().handle_message(message)
        action = self.responses.get(message.id)
        if action is not None and len(action.responses) > ANSWER_MESSAGES:
            self._refuse("an answer that is too long")

    def forget(self, action_id: str) -> None:
        """Drop the messages that have come in answer to an action: nobody waits for them now."""
        self.responses.pop(action_id, None)

    def close(self) -> None:
        """Close the connection; each action that waits for an answer fails with AmiError.

        panoramisk would keep these actions, and repeat them after a reconnect.
        """
        for action in self.responses.values():
            if not action.future.done():
                action.future.set_exception(AmiError(self.factory.lost_because))
        self.responses.clear()
        super().close()

    def connection_lost(self, exc: object) -> None:
        """The connection has ended; tell the Link to which it belongs, if that is known already."""
        if self.factory is not None:
            super().connection_lost(exc)

    def _refuse(self, what: str) -> None:
        if not self.transport.is_closing():
            self.factory.lost_because = f"AMI sends {what} and was disconnected"
            self.transport.abort()
