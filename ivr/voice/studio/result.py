"""The result of a session: the takes of each line of the script, and which of them counts."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

from ivr.translation import tr
from ivr.voice.studio.script import ScriptLine

GOOD_SIMILARITY = 0.7
"""A take is good if at least this share of its syllables was recognised. A false start or a take
with other words has less; a recogniser of studio recordings has far more."""
GOOD_PROBABILITY = 0.9
"""A take is good if it belongs to its line with at least this probability."""


class LineStatus(StrEnum):
    """The result for one line of the script: whether it was read, and whether it was read well."""

    SURE = "sure"
    """At least one take of the line is good."""
    UNSURE = "unsure"
    """All takes of the line have doubts, so that a person must listen."""
    MISSING = "missing"
    """No take of the line was found."""


@dataclass(frozen=True, slots=True)
class StudioTake:
    """One reading of a line in a session; times are seconds in the recording."""

    file: Path
    start: float
    end: float
    words: str
    """The recognised words; empty if there are none."""
    similarity: float | None
    """Share of the line's syllables that were recognised, 0 to 1; None if no words were recognised,
    or if the recogniser does not understand the speaker."""
    probability: float
    """Probability that the take belongs to this line, 0 to 1."""
    room: tuple[float, float]
    """Seconds of silence before and after the take."""
    doubts: tuple[str, ...] = ()
    """Why the take may be no good, one sentence each; empty for a good one."""

    @property
    def place(self) -> str:
        """Where the take is, for people: ``session.wav 1:02.5``."""
        return f"{self.file.name} {minutes(self.start)}"


@dataclass(frozen=True, slots=True)
class Stray:
    """A stretch of sound that belongs to no line; times are seconds in the recording."""

    file: Path
    start: float
    end: float
    words: str
    noise: bool
    """True if it may be a noise, such as a cough, rather than words."""

    @property
    def place(self) -> str:
        """Where it is, for people: ``session.wav 1:02.5``."""
        return f"{self.file.name} {minutes(self.start)}"


@dataclass(frozen=True, slots=True)
class SessionFile:
    """One recording of the session, and what was measured in it."""

    file: Path
    seconds: float
    speech_dbov: float
    noise_dbov: float
    understood: bool
    """True if the recogniser understands the speaker."""
    error: float
    """Share of the syllables that the recogniser gets wrong, 0 to 1."""


@dataclass(frozen=True, slots=True)
class LineTakes:
    """A line of the script with all its takes, in the order of the session."""

    line: ScriptLine
    takes: tuple[StudioTake, ...]

    @property
    def counted(self) -> StudioTake | None:
        """The take that is used: the last good one, else the last one; None if there is none."""
        good = [take for take in self.takes if not take.doubts]
        return next(reversed(good or self.takes), None)

    @property
    def status(self) -> LineStatus:
        """SURE if the take that counts has no doubts, UNSURE if it has; MISSING without a take."""
        if self.counted is None:
            return LineStatus.MISSING
        return LineStatus.UNSURE if self.counted.doubts else LineStatus.SURE


@dataclass(frozen=True, slots=True)
class FoundSession:
    """The takes, and the sounds that belong to no line, in all recordings of a session."""

    files: tuple[SessionFile, ...]
    lines: tuple[LineTakes, ...]
    strays: tuple[Stray, ...]

    def with_status(self, status: LineStatus) -> list[LineTakes]:
        """Return the lines with this status, in the order of the script."""
        return [one for one in self.lines if one.status is status]

    @property
    def repeated(self) -> list[LineTakes]:
        """The lines with more than one take, in the order of the script."""
        return [one for one in self.lines if len(one.takes) > 1]

    @property
    def complete(self) -> bool:
        """True if each line of the script has a good take, False otherwise."""
        return all(one.status is LineStatus.SURE for one in self.lines)

    def dump(self, written: Sequence[Path]) -> dict[str, Any]:
        """Return the session as a dictionary for JSON.

        ``written`` are the recordings that were written; their paths become a part of the result.
        """
        counts = {status.value: len(self.with_status(status)) for status in LineStatus}
        return {
            "counts": counts
            | {"repeated": len(self.repeated), "stray": len(self.strays), "written": len(written)},
            "files": [_plain(one) for one in self.files],
            "lines": [_line(one) for one in self.lines],
            "stray": [_plain(one) for one in self.strays],
            "written": [str(path) for path in written],
        }


def minutes(seconds: float) -> str:
    """Return a time in a recording for people: 62.5 gives ``1:02.5``."""
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths % 600 / 10:04.1f}"


def doubts_about(
    words: str, similarity: float | None, probability: float, *, understood: bool, overdriven: bool
) -> tuple[str, ...]:
    """Return why a take (reading of a line) may be no good, one sentence each; none if it is good.

    ``words``, ``similarity`` and ``probability`` are those of :class:`StudioTake`. ``understood``
    says that the recogniser understands the speaker, ``overdriven`` that the sound is cut off at
    full scale.
    """
    found = []
    if not understood:
        found.append(tr("placed by its length alone: the recogniser does not know this voice"))
    elif similarity is None:
        found.append(tr("no words were recognised"))
    elif similarity < GOOD_SIMILARITY:
        found.append(tr("recognised as {words}").format(words=words))
    if understood and probability < GOOD_PROBABILITY:
        found.append(tr("it may belong to another line"))
    if overdriven:
        found.append(tr("overdriven: record it again at a lower level"))
    return tuple(found)


def _line(found: LineTakes) -> dict[str, Any]:
    return {
        "number": found.line.number,
        "id": found.line.id,
        "text": found.line.text,
        "status": found.status.value,
        "takes": [_plain(take) | {"counts": take is found.counted} for take in found.takes],
    }


def _plain(found: SessionFile | Stray | StudioTake) -> dict[str, Any]:
    """Return the fields of ``found`` by name, with values that JSON can hold.

    Numbers are rounded to three decimals, and the field ``room`` is left out.
    """
    names = [field.name for field in fields(found) if field.name != "room"]
    return {name: _value(getattr(found, name)) for name in names}


def _value(value: Any) -> Any:
    match value:
        case bool() | None:
            return value
        case float():
            return round(value, 3)
        case Path():
            return str(value)
        case _:
            return value
