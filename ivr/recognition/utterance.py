"""One utterance as whoever listens to a caller sees it: feed it, then finish or cancel it."""

import asyncio
from collections.abc import Callable
from typing import Protocol

import structlog

from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples
from ivr.recognition.framing import Frame, Kind
from ivr.recognition.transcript import NotHeard, Reason, RecognitionOutcome

log = structlog.get_logger()

BATCH_SECONDS = 0.06
"""Sound goes to the worker in pieces of this length: a third of the frames of 20 ms, and at most
this much is left to be decoded when the utterance ends."""
LONGEST_SECONDS = 60.0
"""What is said after this is not recognised; no answer to the hotline is as long."""
_BATCH_OCTETS = round(BATCH_SECONDS * RATE) * 2


def deadline_seconds(length: float) -> float:
    """How long after its end an utterance of ``length`` seconds may take to be recognised."""
    return 1.5 * length + 1.0


class Sender(Protocol):
    """Where the utterance's frames go: the worker it is pinned to."""

    @property
    def pid(self) -> int | None:
        """Of the worker's process; None between two."""
        ...

    def send(self, frame: Frame) -> None:
        """Hand a frame over without waiting."""
        ...

    def forget(self, utterance: "Utterance") -> None:
        """The utterance is over."""
        ...


class Utterance:
    """One utterance of one caller, pinned to one worker. Made by ``Recognisers.utterance``.

    Feed it detected speech and the 0.3 s before it, not silence: that is what costs nothing. None
    of its methods waits but :meth:`finish`.
    """

    def __init__(
        self, number: int, worker: Sender | None, on_partial: Callable[[str], None] | None
    ) -> None:
        self.number = number
        self._worker = worker
        self._on_partial = on_partial
        self._batch = bytearray()
        self._outcome: asyncio.Future[RecognitionOutcome] = (
            asyncio.get_running_loop().create_future()
        )
        self._timer: asyncio.TimerHandle | None = None
        self._finishing = False
        self.so_far = ""
        """What may have been said so far; later sound may change it."""
        self.seconds = 0.0
        """The sound fed so far."""
        self.touched = asyncio.get_running_loop().time()
        """When it was fed or finished last (the loop's clock)."""

    @property
    def lost(self) -> NotHeard | None:
        """Why there will be no transcript, as soon as that is known; feeding on does no harm."""
        told = self._outcome.result() if self._outcome.done() else None
        return told if isinstance(told, NotHeard) else None

    @property
    def pid(self) -> int | None:
        """The process that hears it; None when none does any more."""
        return None if self._worker is None else self._worker.pid

    def feed(self, samples: Samples) -> None:
        """Some more sound: 16-bit, 8 kHz, in pieces of any length."""
        self.touched = self._outcome.get_loop().time()
        if self._outcome.done() or self._finishing or self.seconds >= LONGEST_SECONDS:
            return
        self.seconds += len(samples) / RATE
        self._batch += samples.astype("<i2").tobytes()
        while len(self._batch) >= _BATCH_OCTETS:
            self._flush()

    async def finish(self) -> RecognitionOutcome:
        """The utterance is over; what was said, or why that cannot be known.

        Comes within ``deadline_seconds(seconds)``. Cancelling the wait cancels the utterance.
        """
        if not self._outcome.done() and not self._finishing:
            self._finishing = True
            loop = self._outcome.get_loop()
            self.touched = loop.time()
            self._flush()
            self._send(Kind.FINISH)
            self._timer = loop.call_later(deadline_seconds(self.seconds), self._late)
        try:
            return await asyncio.shield(self._outcome)
        except asyncio.CancelledError:
            self.cancel()
            raise

    def cancel(self) -> None:
        """Forget it: the caller has hung up, or it was our own echo. Idempotent."""
        self.lose(Reason.CANCELLED)

    def lose(self, reason: Reason) -> None:
        """There will be no transcript; what the worker still does for it is called off."""
        if not self._outcome.done():
            self._send(Kind.CANCEL)
            self._end(NotHeard(reason))

    # Called by the worker's reader.

    def partial(self, text: str) -> None:
        """What may have been said so far has changed."""
        self.so_far = text
        if self._on_partial is not None and not self._outcome.done() and not self._finishing:
            try:
                self._on_partial(text)
            except Exception:  # a defect in one call, and this worker serves others
                log.exception("partial_failed")

    def settle(self, outcome: RecognitionOutcome) -> None:
        """The worker has spoken."""
        if not self._outcome.done():
            self._end(outcome)

    def _late(self) -> None:
        log.warning(
            "recognition_late", seconds=round(self.seconds, 2), after=deadline_seconds(self.seconds)
        )
        self.lose(Reason.LATE)

    def _end(self, outcome: RecognitionOutcome) -> None:
        self._batch.clear()
        if self._timer is not None:
            self._timer.cancel()
        self._outcome.set_result(outcome)
        if self._worker is not None:
            self._worker.forget(self)
            self._worker = None

    def _flush(self) -> None:
        if self._batch:
            self._send(Kind.AUDIO, bytes(self._batch[:_BATCH_OCTETS]))
            del self._batch[:_BATCH_OCTETS]

    def _send(self, kind: Kind, payload: bytes = b"") -> None:
        if self._worker is not None:
            self._worker.send(Frame(kind, self.number, payload))
