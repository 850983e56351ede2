"""The result of recognising an utterance: its words, or the reason why there are none. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import fmean
from typing import Any

UNKNOWN = "[unk]"
"""Vosk's word for speech that is not in its vocabulary."""
DOUBTFUL = 0.5
"""Confidence below which a word beside unknown speech is not believed."""


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word; times are seconds from the start of the utterance, in steps of 0.03."""

    text: str
    start: float
    end: float
    confidence: float
    """The recogniser's confidence in the word, 0 to 1. It is also high for wrong words."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Words that the caller may have said in an utterance."""

    words: tuple[str, ...]
    cost: float
    """Logarithm of how many times less probable these words are than the likeliest ones; never
    negative."""

    @property
    def text(self) -> str:
        """The words without spaces and without [unk]."""
        return "".join(word for word in self.words if word != UNKNOWN)


@dataclass(frozen=True, slots=True)
class Transcript:
    """The recognised words of an utterance; no words for silence and noise."""

    words: tuple[Word, ...]
    steered: "Transcript | None" = None
    """The words of the decoder of expected answers in the same utterance; None if there was
    none. Its [unk] are syllables that belong to no such answer."""
    alternatives: tuple[Alternative, ...] = ()
    """Word sequences that the utterance may have, the likeliest first; empty if the decoder gives
    none. If several decoders gave them, ``words`` may be another one than the likeliest. They keep
    the [unk] that ``words`` has lost in the answer that counts."""

    @property
    def text(self) -> str:
        """The words of the utterance without spaces, as Chinese is written, and without [unk]."""
        return "".join(word.text for word in self.words if word.text != UNKNOWN)

    @property
    def confidence(self) -> float:
        """Mean confidence of all recognised words, 0 to 1; 0.0 if there are no words."""
        return fmean(word.confidence for word in self.words) if self.words else 0.0

    @property
    def unknown(self) -> float:
        """Share of the words that are [unk] (unknown), 0 to 1; 0.0 if there are no words."""
        return fmean(word.text == UNKNOWN for word in self.words) if self.words else 0.0

    def doubted(self) -> "Transcript":
        """Return the transcript with doubtful words beside [unk] as [unk].

        A word is doubtful if its confidence is below 0.5 (DOUBTFUL). In faint foreign speech a
        model hears 嗯 (yes) for a few hundredths of a second, which must not count as an answer.
        """
        heard = ["", *(word.text for word in self.words), ""]
        return replace(
            self,
            words=tuple(
                replace(word, text=UNKNOWN)
                if word.confidence < DOUBTFUL and UNKNOWN in (heard[n], heard[n + 2])
                else word
                for n, word in enumerate(self.words)
            ),
        )

    @classmethod
    def of(cls, result: Mapping[str, Any]) -> "Transcript":
        """Return the transcript for a result of Vosk, as parsed from JSON.

        The result has the form ``{"result": [{"word", "start", "end", "conf"}, …]}``. A value
        ``steered`` in it is another such result, that of the decoder of expected answers. A value
        ``others`` has the alternatives, as pairs of words and cost.
        """
        words = result.get("result", ())
        steered = result.get("steered")
        return cls(
            tuple(Word(w["word"], w["start"], w["end"], w["conf"]) for w in words),
            None if steered is None else cls.of(steered),
            tuple(Alternative(tuple(words), cost) for words, cost in result.get("others", ())),
        )

    def dump(self) -> dict[str, Any]:
        """Return the transcript in Vosk's form, the one that :meth:`of` parses."""
        words = [
            {"word": w.text, "start": w.start, "end": w.end, "conf": w.confidence}
            for w in self.words
        ]
        steered = {} if self.steered is None else {"steered": self.steered.dump()}
        others = [(one.words, one.cost) for one in self.alternatives]
        return {"result": words, **steered, **({"others": others} if others else {})}


class Reason(StrEnum):
    """Reasons why an utterance has no transcript.

    After each reason except CANCELLED, row 25 asks the caller to repeat if the call goes on.
    """

    DIED = "died"
    """The worker process ended before the transcript came."""
    STUCK = "stuck"
    """The worker process answered no more and was killed."""
    LATE = "late"
    """The transcript did not arrive before the deadline of the utterance."""
    BUSY = "busy"
    """All workers had too much to do when the utterance began."""
    NO_WORKER = "no_worker"
    """No worker was running when the utterance began. The last one had ended or was stuck, and the
    next one was not yet started."""
    ABANDONED = "abandoned"
    """A defect of the service: it did not feed, finish or cancel the utterance for two minutes."""
    CANCELLED = "cancelled"
    """The utterance was cancelled: the caller has hung up, or it was an echo of a prompt."""
    STOPPED = "stopped"
    """The service is being stopped."""


@dataclass(frozen=True, slots=True)
class NotHeard:
    """The result of an utterance that was lost, with the reason in place of words.

    The caller is not to blame and is asked to repeat (row 25).
    """

    reason: Reason


RecognitionOutcome = Transcript | NotHeard
