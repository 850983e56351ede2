"""Vosk as this product uses it: audio at 8 kHz in, words with confidence out.

Rules of use, each measured on libvosk 0.3.45:

- Give Vosk the rate 8000 and never resample.
- Make a new recogniser for each utterance, because Reset keeps audio that is not yet decoded.
- Finish an utterance when our detectors report the end of speech.
- Reject no word by its confidence, because wrong words also have the confidence 1.0.

Vosk releases the GIL while it is fed, so it may be fed in a thread. Some damage to a model is found
by no check and makes Kaldi end the process, so the service decodes in worker processes.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import structlog
import vosk

from ivr.dialogue.expected import Expected
from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples
from ivr.recognition import embedded
from ivr.recognition.alternatives import (
    MOST_ALTERNATIVES,
    joined,
    transcript_of_alternatives,
)
from ivr.recognition.answer_decoders import AnswerDecoders, load_answers
from ivr.recognition.engine import SpeechUtterance
from ivr.recognition.files import ModelError, check_files
from ivr.recognition.steering import InSeveralSizes, Steered
from ivr.recognition.transcript import UNKNOWN, Transcript
from ivr.translation import tr

_CHUNK = 2 * RATE // 10
"""Octets of audio that are decoded at once, a tenth of a second."""
_WITH_NUMBERS = frozenset({Expected.NUMBER, Expected.YES_NO})
"""Kinds of answers that may hold a telephone number; their decoders give alternatives."""
_SMALLER_HZ = 9200
"""Sampling rate at which a second decoder of numbers hears the same samples: as if the caller were
smaller (0.87) and quicker. Rates of 8700 to 9400 Hz left about as few numbers wrong after four
tellings: 2 % instead of 4 % (440 numbers by natural voices, 15 dB, seeds 2 and 3 of ``ivr bench
answers``). A larger caller in place of the smaller one brought nothing."""


class Model:
    """A loaded Vosk model. Threads may share it, each with its own utterances."""

    def __init__(self, model: Any, answers: AnswerDecoders | None = None) -> None:
        """Take a loaded ``vosk.Model`` and the decoders of expected answers that belong to it.

        ``answers`` is None if the model has no such decoders.
        """
        self._model, self._answers = model, answers

    def utterance(self, expected: Expected | None = None) -> SpeechUtterance:
        """Return a new utterance, to be fed with audio; this takes about half a millisecond.

        If ``expected`` is given, a second decoder hears the utterance, too, and listens for this
        kind of answer in particular. Its result is the ``steered`` of the transcript. An answer
        that may hold a telephone number is heard in two sizes.
        """
        free = ModelUtterance(vosk.KaldiRecognizer(self._model, RATE), doubts=True)
        decoder = self._answers.get(expected) if self._answers and expected else None
        if decoder is None:
            return free
        if expected not in _WITH_NUMBERS:
            return Steered(free, ModelUtterance(decoder.recogniser(RATE)), decoder.words)
        as_it_is, smaller = (
            ModelUtterance(decoder.recogniser(rate), alternatives=True)
            for rate in (RATE, _SMALLER_HZ)
        )
        return Steered(free, InSeveralSizes(as_it_is, [smaller]), decoder.words)

    def decode(self, samples: Samples, expected: Expected | None = None) -> Transcript:
        """Return the transcript of ``samples`` (16-bit, 8 kHz), decoded as one utterance.

        ``expected`` is the kind of answer to listen for in particular; None for none.
        """
        utterance = self.utterance(expected)
        octets = samples.astype("<i2").tobytes()
        for start in range(0, len(octets), _CHUNK):
            utterance.feed_octets(octets[start : start + _CHUNK])
        return utterance.finish()


class ModelUtterance:
    """One utterance while a Vosk recogniser decodes it."""

    def __init__(
        self, recogniser: Any, *, doubts: bool = False, alternatives: bool = False
    ) -> None:
        """Take the recogniser of the utterance.

        If ``doubts`` is True, doubtful words beside unknown speech count as unknown speech. The
        decoder of an expected answer uses [unk] for other things, so it must not doubt. If
        ``alternatives`` is True, the transcript has alternatives.
        """
        self._recogniser, self._doubts = recogniser, doubts
        self._heard = transcript_of_alternatives if alternatives else _heard
        self._recogniser.SetWords(True)
        if alternatives:
            self._recogniser.SetMaxAlternatives(MOST_ALTERNATIVES)
        self._parts: list[Transcript] = []

    def feed_octets(self, octets: bytes) -> None:
        """Decode more audio of the utterance: octets of 16-bit samples, little-endian, at 8 kHz.

        The caller must give an even number of octets, because Vosk reports no error for half a
        sample.
        """
        if self._recogniser.AcceptWaveform(octets):
            self._parts.append(self._heard(self._recogniser.Result()))

    def so_far(self) -> str:
        """Return the text of the utterance recognised so far; later audio may change it."""
        partial = json.loads(self._recogniser.PartialResult()).get("partial", "")
        known = [word for word in partial.split() if word != UNKNOWN]
        return "".join([*(part.text for part in self._parts), *known])

    def finish(self) -> Transcript:
        """End the utterance and return its transcript; no audio may be fed afterwards."""
        last = self._heard(self._recogniser.FinalResult())
        whole = joined([*self._parts, last])
        return whole.doubted() if self._doubts else whole


def load_model(path: Path | None = None) -> Model:
    """Return the Vosk model in directory ``path``, loaded; the built-in model if ``path`` is None.

    The built-in model causes a warning in the log. All decoders of the model decode a quarter of a
    second of silence as a test. Raise ModelError, which says in one sentence why the model cannot
    be used and what to do.
    """
    vosk.SetLogLevel(-1)
    directory = embedded.unpacked() if path is None else path
    check_files(directory)
    try:
        whole = vosk.Model(str(directory))
        model = Model(whole, load_answers(directory, whole))
        # A model whose parts do not fit together, or that refuses 8 kHz, fails here, not in a call.
        for expected in (None, *Expected):
            model.decode(np.full(RATE // 4, 8, np.int16), expected)
    except Exception as error:  # Vosk raises no more specific class
        raise ModelError(
            tr(
                "Vosk cannot use the model in {directory} ({error}): install the model again"
            ).format(directory=directory, error=error)
        ) from None
    if path is None:
        structlog.get_logger().warning(
            "built_in_model_used", reason=embedded.NO_MODEL, effect=embedded.NOTICE,
            remedy=embedded.FETCH_MODEL,
        )  # fmt: skip
    return model


def _heard(result: str) -> Transcript:
    return Transcript.of(json.loads(result))
