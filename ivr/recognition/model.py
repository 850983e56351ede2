"""Vosk as this product uses it: 8 kHz in, words with confidence out.

Rules of use, each measured on libvosk 0.3.45: say 8000 and never resample; a new recogniser per
utterance, because Reset keeps undecoded sound; finish on one's own end of speech; a confidence
rejects nothing, because made-up words come with 1.0 too. Feeding releases the GIL, so it may run
in a thread. Kaldi can still abort a process on a model that is broken in ways no check sees:
callers on the line deserve a process of their own.
"""

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import structlog
import vosk

from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples
from ivr.recognition import embedded
from ivr.recognition.files import ModelError, check_files
from ivr.recognition.transcript import UNKNOWN, Transcript

_CHUNK = RATE // 10


class Model:
    """A loaded model; threads may share it, each with utterances of its own."""

    def __init__(self, model: Any, *, synthetic: bool) -> None:
        self._model = model
        self.synthetic = synthetic
        """Whether it understands synthetic test callers only."""

    def utterance(self) -> "ModelUtterance":
        """Begin to listen to one utterance; about half a millisecond."""
        return ModelUtterance(vosk.KaldiRecognizer(self._model, RATE))

    def decode(self, samples: Samples) -> Transcript:
        """All of ``samples`` (8 kHz) as one utterance."""
        utterance = self.utterance()
        for start in range(0, len(samples), _CHUNK):
            utterance.feed(samples[start : start + _CHUNK])
        return utterance.finish()

    def knows(self, word: str) -> bool:
        """Whether ``word`` is in the vocabulary."""
        return bool(self._model.vosk_model_find_word(word) >= 0)


class ModelUtterance:
    """One utterance while it is being heard."""

    def __init__(self, recogniser: Any) -> None:
        self._recogniser = recogniser
        self._recogniser.SetWords(True)
        self._parts: list[Transcript] = []

    def feed(self, samples: Samples) -> None:
        """Hear some more, in pieces of any length."""
        self.feed_octets(samples.astype("<i2").tobytes())

    def feed_octets(self, octets: bytes) -> None:
        """As :meth:`feed`: 16-bit samples, little-endian. Vosk silently takes half a sample."""
        if self._recogniser.AcceptWaveform(octets):
            self._parts.append(_heard(self._recogniser.Result()))

    def so_far(self) -> str:
        """What may have been said so far; later sound may change it."""
        partial = json.loads(self._recogniser.PartialResult()).get("partial", "")
        known = [word for word in partial.split() if word != UNKNOWN]
        return "".join([*(part.text for part in self._parts), *known])

    def finish(self) -> Transcript:
        """What was said. The utterance is over: begin another one for the next."""
        return Transcript(tuple(chain.from_iterable(part.words for part in self._all())))

    def _all(self) -> Iterator[Transcript]:
        yield from self._parts
        yield _heard(self._recogniser.FinalResult())


def load_model(path: Path | None = None) -> Model:
    """The model in directory ``path``, or our own tiny one, which is said in the log.

    It is tried on a moment of silence. ModelError says in one sentence why it cannot be used and
    what to do.
    """
    vosk.SetLogLevel(-1)
    synthetic = path is None
    directory = embedded.unpacked() if path is None else path
    check_files(directory)
    try:
        model = Model(vosk.Model(str(directory)), synthetic=synthetic)
        # What does not fit together, or refuses 8 kHz, says so now and not on a call.
        model.decode(np.full(RATE // 4, 8, np.int16))
    except Exception as error:  # Vosk raises nothing more exact
        raise ModelError(
            f"Vosk cannot use the model in {directory} ({error}): put a whole model there"
        ) from None
    if synthetic:
        structlog.get_logger().warning("synthetic_model", meaning=embedded.NOTICE)
    return model


def _heard(result: str) -> Transcript:
    return Transcript.of(json.loads(result))
