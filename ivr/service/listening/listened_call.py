"""One call in the listening process: its tap and its listener."""

import asyncio
import socket
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any

import structlog

from ivr.asterisk.tap_stream import TapStream
from ivr.call.listener import Listener
from ivr.dialogue.events import Event
from ivr.dialogue.expected import Expected
from ivr.dialogue.row import Rendering
from ivr.hearing.played import Reference
from ivr.service.listening.messages import (
    Begin,
    Connected,
    Disconnected,
    ExpectationAsked,
    Expecting,
    Happened,
    PromptStarted,
    PromptStopped,
    Proven,
    Tapped,
)
from ivr.service.listening.wire import Wire

ReferenceOf = Callable[[tuple[str, ...], Rendering], Reference]
"""A function that returns the samples of a prompt by its clips and its rendering."""


class ListenedCall:
    """Listens to one caller, as the service's messages say, and reports to the service."""

    def __init__(
        self,
        wire: Wire,
        begin: Begin,
        listener: Callable[["ListenedCall", Begin], Listener],
        reference: ReferenceOf,
    ) -> None:
        """Begin to listen. ``listener`` makes the listener of this call."""
        self._wire, self._call, self._reference = wire, begin.call, reference
        self._context: Context = copy_context()
        self._context.run(structlog.contextvars.bind_contextvars, call=begin.uniqueid)
        self._told: Callable[[Expected | None], None] | None = None
        self._stream: TapStream | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._listener = self._context.run(listener, self, begin)

    def tell(self, event: Event, now: float) -> None:
        """Report an event of the listener to the service."""
        self._wire.send(Happened(self._call, event, now))

    def ask(self, tell: Callable[[Expected | None], None]) -> None:
        """Ask the service which kind of answer is expected; ``tell`` is called with its answer."""
        self._told = tell
        self._wire.send(ExpectationAsked(self._call))

    def receive(self, message: Any, carried: socket.socket | None) -> None:
        """Handle a message of the service about this call."""
        self._context.run(self._handle, message, carried)

    def close(self) -> None:
        """Close the tap, and listen no more."""
        self._listener.close()
        if self._connecting is not None:
            self._connecting.cancel()
        if self._stream is not None:
            self._stream.close()

    def _handle(self, message: Any, carried: socket.socket | None) -> None:
        match message:
            case Connected() if carried is None:  # this process can open no more files
                self._wire.send(Disconnected(self._call))
            case Connected(_, first):
                assert carried is not None
                loop = asyncio.get_running_loop()
                self._connecting = loop.create_task(self._connect(carried, first))
            case Tapped(_, attached, now):
                self._listener.tapped(attached, now)
            case PromptStarted(_, clips, rendering, now):
                self._listener.prompt_started(self._reference(clips, rendering), now)
            case PromptStopped(_, now):
                self._listener.prompt_stopped(now)
            case Expecting(_, expected) if self._told is not None:
                told, self._told = self._told, None
                told(expected)

    async def _connect(self, connection: socket.socket, first: bytes) -> None:
        loop = asyncio.get_running_loop()
        connection.setblocking(False)
        try:
            _, self._stream = await loop.connect_accepted_socket(
                lambda: TapStream(
                    self._listener.hear,
                    lambda: self._wire.send(Proven(self._call)),
                    lambda: self._wire.send(Disconnected(self._call)),
                ),
                connection,
            )
        except BaseException:
            connection.close()
            self._wire.send(Disconnected(self._call))
            raise
        if first:
            self._stream.data_received(first)
