"""Streaming models of sherpa-onnx: they decode while the caller speaks, and guess words meanwhile.

The library is not imported here: its recogniser is given.
"""

from typing import Any

import numpy as np

from ivr.dialogue.expected import Expected
from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples
from ivr.recognition.manifest import ModelManifest
from ivr.recognition.tidy import plain_text, text_of, transcript_of
from ivr.recognition.transcript import Transcript
from ivr.recognition.waveform import SilenceMeter, Upsampler, as_floats
from ivr.understanding.expected_words import words_of

SHORTEST_SECONDS = 0.25
"""Lower limit for the length of an utterance, in seconds. No word is shorter with the 0.3 s before
its onset, and the models make words of less audio that nobody has said."""


class StreamingModel:
    """A loaded streaming model. Its utterances must be fed from one thread."""

    def __init__(self, recogniser: Any, manifest: ModelManifest) -> None:
        """``recogniser`` is an OnlineRecognizer of sherpa-onnx with the model of ``manifest``."""
        self._recogniser = recogniser
        self._manifest = manifest

    def utterance(self, expected: Expected | None = None) -> "StreamingUtterance":
        """Return a new utterance, which is decoded while it is fed with audio.

        ``expected`` is the kind of answer that the caller was asked for. The decoder prefers its
        words if the model is a transducer whose manifest names ``hot_words``; other models ignore
        it.
        """
        stream = (
            self._recogniser.create_stream(hotwords="/".join(words_of(expected)))
            if expected is not None and "hot_words" in self._manifest.files
            else self._recogniser.create_stream()
        )
        return StreamingUtterance(self._recogniser, stream, self._manifest)

    def decode(self, samples: Samples) -> Transcript:
        """Return the transcript of ``samples`` (16-bit, 8 kHz), decoded as one utterance."""
        utterance = self.utterance()
        utterance.feed_octets(samples.astype("<i2").tobytes())
        return utterance.finish()


class StreamingUtterance:
    """One utterance while a streaming model decodes it."""

    def __init__(self, recogniser: Any, stream: Any, manifest: ModelManifest) -> None:
        self._recogniser, self._stream = recogniser, stream
        self._rate, self._tail_seconds = manifest.rate, manifest.tail_seconds
        self._upsampler = Upsampler(manifest.rate)
        self._silence = SilenceMeter()
        self._seconds = 0.0

    def feed_octets(self, octets: bytes) -> None:
        """Decode more audio of the utterance: 16-bit samples, little-endian, at 8 kHz."""
        samples = as_floats(octets)
        self._seconds += len(samples) / RATE
        self._silence.feed(samples)
        self._stream.accept_waveform(self._rate, self._upsampler.feed(samples))
        self._advance()

    def so_far(self) -> str:
        """Return the text recognised so far, without [unk]; later audio may change it."""
        return plain_text(text_of(self._recogniser.get_result_all(self._stream)))

    def finish(self) -> Transcript:
        """End the utterance and return its transcript; no audio may be fed afterwards.

        The model recognises the last word only if sound of ``tail_seconds`` (see its manifest)
        follows the word. The silence at the end of the utterance counts; what is missing is added
        as zeros. An utterance shorter than SHORTEST_SECONDS (0.25 s) has no words.
        """
        if self._seconds < SHORTEST_SECONDS:
            return Transcript(())
        missing = max(0.0, self._tail_seconds - self._silence.seconds)
        silence = np.zeros(round(missing * RATE), np.float32)
        self._stream.accept_waveform(self._rate, self._upsampler.feed(silence, last=True))
        self._stream.input_finished()
        self._advance()
        result = self._recogniser.get_result_all(self._stream)
        return transcript_of(text_of(result), result.timestamps, self._seconds, result.ys_probs)

    def _advance(self) -> None:
        while self._recogniser.is_ready(self._stream):
            self._recogniser.decode_stream(self._stream)
