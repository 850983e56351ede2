"""``ivr hear``: play one recording to the ear of a call, and report its verdicts.

Testers use it to see why the bot said what it said. It needs the ``tools`` extra, which reads
sound files of any format.
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
from ivr.translation import tr

EVERY_SECONDS = 0.5
"""Seconds between two rows of the report if the verdict does not change."""
HEADER = (
    "   time  verdict      speech   floor    SNR   decay   ERL  clipped  why\n"
    "      s                 dBov    dBov     dB    dB/s    dB        %"
)
"""Heading of the table; the second line has the units."""
HEADERLESS = {
    **dict.fromkeys((".alaw", ".al", ".pcma"), "ALAW"),
    **dict.fromkeys((".ulaw", ".ul", ".mulaw", ".pcmu"), "ULAW"),
    **dict.fromkeys((".sln", ".raw", ".pcm"), "PCM_16"),
    ".gsm": "GSM610",
}
"""Coding of files without a header, by the suffixes that Asterisk uses; all have 8 kHz."""
MONO = {"samplerate": RATE, "channels": 1}
"""Format of these files."""


class HearError(ValueError):
    """A recording that cannot be heard; the message names the file and the reason."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A sound file as the ear needs it."""

    samples: Samples
    """Samples of the first channel at 8 kHz."""
    rate: int
    """Samples per second in the file, before resampling."""
    channels: int
    """Channels in the file; only the first one is heard."""

    @classmethod
    def read(cls, path: Path) -> "Recording":
        """Read a file of any format that libsndfile knows.

        A file with a suffix of HEADERLESS is read as 8 kHz mono, little endian. Raise HearError if
        the file is missing, cannot be read, or is shorter than a frame.
        """
        if not path.is_file():
            raise HearError(tr("there is no file {path}").format(path=path))
        coding = HEADERLESS.get(path.suffix.lower())
        raw = {"format": "RAW", "subtype": coding, "endian": "LITTLE"} | MONO
        try:
            sound, rate = soundfile.read(path, always_2d=True, **(raw if coding else {}))
        except (soundfile.LibsndfileError, OSError) as error:
            raise HearError(
                tr("{path} is not a sound file that can be read: {error}").format(
                    path=path, error=error
                )
            ) from None
        first = np.nan_to_num(sound[:, 0], posinf=1.0, neginf=-1.0) * 32768.0
        if rate != RATE:
            first = soxr.resample(first, rate, RATE, quality="HQ")
        samples: Samples = np.clip(np.rint(first), -32768, 32767).astype(np.int16)
        if len(samples) < FRAME:
            raise HearError(
                tr("{path} is shorter than the {milliseconds:.0f} ms of a frame").format(
                    path=path, milliseconds=FRAME_SECONDS * 1000
                )
            )
        return cls(samples, rate, sound.shape[1])

    @property
    def seconds(self) -> float:
        """Return its length in seconds."""
        return len(self.samples) / RATE

    def __str__(self) -> str:
        """Return its length and what was done to it, for the tester."""
        parts = [f"{self.seconds:.2f} s"]
        if self.rate != RATE:
            parts.append(f"resampled from {self.rate} Hz")
        if self.channels > 1:
            parts.append(f"only the first of {self.channels} channels is heard")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class ReportRow:
    """The verdict at one time."""

    at: float
    """Seconds of the recording."""
    verdict: LineVerdict


@dataclass(frozen=True, slots=True)
class ReportSpan:
    """A span of time, in seconds of the recording."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class HearingReport:
    """The ear's verdicts on a recording, and the speech that it found."""

    recording: Recording
    rows: tuple[ReportRow, ...]
    """Verdicts in order of time: at every change, at regular intervals, and at the end."""
    speech: tuple[ReportSpan, ...]
    """The caller's utterances."""
    prompt: ReportSpan | None
    """When our prompt played; None if none did."""

    @property
    def verdict(self) -> LineVerdict:
        """Return the verdict at the end."""
        return self.rows[-1].verdict

    def verdicts(self) -> Iterator[tuple[Condition, ReportSpan]]:
        """Yield each condition with the span in which it held."""
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
    """Play a recording to the ear frame by frame, as a call does, and return the report.

    ``prompt`` is the prompt that was played meanwhile, from ``prompt_start`` seconds of the
    recording on. ``every`` is the interval of the rows in seconds.
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
    """Collect the spans in which the caller spoke."""

    def __init__(self) -> None:
        self._spans: list[ReportSpan] = []
        self._onset: float | None = None

    def tell(self, events: list[Event]) -> None:
        """Take the events of one frame."""
        for event in events:
            if isinstance(event, SpeechStarted):
                self._onset = max(event.onset, 0.0)
            elif isinstance(event, SpeechEnded) and self._onset is not None:
                self._spans.append(ReportSpan(self._onset, self._onset + event.seconds))
                self._onset = None

    def spans(self, end: float) -> tuple[ReportSpan, ...]:
        """Return all spans; an utterance that has not ended lasts until ``end``."""
        last = [] if self._onset is None else [ReportSpan(self._onset, end)]
        return (*self._spans, *last)


def line_of(row: ReportRow) -> str:
    """Return a row of the table under HEADER."""
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
    """Return the text below the table: when the caller spoke, and the last verdict."""
    spans = [f"{span.start:.2f}-{span.end:.2f} s" for span in heard.speech]
    why = f": {heard.verdict.why}" if heard.verdict.why else ""
    speech = tr("speech   {spans}").format(spans=", ".join(spans) or tr("none"))
    verdict = tr("verdict  {verdict}").format(verdict=f"{heard.verdict.condition}{why}")
    return f"{speech}\n{verdict}"


def report_as_json(heard: HearingReport) -> str:
    """Return the whole report as one JSON object."""
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
    """Return a number aligned to the right; a dash for None."""
    return f"{'-' if value is None else format(value, f'.{digits}f'):>{width}}"


def _rounded(figures: dict[str, float | None]) -> dict[str, float | None]:
    """Return the figures to three decimals."""
    return {name: None if value is None else round(value, 3) for name, value in figures.items()}
