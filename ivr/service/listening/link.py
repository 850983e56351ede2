"""The service's side of the listening process: starts it, and starts it again when it ends."""

import asyncio
import itertools
import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import structlog

from ivr.config import Settings
from ivr.dialogue.events import Event
from ivr.dialogue.expected import Expected
from ivr.service.listening.messages import LoadAll, Ready, Refused, SignOfLife
from ivr.service.listening.remote_listener import RemoteListener
from ivr.service.listening.wire import Wire
from ivr.service.loading import StartError

log = structlog.get_logger()

CHECK_SECONDS = 1.0
"""Seconds between two checks of the listening process. It sends two signs of life meanwhile."""
STUCK_CHECKS = 5
"""Checks in a row without a sign of life after which the listening process is killed. Checks are
counted instead of seconds, so that a pause of the whole machine is not blamed on it."""
_BACK_OFF_SECONDS = (0.0, 1.0, 5.0, 15.0)
"""Pauses before the listening process is started again: none before the first restart, and so on.
The list begins again when a process has run for a minute."""
_HEALTHY_SECONDS = 60.0
_STOP_SECONDS = 3.0
"""Seconds for which a stopping service waits for the listening process to end."""


class ListeningLink:
    """The listening process, and the calls that it listens to."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._numbers = itertools.count(1)
        self._calls: dict[int, RemoteListener] = {}
        self._loop = asyncio.get_running_loop()
        self._wire: Wire | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._up: asyncio.Future[None] = self._loop.create_future()
        self._keeping: asyncio.Task[None] | None = None
        self._silent_checks = 0
        self.ready = False
        """True while the process runs and has loaded everything."""
        self.state = SignOfLife()
        """The last sign of life."""

    async def start(self) -> None:
        """Start the process and wait until it has loaded everything; StartError if it cannot."""
        self._keeping = self._loop.create_task(self._keep())
        try:
            await asyncio.shield(self._up)
        except StartError:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End the process. Idempotent."""
        if self._keeping is not None:
            self._keeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeping
            self._keeping = None

    def begin(
        self,
        uniqueid: str,
        now: float,
        deliver: Callable[[Event, float], None],
        expected: Callable[[], Expected | None],
    ) -> RemoteListener:
        """Listen to a new call, which began at ``now`` (the event loop's clock).

        ``uniqueid`` is Asterisk's id of its channel. ``deliver`` is called with each event of the
        caller and its time. ``expected`` returns the kind of answer that the call expects.
        """
        number = next(self._numbers)
        call = RemoteListener(self, number, uniqueid, now, deliver, expected)
        self._calls[number] = call
        if self.ready:
            call.resume()
        return call

    def send(self, message: object, carried: socket.socket | None = None) -> None:
        """Send a message to the process; it is lost while the process does not run."""
        if self._wire is not None:
            self._wire.send(message, carried)
        elif carried is not None:
            carried.close()

    def forget(self, number: int) -> None:
        """Forget a call that is over and whose tap is closed."""
        self._calls.pop(number, None)

    async def _keep(self) -> None:
        """Run the process, and start another one each time it ends, until this is cancelled."""
        deaths = 0
        while True:
            began = self._loop.time()
            how = await self._run()
            if not self._up.done():
                self._up.set_exception(StartError(how))
                return
            if self._loop.time() - began > _HEALTHY_SECONDS:
                deaths = 0
            wait = _BACK_OFF_SECONDS[min(deaths, len(_BACK_OFF_SECONDS) - 1)]
            deaths += 1
            log.error(
                "listening_ended", reason=how, calls=len(self._calls), restart_in_seconds=wait,
                effect="callers are not heard for some seconds and can use only keys; prompts, "
                "waits and tickets go on",
                remedy="reason SIGKILL: give the machine more memory; others: report this line "
                "with those before it if it repeats",
            )  # fmt: skip
            for call in list(self._calls.values()):
                call.lost()
            await asyncio.sleep(wait)

    async def _run(self) -> str:
        """Run one process until it ends; return how it ended."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        gone = asyncio.Event()
        self._refusal = ""
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "ivr.service.listening.process",
                str(theirs.fileno()), str(os.getpid()),
                self._settings.service.model_dump_json(), pass_fds=(theirs.fileno(),),
            )  # fmt: skip
        except OSError as error:
            ours.close()
            return str(error)
        finally:
            theirs.close()
        self._wire = Wire(ours, self._receive, gone.set)
        self._wire.send(LoadAll(self._settings))
        self._silent_checks = 0
        watching = self._loop.create_task(self._watch())
        try:
            await gone.wait()
            return self._refusal or await self._end()
        finally:
            watching.cancel()
            self.ready, self.state = False, SignOfLife()
            wire, self._wire = self._wire, None
            wire.close()
            await self._end()

    async def _end(self) -> str:
        """Wait until the process has ended, and kill it if it does not; return how it ended."""
        assert self._process is not None
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                status = await self._process.wait()
        except TimeoutError:
            self._process.kill()
            status = await self._process.wait()
        return f"signal {-status}" if status < 0 else f"exit {status}"

    async def _watch(self) -> None:
        """Kill the process if it gives no sign of life; while it loads, it may take its time."""
        assert self._process is not None
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            self._silent_checks += self.ready
            if self._silent_checks > STUCK_CHECKS:
                self._refusal = f"no sign of life for {STUCK_CHECKS * CHECK_SECONDS:.0f} s"
                self._process.kill()
                return

    def _receive(self, message: Any, carried: socket.socket | None) -> None:
        self._silent_checks = 0
        match message:
            case SignOfLife():
                self.state = message
            case Ready():
                self.ready = True
                if not self._up.done():
                    self._up.set_result(None)
                for call in list(self._calls.values()):
                    call.resume()
            case Refused(sentence):
                self._refusal = sentence
            case _ if known := self._calls.get(message.call):
                known.receive(message)
