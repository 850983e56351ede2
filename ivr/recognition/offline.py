"""Models of sherpa-onnx that hear a whole utterance before they give its words.

They are decoded early, so that the caller waits less: decoding begins when the caller pauses. If
they go on, its result is thrown away; if they have finished, it is there or will soon be. The
library is not imported here: its recogniser is given.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

import numpy as np

from ivr.dialogue.expected import Expected
from ivr.hearing.frames import RATE, FloatArray
from ivr.hearing.g711 import Samples
from ivr.recognition.decoding import DecodingJob, DecodingThread
from ivr.recognition.manifest import ModelManifest
from ivr.recognition.streaming import SHORTEST_SECONDS, StreamingModel
from ivr.recognition.tidy import text_of, transcript_of
from ivr.recognition.transcript import Transcript
from ivr.recognition.waveform import SilenceMeter, as_floats, at_model_rate


class OfflineModel:
    """A loaded model that decodes only whole utterances; it does so in a thread of its own."""

    def __init__(
        self, recogniser: Any, manifest: ModelManifest, guesser: StreamingModel | None = None
    ) -> None:
        """Start the thread that decodes.

        ``recogniser`` is an OfflineRecognizer of sherpa-onnx with the model of ``manifest``.
        ``guesser`` gives words while the caller speaks; None: no words are known before the end of
        the utterance.
        """
        self._recogniser, self._rate = recogniser, manifest.rate
        self._tail_seconds = manifest.tail_seconds
        self._guesser = guesser
        self._thread = DecodingThread(self._decode_all)

    def utterance(self, expected: Expected | None = None) -> "OfflineUtterance":
        """Return a new utterance, to be fed with audio and then decoded as a whole.

        ``expected`` is ignored: an offline model cannot listen for a kind of answer in particular.
        """
        return OfflineUtterance(self._thread, self._tail_seconds, self._guesser)

    def decode(self, samples: Samples) -> Transcript:
        """Return the transcript of ``samples`` (16-bit, 8 kHz), decoded as one utterance."""
        utterance = self.utterance()
        utterance.feed_octets(samples.astype("<i2").tobytes())
        return utterance.finish()

    def wait_if_stuck(self) -> None:
        """Return at once if no decoding is stuck; otherwise wait until that decoding has ended.

        See :meth:`DecodingThread.wait_if_stuck`.
        """
        self._thread.wait_if_stuck()

    def _decode_all(self, utterances: Sequence[FloatArray]) -> list[Transcript]:
        streams = [self._recogniser.create_stream() for _ in utterances]
        for stream, samples in zip(streams, utterances, strict=True):
            stream.accept_waveform(self._rate, at_model_rate(samples, self._rate))
        self._recogniser.decode_streams(streams)
        results = [stream.result for stream in streams]
        return [
            transcript_of(text_of(result), result.timestamps, len(samples) / RATE)
            for result, samples in zip(results, utterances, strict=True)
        ]


class OfflineUtterance:
    """One utterance that is decoded when the caller pauses or has finished."""

    def __init__(
        self, thread: DecodingThread, tail_seconds: float, guesser: StreamingModel | None
    ) -> None:
        self._thread, self._tail_seconds = thread, tail_seconds
        self._guess = None if guesser is None else guesser.utterance()
        self._blocks: list[FloatArray] = []
        self._silence = SilenceMeter()
        self._job: DecodingJob | None = None

    def feed_octets(self, octets: bytes) -> None:
        """Take more audio of the utterance: 16-bit samples, little-endian, at 8 kHz."""
        samples = as_floats(octets)
        self._blocks.append(samples)
        self._silence.feed(samples)
        if self._guess is not None:
            self._guess.feed_octets(octets)

    def so_far(self) -> str:
        """Return the text recognised so far by the streaming model that gives guesses.

        The text is empty if the model has no such companion.
        """
        return "" if self._guess is None else self._guess.so_far()

    def pause(self) -> None:
        """Begin to decode the audio fed so far: the caller has paused and may have finished.

        The result is used by :meth:`finish` unless :meth:`go_on` or another pause cancels the
        decoding.
        """
        self.go_on()
        self._job = self._begin(urgent=False)

    def go_on(self) -> None:
        """Cancel the decoding that :meth:`pause` has begun; do nothing if there is none.

        This is called when the caller goes on speaking, or when the utterance is not needed any
        more.
        """
        if self._job is not None:
            self._job.transcript.cancel()
            self._job = None

    def finish(self) -> Transcript:
        """End the utterance, wait until it is decoded, and return its transcript.

        No audio may be fed afterwards.
        """
        return self.finish_soon().result()

    def finish_soon(self) -> Future[Transcript]:
        """End the utterance; return a future that gets its transcript.

        If :meth:`pause` has begun a decoding that was not cancelled, its result is used. The audio
        after that pause began is then not decoded, because it is silence.
        """
        if self._job is None:
            self._job = self._begin(urgent=True)
        self._job.urgent = True
        return self._job.transcript

    def _begin(self, *, urgent: bool) -> DecodingJob:
        samples = np.concatenate([*self._blocks, np.zeros(0, np.float32)])
        if len(samples) < SHORTEST_SECONDS * RATE:
            job = DecodingJob(samples, urgent)
            job.transcript.set_result(Transcript(()))
            return job
        missing = max(0.0, self._tail_seconds - self._silence.seconds)
        silence = np.zeros(round(missing * RATE), np.float32)
        return self._thread.submit(np.concatenate([samples, silence]), urgent=urgent)
