"""``ivr hear``: runs the detectors of a call on a recording, and reports their verdicts.

Testers use it to see why the bot said what it said. The command needs the ``tools`` extra (the
optional packages for testers), which reads sound files of any format.
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
"""Seconds between two rows of the report while the verdict stays the same."""
HEADER = (
    "   time  verdict      speech   floor    SNR   decay   ERL  clipped  why\n"
    "      s                 dBov    dBov     dB    dB/s    dB        %"
)
"""Heading of the table of verdicts: the names of the columns, and their units below them."""
HEADERLESS = {
    **dict.fromkeys((".alaw", ".al", ".pcma"), "ALAW"),
    **dict.fromkeys((".ulaw", ".ul", ".mulaw", ".pcmu"), "ULAW"),
    **dict.fromkeys((".sln", ".raw", ".pcm"), "PCM_16"),
    ".gsm": "GSM610",
}
"""Sound files without a header. The key is a suffix that Asterisk uses, such as ``.alaw``; the
value is libsndfile's name of the coding, such as ``ALAW``. All have 8 kHz and one channel."""
MONO = {"samplerate": RATE, "channels": 1}
"""Sample rate and channels of sound files without a header."""


class HearError(ValueError):
    """A file cannot be read or written by ``ivr hear``; the message has its name and the reason."""


@dataclass(frozen=True, slots=True)
class Recording:
    """The audio of a sound file, converted for the detectors of a call: one channel at 8 kHz."""

    samples: Samples
    """Samples of the first channel: 16-bit integers, 8 kHz, shape (samples,)."""
    rate: int
    """Sample rate of the file in Hz, before it was resampled to 8 kHz."""
    channels: int
    """Number of channels in the file; only the first one is used."""

    @classmethod
    def read(cls, path: Path) -> "Recording":
        """Read a sound file of any format that libsndfile knows.

        A file without a header (its suffix is in HEADERLESS, such as ``.alaw``) is read as 8 kHz
        mono, little endian. Raise HearError if the file is missing, cannot be read, or is shorter
        than one frame.
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
        """Length of the recording in seconds."""
        return len(self.samples) / RATE

    def __str__(self) -> str:
        """Return the length, and whether the file was resampled or channels were left out."""
        parts = [f"{self.seconds:.2f} s"]
        if self.rate != RATE:
            parts.append(f"resampled from {self.rate} Hz")
        if self.channels > 1:
            parts.append(f"only the first of {self.channels} channels is heard")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One row of the report of ``ivr hear``: the verdict at one time of the recording.

    The verdict has the condition of the caller's line, such as NOISE or OK, and the reason for it.
    """

    at: float
    """Seconds from the start of the recording."""
    verdict: LineVerdict


@dataclass(frozen=True, slots=True)
class ReportSpan:
    """A span of time; both ends are in seconds from the start of the recording."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class HearingReport:
    """The report of ``ivr hear`` on a recording of a caller.

    It has the verdicts on the condition of the caller's line (such as OK or NOISE) over time, and
    the spans of time in which the caller speaks.
    """

    recording: Recording
    rows: tuple[ReportRow, ...]
    """Verdicts in order of time: one at every change of the condition, one every 0.5 s
    (EVERY_SECONDS, unless :func:`hear` was given another interval), and one at the end."""
    speech: tuple[ReportSpan, ...]
    """Spans of the recording in which the caller speaks, one for each utterance."""
    prompt: ReportSpan | None
    """Span of the recording in which our prompt was played; None if none was."""

    @property
    def verdict(self) -> LineVerdict:
        """The verdict at the end of the recording."""
        return self.rows[-1].verdict

    def verdicts(self) -> Iterator[tuple[Condition, ReportSpan]]:
        """Yield each condition of the line (such as NOISE) with the span of time in which it held.

        The spans follow each other without a gap; a condition may come several times.
        """
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
    """Run the detectors of a call on a recording, frame by frame, and return the report.

    ``prompt`` is the prompt that we played during the recording; None if we played none.
    ``prompt_start`` is the start of the prompt, in seconds from the start of the recording.
    ``every`` is the number of seconds between two verdicts in the report while the condition stays
    the same.
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
    """Collects the spans of a recording in which the caller speaks."""

    def __init__(self) -> None:
        self._spans: list[ReportSpan] = []
        self._onset: float | None = None

    def tell(self, events: list[Event]) -> None:
        """Begin or end a span of speech by ``events``, which the detectors returned for a frame."""
        for event in events:
            if isinstance(event, SpeechStarted):
                self._onset = max(event.onset, 0.0)
            elif isinstance(event, SpeechEnded) and self._onset is not None:
                self._spans.append(ReportSpan(self._onset, self._onset + event.seconds))
                self._onset = None

    def spans(self, end: float) -> tuple[ReportSpan, ...]:
        """Return the span of each utterance; an utterance that has not ended lasts until ``end``.

        All times are in seconds from the start of the recording.
        """
        last = [] if self._onset is None else [ReportSpan(self._onset, end)]
        return (*self._spans, *last)


def line_of(row: ReportRow) -> str:
    """Return ``row`` of the report as a line of the printed table, whose heading is HEADER."""
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
    """Return the two lines below the table: when the caller speaks, and the last verdict."""
    spans = [f"{span.start:.2f}-{span.end:.2f} s" for span in heard.speech]
    why = f": {heard.verdict.why}" if heard.verdict.why else ""
    speech = tr("speech   {spans}").format(spans=", ".join(spans) or tr("none"))
    verdict = tr("verdict  {verdict}").format(verdict=f"{heard.verdict.condition}{why}")
    return f"{speech}\n{verdict}"


def report_as_json(heard: HearingReport) -> str:
    """Return the whole report as the text of one JSON object; times are in seconds."""
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
    """Return a number with ``digits`` decimals, aligned right in ``width``; a dash for None."""
    return f"{'-' if value is None else format(value, f'.{digits}f'):>{width}}"


def _rounded(figures: dict[str, float | None]) -> dict[str, float | None]:
    """Return the figures rounded to three decimals; None stays None."""
    return {name: None if value is None else round(value, 3) for name, value in figures.items()}
