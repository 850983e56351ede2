"""The transcript of a call for a supervisor: what was said, and how it was understood. Pure.

A minute of a call takes less than a screen. A prompt and its end are one line, and so are the
caller's speech and its meaning. Some steps have no line; ``ivr calls show --json`` shows all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ivr.translation import marked, tr

NOTICED_SECONDS = 0.3
"""Shortest silence in seconds that is shown as a pause; a shorter one only separates two
sentences."""


@dataclass(slots=True)
class TranscriptLine:
    """A line of the transcript. Control characters in the caller's words are not escaped."""

    at: float
    """Seconds from the answer of the call."""
    who: str
    """Source of the line: ``caller``, ``bot``, ``row`` (a row of the sheet begins), ``ticket``,
    ``line`` (the state of the telephone line changes), ``record`` (the recording) or ``fault``."""
    says: str


def lines(steps: Iterable[Mapping[str, Any]], numbers: Mapping[int, str]) -> list[TranscriptLine]:
    """Return the lines of a call's transcript, in the order of time.

    ``steps`` are the call's rows of the table ``steps``, in order, with at least the columns
    ``at``, ``step``, ``what`` and ``fields``. ``numbers`` are the numbers of the call's tickets;
    the key is the step in which the ticket was made. The time of a line of the caller is the onset
    of the speech. A line of the bot after a silence of at least 0.3 s tells its length, so that a
    reader can check the waits that the etiquette sheet demands.
    """
    reader = _Reader(numbers)
    for step in steps:
        reader.read(step["step"], step["at"], step["what"], step["fields"])
    return sorted(reader.lines, key=lambda line: line.at)


class _Reader:
    def __init__(self, numbers: Mapping[int, str]) -> None:
        self.lines: list[TranscriptLine] = []
        self._numbers = numbers
        self._plays: dict[int, TranscriptLine] = {}
        self._speech: TranscriptLine | None = None
        self._quiet: float | None = None
        """Start of the present silence, in seconds from the answer. None while the caller speaks,
        before the first prompt has ended, and once the silence has been shown as a pause."""

    def read(self, step: int, at: float, what: str, fields: Mapping[str, Any]) -> None:
        match what:
            case "EnterRow":
                self._add(at, marked("row"), fields["row"])
            case "Play":
                louder = f" ({fields['rendering']})" if "rendering" in fields else ""
                spoken = fields["text"] + louder + self._pause(at)
                self._plays[fields["play"]] = self._add(at, marked("bot"), spoken)
            case "PromptFinished":
                self._quiet = at
            case "StopPlaying" if fields["play"] in self._plays:
                play = self._plays[fields["play"]]
                play.says += " " + tr("(cut after {seconds:.1f} s)").format(seconds=at - play.at)
            case "PromptFailed":
                says = tr("the prompt was not played: {reason}").format(reason=fields["reason"])
                self._add(at, marked("fault"), says)
            case "SpeechStarted":
                self._speech = self._add(fields["onset"], marked("caller"), tr("(speaks)"))
                self._quiet = None
            case "SpeechEnded" if self._speech is not None:
                self._speech.says = _speech(fields)
                self._quiet = self._speech.at + fields["seconds"]
                self._speech = None
            case "KeyPressed":
                self._add(at, "caller", tr("presses {keys}").format(keys=fields["key"]))
                self._quiet = at
            case "LineChanged":
                why = f": {fields['why']}" if fields.get("why") else ""
                self._add(at, marked("line"), f"{fields['condition']}{why}")
            case "MakeTicket":
                number = self._numbers.get(step) or tr("was not kept")
                self._add(at, marked("ticket"), f"{number} {tr(fields['ticket']['kind'])}")
            case "StartRecording":
                self._add(at, marked("record"), tr("from here on"))
            case "DropRecording":
                self._add(at, "record", tr("stops, and nothing of it is kept"))
            case "CallerHungUp":
                self._add(at, "caller", tr("hangs up"))
            case "LineLost":
                says = tr("the line is lost: {reason}").format(reason=fields["reason"])
                self._add(at, "fault", says)
            case "HangUp":
                says = tr("hangs up: {outcome}").format(outcome=fields["outcome"])
                self._add(at, "bot", says + self._pause(at))
            case "HandBack":
                self._add(at, "fault", tr("the caller is handed back to the PBX"))

    def _pause(self, at: float) -> str:
        """Return a text with the length of the silence that ends at ``at``, for a transcript line.

        ``at`` is in seconds from the answer of the call. Return ``""`` if there was no silence, or
        less than NOTICED_SECONDS (0.3 s). The silence is not told a second time.
        """
        since, self._quiet = self._quiet, None
        pause = 0.0 if since is None else at - since
        if pause < NOTICED_SECONDS:
            return ""
        return " " + tr("[{seconds:.1f} s later]").format(seconds=pause)

    def _add(self, at: float, who: str, says: str) -> TranscriptLine:
        line = TranscriptLine(at, who, says)
        self.lines.append(line)
        return line


def _speech(fields: Mapping[str, Any]) -> str:
    """Return the text of a transcript line: the caller's words and, in brackets, their meaning.

    ``fields`` are the fields of a SpeechEnded step. If no words were recognised, the text is the
    length of the speech instead.
    """
    words = fields.get("words")
    if not words or not words["meaning"]["text"]:
        return tr("(speaks {seconds:.1f} s)").format(seconds=fields["seconds"])
    meaning = words["meaning"]
    told = [f"{meaning['intent']} {meaning['score']:.2f} {meaning['certainty']}"]
    if meaning["runner_up"]:
        told.append(
            tr("next {intent} {score:.2f}").format(
                intent=meaning["runner_up"], score=meaning["runner_up_score"]
            )
        )
    told.append(tr("heard {confidence:.2f}").format(confidence=words["confidence"]))
    told += [f"{name} {_short(value)}" for name, value in meaning["slots"].items() if value]
    return f"{meaning['text']} [{'; '.join(told)}]"


def _short(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
