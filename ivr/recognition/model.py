"""Vosk as this product uses it: sound at 8 kHz in, words with confidence out.

Rules of use, each measured on libvosk 0.3.45: give the rate 8000 and never resample; make a new
recogniser for each utterance, because Reset keeps sound that is not yet decoded; finish at the end
of speech that the ear finds; reject nothing by its confidence, because wrong words also come with
1.0. Feeding releases the GIL, so it may run in a thread. Kaldi can still end the process on a model
that is broken in ways no check finds, so the service decodes in processes of their own.
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
from ivr.translation import tr

_CHUNK = RATE // 10


class Model:
    """A loaded model. Threads may share it, each with its own utterances."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def utterance(self) -> "ModelUtterance":
        """Begin one utterance; takes about half a millisecond."""
        return ModelUtterance(vosk.KaldiRecognizer(self._model, RATE))

    def decode(self, samples: Samples) -> Transcript:
        """Return the transcript of ``samples`` (8 kHz), decoded as one utterance."""
        utterance = self.utterance()
        for start in range(0, len(samples), _CHUNK):
            utterance.feed(samples[start : start + _CHUNK])
        return utterance.finish()


class ModelUtterance:
    """One utterance while it is being decoded."""

    def __init__(self, recogniser: Any) -> None:
        self._recogniser = recogniser
        self._recogniser.SetWords(True)
        self._parts: list[Transcript] = []

    def feed(self, samples: Samples) -> None:
        """Decode more sound: 8 kHz, in pieces of any length."""
        self.feed_octets(samples.astype("<i2").tobytes())

    def feed_octets(self, octets: bytes) -> None:
        """As :meth:`feed`, with 16-bit samples, little-endian.

        The number of octets must be even: Vosk accepts half a sample without an error.
        """
        if self._recogniser.AcceptWaveform(octets):
            self._parts.append(_heard(self._recogniser.Result()))

    def so_far(self) -> str:
        """Return the text recognised so far; later sound may change it."""
        partial = json.loads(self._recogniser.PartialResult()).get("partial", "")
        known = [word for word in partial.split() if word != UNKNOWN]
        return "".join([*(part.text for part in self._parts), *known])

    def finish(self) -> Transcript:
        """End the utterance and return its transcript; nothing may be fed afterwards."""
        return Transcript(tuple(chain.from_iterable(part.words for part in self._all())))

    def _all(self) -> Iterator[Transcript]:
        yield from self._parts
        yield _heard(self._recogniser.FinalResult())


def load_model(path: Path | None = None) -> Model:
    """Load the model in directory ``path``, or the built-in one if it is None, with a warning.

    The model decodes a quarter of a second of silence as a test. ModelError says in one sentence
    why the model cannot be used and what to do.
    """
    vosk.SetLogLevel(-1)
    directory = embedded.unpacked() if path is None else path
    check_files(directory)
    try:
        model = Model(vosk.Model(str(directory)))
        # A model whose parts do not fit together, or that refuses 8 kHz, fails here, not in a call.
        model.decode(np.full(RATE // 4, 8, np.int16))
    except Exception as error:  # Vosk raises no more specific class
        raise ModelError(
            tr(
                "Vosk cannot use the model in {directory} ({error}): install the model again"
            ).format(directory=directory, error=error)
        ) from None
    if path is None:
        structlog.get_logger().warning(
            "synthetic_model", effect=embedded.NOTICE, remedy=embedded.FETCH_MODEL
        )
    return model


def _heard(result: str) -> Transcript:
    return Transcript.of(json.loads(result))
