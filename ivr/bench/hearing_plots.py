"""Pictures of the hearing bench: confusion matrix, delays, and verdicts in each sweep.

A sweep is a series of test recordings in which one quantity is varied.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ivr.bench.hearing_metrics import NEVER, verdict_delays
from ivr.bench.hearing_stream import JudgedWindow
from ivr.bench.plots import picture
from ivr.bench.tally import confusion
from ivr.lab.corpus.recipes import CASES, CLASSES, NATURAL, NUISANCES, SWEEPS

LABEL_TITLES = {
    "level": "active speech level in dBov",
    "snr": "SNR in dB over steady noise, speech at -26 dBov",
    "snr_babble": "SNR in dB over 8 to 14 other voices",
    "rt60": "reverberation time in s at a DRR of -8 to 0 dB",
    "erl": "echo return loss of our own prompt in dB",
}
"""Label of the horizontal axis in the picture of each sweep: the varied quantity and its unit. The
key is the name of the sweep (a series of test recordings in which one quantity is varied)."""
DELAYED = ("noise", "too_quiet", "hands_free", "dead_line", "no_rtp")
"""Groups of test recordings for which the delay of the right verdict is drawn. The limits of these
delays are in hearing_metrics.py."""


def draw_hearing(heard: Sequence[JudgedWindow], directory: Path, title: str) -> None:
    """Draw the pictures of the bench ``hearing`` as PNG files in ``directory``.

    The files are ``hearing_confusion.png``, ``hearing_delays.png``, and one for each sweep, a
    series of recordings in which one quantity varies. ``heard`` are the judged test recordings.
    ``title`` is written above each picture.
    """
    _confusion([window for window in heard if window.group not in SWEEPS], directory, title)
    _delays(heard, directory, title)
    for quantity in SWEEPS:
        points = [window for window in heard if window.group == quantity]
        if points:
            _curve(quantity, points, directory, title)


def _confusion(heard: Sequence[JudgedWindow], directory: Path, title: str) -> None:
    counts = confusion([(window.group, window.condition.value) for window in heard])
    rows = [name for name in (*CLASSES, *NUISANCES, *CASES, *NATURAL) if name in counts]
    called = sorted({name for row in counts.values() for name in row})
    shares = np.array(
        [[counts[row][name] / counts[row].total() for name in called] for row in rows]
    )
    with picture(directory / "hearing_confusion.png", (8, 5)) as axes:
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        for y, row in enumerate(rows):
            for x, name in enumerate(called):
                if counts[row][name]:
                    colour = "white" if shares[y, x] > 0.5 else "black"
                    axes.text(x, y, counts[row][name], ha="center", va="center", color=colour)
        axes.set_xticks(range(len(called)), called, rotation=30, ha="right")
        axes.set_yticks(range(len(rows)), rows)
        axes.set_xlabel("verdict at the end of the window")
        axes.set_title(title)


def _delays(heard: Sequence[JudgedWindow], directory: Path, title: str) -> None:
    with picture(directory / "hearing_delays.png", (8, 4)) as axes:
        for name in DELAYED:
            delays = sorted(verdict_delays(window for window in heard if window.group == name))
            come = [delay for delay in delays if delay < NEVER]
            if come:
                shares = np.arange(1, len(come) + 1) / len(delays)
                axes.step(come, shares, where="post", label=name)
        axes.axhline(0.95, color="0.7", linewidth=0.8)
        axes.set_xlabel("seconds from the onset to the verdict that is right")
        axes.set_ylabel("share of windows")
        axes.set_title(title)
        if axes.lines[1:]:
            axes.legend()
        axes.grid(alpha=0.3)


def _curve(quantity: str, points: Sequence[JudgedWindow], directory: Path, title: str) -> None:
    values = sorted({window.value for window in points if window.value is not None})
    called = {value: [t.condition.value for t in points if t.value == value] for value in values}
    with picture(directory / f"hearing_{quantity}.png", (8, 4)) as axes:
        for name in sorted({name for names in called.values() for name in names}):
            shares = [called[value].count(name) / len(called[value]) for value in values]
            axes.plot(values, shares, marker=".", label=name)
        axes.set_xlabel(LABEL_TITLES[quantity])
        axes.set_ylabel("share of verdicts")
        axes.set_title(title)
        axes.legend()
        axes.grid(alpha=0.3)
