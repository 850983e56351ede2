"""One utterance, seen from a call: audio is fed to it, then it is finished or cancelled."""

import asyncio
from collections.abc import Callable
from typing import Protocol

import structlog

from ivr.dialogue.expected import Expected
from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples
from ivr.recognition.framing import Frame, Kind
from ivr.recognition.transcript import NotHeard, Reason, RecognitionOutcome

log = structlog.get_logger()

BATCH_SECONDS = 0.06
"""Seconds of audio in one frame to the worker: three of a call's packets of 0.02 s. So only a third
as many frames must be sent. At most 0.06 s of audio is still unsent when the utterance ends."""
LONGEST_SECONDS = 60.0
"""Upper limit in seconds for the audio of an utterance that is recognised; later audio is ignored.
No caller's answer to the hotline is as long."""
_BATCH_OCTETS = round(BATCH_SECONDS * RATE) * 2


def deadline_seconds(length: float) -> float:
    """Return the seconds after the end of an utterance for which its transcript is waited for.

    ``length`` is the length of the utterance in seconds.
    """
    return 1.5 * length + 1.0


class Sender(Protocol):
    """Receiver of an utterance's frames: the keeper of the worker that decodes the utterance."""

    @property
    def pid(self) -> int | None:
        """Process id of the worker; None while no worker is running."""
        ...

    def send(self, frame: Frame) -> None:
        """Send a frame to the worker without waiting."""
        ...

    def forget(self, utterance: "Utterance") -> None:
        """Remove ``utterance`` from the worker's utterances, because it has ended."""
        ...


class Utterance:
    """One utterance of one caller, assigned to one worker. Made by ``Recognisers.utterance``.

    Feed it detected speech and the 0.3 s before it. Other silence would only cost processor time.
    Only :meth:`finish` waits.
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
        """The text of the utterance recognised so far; later audio may change it."""
        self.seconds = 0.0
        """Seconds of audio of the utterance fed so far."""
        self.touched = asyncio.get_running_loop().time()
        """Time of the last call of feed or finish, in seconds of the event loop's clock. Before any
        such call it is the time of the creation."""

    @property
    def lost(self) -> NotHeard | None:
        """The reason why the utterance has no transcript; None if it has one or may still get one.

        A lost utterance may still be fed; it ignores the audio.
        """
        told = self._outcome.result() if self._outcome.done() else None
        return told if isinstance(told, NotHeard) else None

    @property
    def pid(self) -> int | None:
        """Process id of the worker; None if no worker is running or the utterance is over."""
        return None if self._worker is None else self._worker.pid

    def expect(self, expected: Expected) -> None:
        """Tell the worker which kind of answer the caller was asked for.

        The worker then listens for it in particular, if its model can. Call this before
        :meth:`feed`.
        """
        self._send(Kind.EXPECT, expected.encode())

    def feed(self, samples: Samples) -> None:
        """Add audio of the utterance: 16-bit samples at 8 kHz, in arrays of any length."""
        self.touched = self._outcome.get_loop().time()
        if self._outcome.done() or self._finishing or self.seconds >= LONGEST_SECONDS:
            return
        self.seconds += len(samples) / RATE
        self._batch += samples.astype("<i2").tobytes()
        while len(self._batch) >= _BATCH_OCTETS:
            self._flush()

    def pause(self) -> None:
        """Take note that the caller has paused and may have finished.

        A model that decodes whole utterances then begins to decode, so that the transcript comes
        sooner if the caller has finished.
        """
        if not self._finishing:
            self._flush()
            self._send(Kind.PAUSE)

    def go_on(self) -> None:
        """Take note that the caller goes on speaking after a pause.

        A model that decodes only whole utterances drops the decoding that it began at the pause.
        Models that decode while the caller speaks lose nothing.
        """
        if not self._finishing:
            self._send(Kind.GO_ON)

    async def finish(self) -> RecognitionOutcome:
        """End the utterance and return its transcript, or NotHeard with the reason.

        Takes at most ``deadline_seconds(self.seconds)``. Cancelling the task that waits for the
        transcript cancels the utterance.
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
        """Drop the utterance: the caller has hung up, or it was an echo of a prompt. Idempotent."""
        self.lose(Reason.CANCELLED)

    def lose(self, reason: Reason) -> None:
        """End the utterance as lost for ``reason``, and have the worker drop it.

        Do nothing if the utterance is already over.
        """
        if not self._outcome.done():
            self._send(Kind.CANCEL)
            self._end(NotHeard(reason))

    # Called by the keeper of the worker.

    def partial(self, text: str) -> None:
        """Store ``text``, the words recognised so far.

        ``on_partial`` is called with ``text`` unless the utterance is already finished or lost.
        """
        self.so_far = text
        if self._on_partial is not None and not self._outcome.done() and not self._finishing:
            try:
                self._on_partial(text)
            except Exception:  # a defect in one call must not affect the others of this worker
                log.exception(
                    "partial_failed", reason="a defect of the service: see the traceback",
                    effect="words recognised so far had no effect; the call goes on, and the "
                    "caller's words count when they have finished speaking",
                    remedy="report this traceback",
                )  # fmt: skip

    def settle(self, outcome: RecognitionOutcome) -> None:
        """End the utterance with ``outcome``, unless the utterance is already over."""
        if not self._outcome.done():
            self._end(outcome)

    def _late(self) -> None:
        log.warning(
            "recognition_late",
            speech_seconds=round(self.seconds, 2),
            deadline_seconds=deadline_seconds(self.seconds),
            reason="the transcript did not come within deadline_seconds of the end of the speech",
            effect="what the caller said is lost, and they are asked to repeat it (row 25)",
            remedy="raise recognition.workers, or use a smaller model or a faster machine",
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
