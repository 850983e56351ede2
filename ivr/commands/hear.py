"""``ivr hear``: one recording through the real ear, and what the ear made of it.

This is what a tester uses to see why the bot said what it said. Needs the ``tools`` extra, which
reads any sound file.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from ivr.dialogue.events import Condition, Event, SpeechEnded, SpeechStarted
from ivr.hearing.ear import Ear
from ivr.hearing.frames import FRAME, FRAME_SECONDS, RATE
from ivr.hearing.g711 import Samples
from ivr.hearing.played import Reference
from ivr.hearing.verdict import LineVerdict
from ivr.recognition.silero import SileroModel

EVERY_SECONDS = 0.5
"""Seconds between two rows in which nothing has changed."""
HEADER = (
    "   time  verdict      speech   floor    SNR   decay   ERL  clipped  why\n"
    "      s                 dBov    dBov     dB    dB/s    dB        %"
)

HEADERLESS = {
    **dict.fromkeys((".alaw", ".al", ".pcma"), "ALAW"),
    **dict.fromkeys((".ulaw", ".ul", ".mulaw", ".pcmu"), "ULAW"),
    **dict.fromkeys((".sln", ".raw", ".pcm"), "PCM_16"),
    ".gsm": "GSM610",
}
"""How the samples of files without a header are coded, as Asterisk names them; all at 8 kHz."""
MONO = {"samplerate": RATE, "channels": 1}


class HearError(ValueError):
    """A recording that cannot be heard; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A sound file as the ear needs it."""

    samples: Samples
    rate: int
    """Of the file, before it became 8 kHz."""
    channels: int
    """Of the file; only the first one is heard."""

    @classmethod
    def read(cls, path: Path) -> "Recording":
        """A file of any format libsndfile knows; HearError when it is missing or is none.

        One that HEADERLESS names is taken for 8 kHz mono of little endian.
        """
        if not path.is_file():
            raise HearError(f"there is no file {path}")
        coding = HEADERLESS.get(path.suffix.lower())
        raw = {"format": "RAW", "subtype": coding, "endian": "LITTLE"} | MONO
        try:
            sound, rate = soundfile.read(path, always_2d=True, **(raw if coding else {}))
        except (soundfile.LibsndfileError, OSError) as error:
            raise HearError(f"{path} is not a sound file that can be read: {error}") from None
        first = np.nan_to_num(sound[:, 0], posinf=1.0, neginf=-1.0) * 32768.0
        if rate != RATE:
            first = soxr.resample(first, rate, RATE, quality="HQ")
        samples: Samples = np.clip(np.rint(first), -32768, 32767).astype(np.int16)
        if len(samples) < FRAME:
            raise HearError(f"{path} is shorter than the {FRAME_SECONDS * 1000:.0f} ms of a frame")
        return cls(samples, rate, sound.shape[1])

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / RATE

    def __str__(self) -> str:
        """What was done to it, for the tester."""
        parts = [f"{self.seconds:.2f} s"]
        if self.rate != RATE:
            parts.append(f"resampled from {self.rate} Hz")
        if self.channels > 1:
            parts.append(f"only the first of {self.channels} channels is heard")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class ReportRow:
    """The verdict as of a moment."""

    at: float
    verdict: LineVerdict


@dataclass(frozen=True, slots=True)
class ReportSpan:
    """From when to when, in seconds of the recording."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class HearingReport:
    """What the ear made of a recording."""

    recording: Recording
    rows: tuple[ReportRow, ...]
    """In order: whenever the verdict changed, every so many seconds, and at the end."""
    speech: tuple[ReportSpan, ...]
    prompt: ReportSpan | None

    @property
    def verdict(self) -> LineVerdict:
        """The last word."""
        return self.rows[-1].verdict

    def verdicts(self) -> Iterator[tuple[Condition, ReportSpan]]:
        """Each condition with the time it held."""
        condition, start = self.rows[0].verdict.condition, 0.0
        for row in self.rows:
            if row.verdict.condition is not condition:
                yield condition, ReportSpan(start, row.at)
                condition, start = row.verdict.condition, row.at
        yield condition, ReportSpan(start, self.recording.seconds)


def hear(
    recording: Recording,
    prompt: Recording | None = None,
    prompt_start: float = 0.0,
    every: float = EVERY_SECONDS,
) -> HearingReport:
    """Stream a recording through the ear, frame by frame, as a call does.

    ``prompt`` is what we played meanwhile, from ``prompt_start`` seconds of the recording on.
    """
    ear = Ear(SileroModel.load().stream(), 0.0)
    rows: list[ReportRow] = []
    speech = _Speech()
    played = prompt
    for index in range(len(recording.samples) // FRAME):
        began, now = index * FRAME_SECONDS, (index + 1) * FRAME_SECONDS
        if played is not None and prompt_start < now:
            ear.prompt_started(Reference.of(played.samples), max(prompt_start, began))
            played = None
        events = ear.hear(recording.samples[index * FRAME : (index + 1) * FRAME], now)
        speech.tell(events)
        verdict = ear.verdict
        changed = not rows or verdict.condition is not rows[-1].verdict.condition
        if changed or now - rows[-1].at >= every - FRAME_SECONDS / 2:
            rows.append(ReportRow(now, verdict))
    if rows[-1].at < now:
        rows.append(ReportRow(now, verdict))
    span = None
    if prompt is not None:
        end = min(prompt_start + prompt.seconds, recording.seconds)
        span = ReportSpan(prompt_start, end) if end > prompt_start else None
    return HearingReport(recording, tuple(rows), speech.spans(recording.seconds), span)


class _Speech:
    """Gathers the spans in which a caller spoke."""

    def __init__(self) -> None:
        self._spans: list[ReportSpan] = []
        self._onset: float | None = None

    def tell(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, SpeechStarted):
                self._onset = max(event.onset, 0.0)
            elif isinstance(event, SpeechEnded) and self._onset is not None:
                self._spans.append(ReportSpan(self._onset, self._onset + event.seconds))
                self._onset = None

    def spans(self, end: float) -> tuple[ReportSpan, ...]:
        """All of them; who still speaks does so to the end."""
        last = [] if self._onset is None else [ReportSpan(self._onset, end)]
        return (*self._spans, *last)


def line_of(row: ReportRow) -> str:
    """A row of the table under HEADER."""
    numbers = row.verdict.numbers
    cells = [
        f"{row.at:7.2f}  {row.verdict.condition:<11}",
        _figure(numbers.speech_level_dbov, 8),
        _figure(numbers.noise_floor_dbov, 8),
        _figure(numbers.snr_db, 7),
        _figure(numbers.decay_db_per_s, 8, 0),
        _figure(numbers.return_loss_db, 6),
        _figure(numbers.clipped_percent, 9),
        f"  {row.verdict.why}",
    ]
    return "".join(cells).rstrip()


def report_summary(heard: HearingReport) -> str:
    """Below the table: who spoke when, and the last word."""
    spans = [f"{span.start:.2f}-{span.end:.2f} s" for span in heard.speech]
    why = f": {heard.verdict.why}" if heard.verdict.why else ""
    return f"speech   {', '.join(spans) or 'none'}\nverdict  {heard.verdict.condition}{why}"


def report_as_json(heard: HearingReport) -> str:
    """All of it as one JSON object."""
    return json.dumps(
        {
            "seconds": round(heard.recording.seconds, 3),
            "rate": heard.recording.rate,
            "channels": heard.recording.channels,
            "verdict": heard.verdict.condition,
            "why": heard.verdict.why,
            "speech": [_rounded(asdict(span)) for span in heard.speech],
            "verdicts": [
                {"condition": condition, **_rounded(asdict(span))}
                for condition, span in heard.verdicts()
            ],
            "rows": [
                {
                    "at": round(row.at, 3),
                    "condition": row.verdict.condition,
                    "why": row.verdict.why,
                    **_rounded(asdict(row.verdict.numbers)),
                }
                for row in heard.rows
            ],
        },
        ensure_ascii=False,
    )


def _figure(value: float | None, width: int, digits: int = 1) -> str:
    return f"{'-' if value is None else format(value, f'.{digits}f'):>{width}}"


def _rounded(figures: dict[str, float | None]) -> dict[str, float | None]:
    return {name: None if value is None else round(value, 3) for name, value in figures.items()}
