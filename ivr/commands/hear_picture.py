"""Draws the report of ``ivr hear`` on a recording as a picture, with matplotlib."""

from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

from ivr.commands.hear import HearError, HearingReport, Recording
from ivr.dialogue.events import Condition
from ivr.hearing.frames import FRAME, FRAME_SECONDS, RATE
from ivr.hearing.level import frame_levels_dbov
from ivr.translation import tr

COLOURS = {
    Condition.OK: "#2e9e4f",
    Condition.TOO_QUIET: "#e0b000",
    Condition.NOISE: "#d1342f",
    Condition.HANDS_FREE: "#e8792b",
    Condition.NOBODY: "#b8bec6",
    Condition.DEAD_LINE: "#5c6670",
    Condition.NO_RTP: "#22272c",
    Condition.UNHEARD: "#7d5a3c",
    Condition.TONE: "#8a4fbe",
    Condition.FAX: "#c44fa8",
    Condition.MUSIC: "#3a6fd0",
    Condition.OWN_PROMPT: "#2aa5b5",
}
"""Colour of each condition of the line, in the bar at the bottom of the picture."""
SPEECH_COLOUR = "#2e9e4f"
PROMPT_COLOUR = "#2aa5b5"
POINTS = 4000
"""Approximate number of columns to which a long waveform is reduced; a screen has fewer."""


def draw_report(heard: HearingReport, title: str, path: Path) -> None:
    """Draw waveform, level, speech and verdicts of a recording over time into an image file.

    ``heard`` is the report on the recording. The suffix of ``path`` sets the file format. Raise
    HearError if the file cannot be written.
    """
    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    width = float(np.clip(4 + heard.recording.seconds * 0.6, 10, 24))
    figure, (wave, level, band) = plt.subplots(
        3, sharex=True, figsize=(width, 6.2), layout="constrained", height_ratios=[3, 3, 1]
    )
    try:
        _waveform(wave, heard)
        _levels(level, heard)
        _verdicts(band, heard)
        wave.set_title(title)
        band.set_xlabel("seconds of the recording")
        band.set_xlim(0, heard.recording.seconds)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, dpi=110)
    except (OSError, ValueError) as error:
        raise HearError(
            tr("the picture {path} cannot be written: {error}").format(path=path, error=error)
        ) from None
    finally:
        plt.close(figure)


def _waveform(axes: Any, heard: HearingReport) -> None:
    """Draw the recording's waveform over time into ``axes``, with the speech and the prompt.

    The caller's speech is shaded. A bar above shows when our prompt was played.
    """
    seconds, low, high = _envelope(heard.recording)
    axes.fill_between(seconds, low, high, color="#30506e", linewidth=0.4)
    for index, span in enumerate(heard.speech):
        label = None if index else "caller speaks"
        axes.axvspan(span.start, span.end, color=SPEECH_COLOUR, alpha=0.18, lw=0, label=label)
    if heard.prompt is not None:
        axes.plot(
            [heard.prompt.start, heard.prompt.end],
            [0.95, 0.95],
            color=PROMPT_COLOUR,
            linewidth=5,
            solid_capstyle="butt",
            label="our prompt plays",
            transform=axes.get_xaxis_transform(),
        )
    peak = max(0.05, float(np.max(np.abs([low, high]))) * 1.15)
    axes.set_ylim(-peak, peak)
    axes.set_ylabel("waveform\n(1 = full scale)")
    if heard.speech or heard.prompt is not None:
        axes.legend(loc="lower right", fontsize=8)


def _levels(axes: Any, heard: HearingReport) -> None:
    """Draw levels in dBov over time into ``axes``, with the caller's speech shaded.

    One curve is the level of each frame of 20 ms of the recording. Two others are the speech level
    and the noise floor, with a point for each verdict of the report ``heard``.
    """
    levels = frame_levels_dbov(heard.recording.samples)
    axes.plot((np.arange(len(levels)) + 0.5) * FRAME_SECONDS, levels, color="#30506e", lw=0.7)
    at = [row.at for row in heard.rows]
    numbers = [row.verdict.numbers for row in heard.rows]
    for values, colour, label in (
        ([n.speech_level_dbov for n in numbers], "#2e9e4f", "speech level"),
        ([n.noise_floor_dbov for n in numbers], "#d1342f", "noise floor"),
    ):
        if any(value is not None for value in values):
            known = [np.nan if value is None else value for value in values]
            axes.plot(at, known, color=colour, lw=1.6, marker=".", ms=4, label=label)
    for span in heard.speech:
        axes.axvspan(span.start, span.end, color=SPEECH_COLOUR, alpha=0.12, lw=0)
    axes.set_ylim(-100, 0)
    axes.set_ylabel("level (dBov)")
    axes.grid(alpha=0.3)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="lower right", fontsize=8, ncols=2)


def _verdicts(axes: Any, heard: HearingReport) -> None:
    """Draw a bar over time into ``axes``: its colours are the conditions of the line.

    A legend below it names them.
    """
    seen: set[Condition] = set()
    for condition, span in heard.verdicts():
        axes.axvspan(
            span.start,
            span.end,
            color=COLOURS[condition],
            label=None if condition in seen else condition,
            lw=0,
        )
        seen.add(condition)
    axes.set_yticks([])
    axes.set_ylabel("verdict")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.55), ncols=len(seen), frameon=False)


def _envelope(recording: Recording) -> tuple[Any, Any, Any]:
    """Return, for each column of the waveform, its time, lowest and highest sample.

    The three arrays have the same length. Time is in seconds from the start of the recording;
    samples are from -1 to 1.
    """
    step = max(1, len(recording.samples) // POINTS, FRAME // 16)
    columns = recording.samples[: len(recording.samples) // step * step].reshape(-1, step) / 32768
    return np.arange(len(columns)) * step / RATE, columns.min(axis=1), columns.max(axis=1)
