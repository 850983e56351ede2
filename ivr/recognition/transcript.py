"""What became of an utterance: its words, or why there are none. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean
from typing import Any

UNKNOWN = "[unk]"
"""What Vosk writes where it heard speech that is none of its words."""


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word; seconds count from the start of the utterance, in steps of 0.03."""

    text: str
    start: float
    end: float
    confidence: float
    """0 to 1. High also in nonsense."""


@dataclass(frozen=True, slots=True)
class Transcript:
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

    @property
    def unknown(self) -> float:
        """The share of the words that are [unk], 0 to 1; 0.0 when there are no words."""
        return fmean(word.text == UNKNOWN for word in self.words) if self.words else 0.0

    @classmethod
    def of(cls, result: Mapping[str, Any]) -> "Transcript":
        """Vosk's own form: ``{"result": [{"word", "start", "end", "conf"}, …]}``."""
        words = result.get("result", ())
        return cls(tuple(Word(w["word"], w["start"], w["end"], w["conf"]) for w in words))

    def dump(self) -> dict[str, Any]:
        """The form that :meth:`of` reads."""
        return {
            "result": [
                {"word": w.text, "start": w.start, "end": w.end, "conf": w.confidence}
                for w in self.words
            ]
        }


class Reason(StrEnum):
    """Why an utterance has no transcript. To the caller they are all the same: row 25."""

    DIED = "died"
    """The worker that heard it has died."""
    STUCK = "stuck"
    """The worker that heard it did nothing any more, and was ended."""
    LATE = "late"
    """The transcript did not come before the deadline of the utterance."""
    BUSY = "busy"
    """Every worker had more to do than it can."""
    NO_WORKER = "no_worker"
    """No worker was running: they die as soon as they start."""
    ABANDONED = "abandoned"
    """Nobody fed, finished or cancelled it for long: a defect of whoever began it."""
    CANCELLED = "cancelled"
    STOPPED = "stopped"
    """The service is being stopped."""


@dataclass(frozen=True, slots=True)
class NotHeard:
    """An utterance that was lost, through no fault of the caller: ask to say it again."""

    reason: Reason


RecognitionOutcome = Transcript | NotHeard
