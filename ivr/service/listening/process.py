"""The listening process: ``python -m ivr.service.listening.process …``.

It has the tap, the detectors and the scribe of every call, and the recognition workers. The service
tells it when calls and prompts begin and end; it tells the service what callers do.
"""

import asyncio
import gc
import signal
import socket
import sys
from contextlib import suppress
from typing import Any

import structlog

from ivr import logs
from ivr.call.listener import Listener
from ivr.call.scribe import Scribe
from ivr.config import ServiceSettings
from ivr.dialogue.row import Rendering
from ivr.hearing.ear import Ear
from ivr.hearing.played import Reference
from ivr.recognition.choice import BUILT_IN_MODEL, chosen
from ivr.recognition.files import ModelError
from ivr.recognition.hears import what_it_hears
from ivr.recognition.interpreter import Interpreter
from ivr.recognition.pool import Recognisers
from ivr.recognition.silero import SileroModel
from ivr.recognition.worker import die_with
from ivr.service.listening.listened_call import ListenedCall
from ivr.service.listening.messages import Begin, End, LoadAll, Ready, Refused, SignOfLife
from ivr.service.listening.wire import Wire
from ivr.service.loading import StartError, load_understander, load_voice_detector
from ivr.words.catalogue import Catalogue, CatalogueError

log = structlog.get_logger()

STATE_SECONDS = 0.5
"""Seconds between two signs of life."""


class Listeners:
    """All that this process knows."""

    def __init__(self, end: socket.socket) -> None:
        """Take our end of the socket to the service."""
        self.over = asyncio.Event()
        """Set when the service is gone or something cannot be loaded."""
        self._wire = Wire(end, self._receive, self.over.set)
        self._loop = asyncio.get_running_loop()
        self._calls: dict[int, ListenedCall] = {}
        self._loading: asyncio.Task[None] | None = None
        self._recognisers: Recognisers | None = None

    async def close(self) -> None:
        """End all calls and the recognition workers."""
        for call in list(self._calls.values()):
            call.close()
        if self._loading is not None:
            self._loading.cancel()
            with suppress(asyncio.CancelledError):
                await self._loading
        if self._recognisers is not None:
            await self._recognisers.stop()
        self._wire.close()

    def _receive(self, message: Any, carried: socket.socket | None) -> None:
        match message:
            case LoadAll():
                self._loading = self._loop.create_task(self._load(message))
                self._loading.add_done_callback(lambda _: self.over.set())
            case Begin(call):
                self._calls[call] = ListenedCall(
                    self._wire, message, self._listener, self._reference
                )
            case End(call):
                if ended := self._calls.pop(call, None):
                    ended.close()
            case _ if known := self._calls.get(message.call):
                known.receive(message, carried)
            case _ if carried is not None:
                carried.close()

    async def _load(self, message: LoadAll) -> None:
        """Load everything, then send signs of life; return only if something cannot be loaded."""
        settings = message.settings
        recognition = settings.recognition
        model = chosen(recognition.model, recognition.models)
        try:
            self._catalogue = Catalogue.load(settings.prompts.directory)
            self._silero: SileroModel = load_voice_detector()
            meaning = load_understander(settings).meaning
            self._recognisers = Recognisers(model, workers=recognition.workers)
            await self._recognisers.start()
        except ModelError as error:
            self._wire.send(Refused(f"recognition.model: {error}"))
            return
        except (StartError, CatalogueError) as error:
            self._wire.send(Refused(str(error)))
            return
        log.info(
            "recognition_model", model=str(model or BUILT_IN_MODEL),
            figures_of_the_model=what_it_hears(model, say=str),
        )  # fmt: skip
        self._interpreter = Interpreter(self._recognisers, meaning)
        self._hang_seconds = settings.call.speech_end_seconds
        gc.collect()
        gc.freeze()
        self._wire.send(Ready())
        await self._live()

    async def _live(self) -> None:
        """Send signs of life until the process ends."""
        assert self._recognisers is not None
        while True:
            self._wire.send(
                SignOfLife(
                    self._recognisers.utterances,
                    self._recognisers.backlog_seconds,
                    tuple(self._recognisers.pids),
                )
            )
            await asyncio.sleep(STATE_SECONDS)

    def _listener(self, call: ListenedCall, begin: Begin) -> Listener:
        """Return a new listener for ``call``, which began as ``begin`` says."""
        return Listener(
            Ear(self._silero.stream(), begin.now, hang_seconds=self._hang_seconds),
            Scribe(self._interpreter, call.ask),
            call.tell,
            unheard=begin.unheard,
        )

    def _reference(self, clips: tuple[str, ...], rendering: Rendering) -> Reference:
        """Return the samples and levels of a prompt; a clip without a file is left out."""
        sounds = []
        for id in clips:
            with suppress(CatalogueError, OSError):  # the line leaves it out as well, and logs it
                sounds.append(self._catalogue.reference(id, rendering))
        return Reference.joined(sounds)


async def _listen(end: socket.socket) -> None:
    """Listen to calls until the service closes its end of the socket."""
    listeners = Listeners(end)
    await listeners.over.wait()
    await listeners.close()


def run_listening_process() -> None:
    """Run the process.

    Its arguments are the descriptor of the socket, the parent's process id, and the settings of the
    group service as JSON.
    """
    # ^C and systemd's SIGTERM go to the whole group, but running calls still need this process.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    die_with(int(sys.argv[2]))
    end = socket.socket(fileno=int(sys.argv[1]))
    writer = logs.set_up(ServiceSettings.model_validate_json(sys.argv[3]))
    try:
        asyncio.run(_listen(end))
    finally:
        writer.drain()


if __name__ == "__main__":
    run_listening_process()
