"""Vosk as this product uses it: 8 kHz in, words with confidence out.

Rules of use, each measured on libvosk 0.3.45: say 8000 and never resample; a new recogniser per
utterance, because Reset keeps undecoded sound; finish on one's own end of speech; a confidence
rejects nothing, because made-up words come with 1.0 too. Feeding releases the GIL, so it may run
in a thread. Kaldi can still abort a process on a model that is broken in ways no check sees:
callers on the line deserve a process of their own.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import structlog
import vosk

from ivr.hearing.g711 import Samples
from ivr.recognition import embedded
from ivr.recognition.files import ModelError, check_files

RATE = 8000
UNKNOWN = "[unk]"
"""What Vosk writes where it heard speech that is none of its words."""

_CHUNK = RATE // 10


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word; seconds count from the start of the utterance, in steps of 0.03."""

    text: str
    start: float
    end: float
    confidence: float
    """0 to 1. High also in nonsense."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was recognised; no words in silence and noise."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words as Chinese is written, without spaces, [unk] left out."""
        return "".join(word.text for word in self.words if word.text != UNKNOWN)

    @property
    def confidence(self) -> float:
        """The mean over all words; 0.0 when there are none."""
        return fmean(word.confidence for word in self.words) if self.words else 0.0


class Model:
    """A loaded model; threads may share it, each with utterances of its own."""

    def __init__(self, model: Any, *, synthetic: bool) -> None:
        self._model = model
        self.synthetic = synthetic
        """Whether it understands synthetic test callers only."""

    def utterance(self) -> "Utterance":
        """Begin to listen to one utterance; about half a millisecond."""
        return Utterance(vosk.KaldiRecognizer(self._model, RATE))

    def decode(self, samples: Samples) -> Heard:
        """All of ``samples`` (8 kHz) as one utterance."""
        utterance = self.utterance()
        for start in range(0, len(samples), _CHUNK):
            utterance.feed(samples[start : start + _CHUNK])
        return utterance.finish()

    def knows(self, word: str) -> bool:
        """Whether ``word`` is in the vocabulary."""
        return bool(self._model.vosk_model_find_word(word) >= 0)


class Utterance:
    """One utterance while it is being heard."""

    def __init__(self, recogniser: Any) -> None:
        self._recogniser = recogniser
        self._recogniser.SetWords(True)
        self._parts: list[Heard] = []

    def feed(self, samples: Samples) -> None:
        """Hear some more, in pieces of any length."""
        if self._recogniser.AcceptWaveform(samples.astype("<i2").tobytes()):
            self._parts.append(_heard(self._recogniser.Result()))

    def so_far(self) -> str:
        """What may have been said so far; later sound may change it."""
        partial = json.loads(self._recogniser.PartialResult()).get("partial", "")
        known = [word for word in partial.split() if word != UNKNOWN]
        return "".join([*(part.text for part in self._parts), *known])

    def finish(self) -> Heard:
        """What was said. The utterance is over: begin another one for the next."""
        return Heard(tuple(chain.from_iterable(part.words for part in self._all())))

    def _all(self) -> Iterator[Heard]:
        yield from self._parts
        yield _heard(self._recogniser.FinalResult())


def load(path: Path | None = None) -> Model:
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


def _heard(result: str) -> Heard:
    words = json.loads(result).get("result", [])
    return Heard(tuple(Word(w["word"], w["start"], w["end"], w["conf"]) for w in words))
