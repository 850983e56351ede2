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
    """The manager interface (AMI) cannot be used; the message is one sentence."""


class AmiRefused(AmiError):
    """The PBX refuses the AMI login: wrong user, wrong secret, or address not permitted."""


class Link(Manager):  # type: ignore[misc]
    """The client of the manager interface (AMI) for one connection, based on panoramisk's."""

    def __init__(self, **config: object) -> None:
        super().__init__(**config)
        self.lost = asyncio.Event()
        """Set when the connection has ended."""
        self.lost_because = "AMI has closed the connection"
        """The reason why the connection has ended, as a sentence."""

    def login(self, future: object) -> None:
        """Do nothing in place of panoramisk's method; ivr.asterisk.manager.Ami reads the answer."""

    def ping(self) -> None:
        """Do nothing in place of panoramisk's method; ivr.asterisk.manager.Ami sends the pings."""

    def connection_lost(self, exc: object) -> None:
        """Set ``lost``, because the connection has ended; Ami makes a new connection."""
        self.lost.set()

    def close(self) -> None:
        """Close the connection; each action that waits for an answer fails, and ``lost`` is set."""
        super().close()
        self.lost.set()


class Protocol(AMIProtocol):  # type: ignore[misc]
    """The reader of AMI messages in the library panoramisk, with limits of size and number."""

    def data_received(self, data: bytes) -> None:
        """Handle octets of messages; disconnect on a message that is malformed or too long."""
        try:
            super().data_received(data)
        except Exception:  # it fails on a repeated key and on other malformed messages
            self._refuse("something that is not a message")
        if sum(map(len, self.queue)) > MESSAGE_OCTETS:
            self._refuse("a message that is too long")

    def handle_message(self, message: Message) -> None:
        """Handle a message; disconnect if its answer has more messages than ANSWER_MESSAGES."""
        super().handle_message(message)
        action = self.responses.get(message.id)
        if action is not None and len(action.responses) > ANSWER_MESSAGES:
            self._refuse("an answer that is too long")

    def forget(self, action_id: str) -> None:
        """Drop the messages that came in answer to an action, because nobody waits for them now."""
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
        """Pass the end of the connection on to its Link; do nothing if no Link is known yet."""
        if self.factory is not None:
            super().connection_lost(exc)

    def _refuse(self, what: str) -> None:
        if not self.transport.is_closing():
            self.factory.lost_because = f"AMI sends {what} and was disconnected"
            self.transport.abort()
