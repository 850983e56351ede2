"""One call in the service, as far as its caller is listened to in the listening process."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any, Protocol

from ivr.dialogue.commands import Play
from ivr.dialogue.events import Condition, Event, LineChanged
from ivr.dialogue.expected import Expected
from ivr.service.listening.messages import (
    Begin,
    Connected,
    Disconnected,
    End,
    ExpectationAsked,
    Expecting,
    Happened,
    PromptStarted,
    PromptStopped,
    Proven,
    Tapped,
)


class ProcessLink(Protocol):
    """The link to the listening process, as one call uses it."""

    ready: bool
    """True while the process runs and has loaded everything."""

    def send(self, message: object, carried: socket.socket | None = None) -> None:
        """Send a message to the process; it is lost while the process does not run."""
        ...

    def forget(self, number: int) -> None:
        """Forget a call that is over and whose tap is closed."""
        ...


class RemoteListener:
    """Listens to one caller, in the listening process. Implements ivr.call.ports.Listening."""

    def __init__(
        self,
        listening: ProcessLink,
        number: int,
        uniqueid: str,
        now: float,
        deliver: Callable[[Event, float], None],
        expected: Callable[[], Expected | None],
    ) -> None:
        self._listening, self._number, self._uniqueid = listening, number, uniqueid
        self._began, self._deliver, self._expected = now, deliver, expected
        self._loop = asyncio.get_running_loop()
        self._closed = False
        self._connected = False
        self._unheard = False
        self._prompt: PromptStarted | None = None
        """The prompt that is being played; None if none is."""
        self.on_tap_lost: Callable[[str], None] = lambda reason: None
        """Called with the reason when the connection of the tap has ended during the call."""
        self.on_end: Callable[[], None] = lambda: None
        """Called when the call is over and the tap's connection has ended."""
        self.on_proven: Callable[[], None] = lambda: None
        """Called when the tap has delivered one second of audio."""

    # What the call tells.

    def prompt_started(self, play: Play, now: float) -> None:
        """Note that a prompt begins at ``now``, in seconds of the event loop's clock."""
        clips = tuple(play.prompt.clips)
        self._prompt = PromptStarted(self._number, clips, play.rendering, now)
        self._listening.send(self._prompt)

    def prompt_stopped(self, now: float) -> None:
        """Note that the prompt ended or was cut at ``now`` (seconds of the event loop's clock)."""
        self._prompt = None
        self._listening.send(PromptStopped(self._number, now))

    def close(self) -> None:
        """Deliver no more events, because the call is over. Idempotent."""
        if self._closed:
            return
        self._closed = True
        self._listening.send(End(self._number))
        if not self._connected:
            self._drop_tap("the call is over")

    # What the tap tells.

    def connect(self, connection: socket.socket, first: bytes) -> None:
        """Hand the tap's connection, and the octets already read from it, to the process.

        If the process is not ready, the caller is told that they are not heard.
        """
        if not self._listening.ready:
            connection.close()
            self.lost()
            return
        self._connected = True
        self._listening.send(Connected(self._number, first), connection)

    def tapped(self, attached: bool, now: float) -> None:
        """Take note whether the tap is attached. ``now`` is in seconds of the loop's clock."""
        self._listening.send(Tapped(self._number, attached, now))

    # What the process tells.

    def resume(self) -> None:
        """Have the process, which has become ready, listen to this call."""
        if self._closed:
            return
        unheard, self._unheard = self._unheard, False
        self._listening.send(Begin(self._number, self._uniqueid, self._began, unheard))
        if self._prompt is not None:
            self._listening.send(self._prompt)
        if unheard:
            self._drop_tap("the listening process has been started again")

    def lost(self) -> None:
        """Tell the call that the caller is not heard, because no process listens."""
        self._connected = False
        if self._closed:
            self._drop_tap("the listening process has ended")
        elif not self._unheard:
            self._unheard = True
            self._deliver(LineChanged(Condition.UNHEARD), self._loop.time())

    def receive(self, message: Any) -> None:
        """Handle a message of the process about this call."""
        match message:
            case Happened(_, event, now) if not self._closed:
                self._deliver(event, now)
            case ExpectationAsked() if not self._closed:
                self._listening.send(Expecting(self._number, self._expected()))
            case Proven():
                self.on_proven()
            case Disconnected():
                self._drop_tap("Asterisk closed its connection")

    def _drop_tap(self, reason: str) -> None:
        """Note that the tap has no connection any more. Forget the call if it is over."""
        self._connected = False
        if self._closed:
            self._listening.forget(self._number)
            self.on_end()
        else:
            self.on_tap_lost(reason)
