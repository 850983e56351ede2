"""The thread that decodes whole utterances, so that a worker meanwhile answers its other frames.

A model that is not streaming takes 0.05 to 0.4 s for an utterance. All utterances that wait are
decoded together, which costs less than one after the other. sherpa-onnx releases the GIL meanwhile.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, field

from ivr.hearing.frames import RATE, FloatArray
from ivr.recognition.transcript import Transcript

MOST_TOGETHER = 8
"""Upper limit for the utterances that are decoded together. The first of them waits for the last,
and memory is needed for all at once."""


@dataclass(eq=False, slots=True)
class DecodingJob:
    """One decoding of an utterance, or of its beginning."""

    samples: FloatArray
    """The audio: single precision, -1 to 1, at 8 kHz."""
    urgent: bool
    """True if the caller has finished; False if they have only paused and may go on."""
    transcript: Future[Transcript] = field(default_factory=Future)
    """Future that gets the transcript, or the exception of the library. Cancelling it takes the job
    out of the queue."""

    @property
    def seconds(self) -> float:
        """Length of the audio in seconds."""
        return len(self.samples) / RATE


def overdue_seconds(length: float) -> float:
    """Return the seconds after which a decoding that still runs counts as stuck.

    ``length`` is the length of its audio in seconds. Of several utterances that are decoded
    together, each counts as long as the longest. The limit is longer than the time for which the
    service waits for a transcript, so that an overloaded machine is not mistaken for a stuck one.
    """
    return 1.5 * length + 5.0


class DecodingThread:
    """A thread that decodes utterances from a queue, several of them together.

    Utterances of callers who have finished speaking go first; otherwise they keep their order.
    """

    def __init__(self, decode: Callable[[Sequence[FloatArray]], list[Transcript]]) -> None:
        """Start the thread, which alone calls ``decode``.

        ``decode`` takes the audio of several utterances and returns their transcripts in the same
        order.
        """
        self._decode = decode
        self._waiting: list[DecodingJob] = []
        self._changed = threading.Condition()
        self._running: tuple[float, list[Future[Transcript]]] = (0.0, [])
        threading.Thread(target=self._run, name="decoding", daemon=True).start()

    def submit(self, samples: FloatArray, *, urgent: bool) -> DecodingJob:
        """Put an utterance into the queue of the thread; return its job without waiting.

        ``samples`` is the audio of the utterance so far: single precision, -1 to 1, at 8 kHz.
        ``urgent`` is True if the caller has finished, and False if they have only paused. The job's
        ``transcript`` gets the result later.
        """
        job = DecodingJob(samples, urgent)
        with self._changed:
            self._waiting.append(job)
            self._changed.notify()
        return job

    def wait_if_stuck(self) -> None:
        """Return at once if no decoding is overdue; otherwise wait until that decoding has ended.

        A decoding is overdue after :func:`overdue_seconds`. A recognition worker calls this before
        it answers a frame of the service. While a decoding is stuck, the worker thus gives no
        answers, and the service kills it.
        """
        deadline, futures = self._running
        if futures and time.monotonic() > deadline:
            wait(futures)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                jobs = self._next()
            jobs = [job for job in jobs if job.transcript.set_running_or_notify_cancel()]
            if jobs:
                self._carry_out(jobs)

    def _next(self) -> list[DecodingJob]:
        """Remove the next jobs from the queue and return them, at most MOST_TOGETHER (8).

        As long as there are urgent jobs, only these are taken.
        """
        urgent = [job for job in self._waiting if job.urgent]
        jobs = (urgent or self._waiting)[:MOST_TOGETHER]
        self._waiting = [job for job in self._waiting if job not in jobs]
        return jobs

    def _carry_out(self, jobs: list[DecodingJob]) -> None:
        # The library pads all utterances to the longest one.
        seconds = len(jobs) * max(job.seconds for job in jobs)
        deadline = time.monotonic() + overdue_seconds(seconds)
        self._running = deadline, [job.transcript for job in jobs]
        try:
            transcripts = self._decode([job.samples for job in jobs])
        except Exception as error:  # it belongs to those who wait for the transcripts
            for job in jobs:
                job.transcript.set_exception(error)
        else:
            for job, transcript in zip(jobs, transcripts, strict=True):
                job.transcript.set_result(transcript)
        self._running = 0.0, []
