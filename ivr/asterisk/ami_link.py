"""One connection to the manager interface: panoramisk's, with limits and without reconnecting.

It neither pings nor reconnects nor repeats an action by itself. It asks for no events, so none can
pile up. A peer that sends more than an answer may hold is disconnected.
"""

import asyncio

from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager
from panoramisk.message import Message

MESSAGE_OCTETS = 64 << 10
"""Octets of one message at most; the message of a channel has 700."""
ANSWER_MESSAGES = 5_000
"""Messages of one answer at most: enough for the channels of 1,600 calls."""


class AmiError(Exception):
    """The manager interface cannot be used; the message is one sentence."""


class AmiRefused(AmiError):
    """The user or the secret is wrong, or the address is not permitted."""


class Link(Manager):  # type: ignore[misc]
    """panoramisk's manager, for one connection only."""

    def __init__(self, **config: object) -> None:
        super().__init__(**config)
        self.lost = asyncio.Event()
        """Set when the connection has ended."""
        self.lost_because = "AMI has closed the connection"
        """The reason, as a sentence."""

    def login(self, future: object) -> None:
        """Do nothing: :class:`ivr.asterisk.manager.Ami` reads the answer to the login."""

    def ping(self) -> None:
        """Do nothing: :class:`ivr.asterisk.manager.Ami` pings with a deadline."""

    def connection_lost(self, exc: object) -> None:
        """Set ``lost``; only :class:`ivr.asterisk.manager.Ami` connects again."""
        self.lost.set()

    def close(self) -> None:
        """Close the connection; no timer and no action is left."""
        super().close()
        self.lost.set()


class Protocol(AMIProtocol):  # type: ignore[misc]
    """panoramisk's protocol, which keeps only a limited number of octets and messages."""

    def data_received(self, data: bytes) -> None:
        """Octets have arrived; disconnect when a message is too long or is none."""
        try:
            super().data_received(data)
        except Exception:  # it fails on a repeated key and on other malformed messages
            self._refuse("something that is not a message")
        if sum(map(len, self.queue)) > MESSAGE_OCTETS:
            self._refuse("a message that is too long")

    def handle_message(self, message: Message) -> None:
        """A message has arrived; disconnect when the answer it belongs to is too long."""
        super().handle_message(message)
        action = self.responses.get(message.id)
        if action is not None and len(action.responses) > ANSWER_MESSAGES:
            self._refuse("an answer that is too long")

    def forget(self, action_id: str) -> None:
        """Drop an answer that is no longer waited for."""
        self.responses.pop(action_id, None)

    def close(self) -> None:
        """Fail the actions that wait for an answer: panoramisk would keep and repeat them."""
        for action in self.responses.values():
            if not action.future.done():
                action.future.set_exception(AmiError(self.factory.lost_because))
        self.responses.clear()
        super().close()

    def connection_lost(self, exc: object) -> None:
        """The connection has ended, perhaps before it was handed over."""
        if self.factory is not None:
            super().connection_lost(exc)

    def _refuse(self, what: str) -> None:
        if not self.transport.is_closing():
            self.factory.lost_because = f"AMI sends {what} and was disconnected"
            self.transport.abort()
