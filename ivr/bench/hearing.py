"""``ivr bench hearing``: how often and how soon a line is judged rightly, and the CPU cost."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ivr.bench.hearing_corpus import labelled_recordings
from ivr.bench.hearing_cost import cost
from ivr.bench.hearing_metrics import AT_LEAST, AT_MOST, NATURAL_FIGURES, hearing_figures
from ivr.bench.hearing_plots import LABEL_TITLES, draw_hearing
from ivr.bench.hearing_stream import JudgedWindow, detector, listen_to_all, stream_window
from ivr.bench.result import BenchResult
from ivr.bench.tally import confusion, wilson
from ivr.lab.corpus.line import Order
from ivr.lab.corpus.recipes import CASES, CLASSES, NATURAL, NUISANCES, SWEEPS, orders, sweep_orders
from ivr.lab.corpus.sources import Split

POINTS_PER = 8
"""Divisor for the number of test recordings of each value of a sweep. (In a sweep one quantity is
varied.) If a class has 160 test recordings, a value of a sweep has 160 / 8 = 20."""
NATURAL_PER = 4
"""Divisor for the number of test recordings of each class with natural voices: if a class has 160,
the class with natural voices has 160 / 4 = 40."""
BABBLE = ("snr_babble", 3.0)
"""The sweep and the value (in dB) that have as many test recordings as a class. In them the caller
is 3 dB louder than other voices nearby. More recordings are needed here, because a figure with a
limit is computed from them."""
PROCESSES = 2
"""Number of processes that make test recordings and stream them to the detectors in parallel."""
MISJUDGED = 12
"""Upper limit for the misjudged test recordings that are listed for each group. Recordings of the
user are listed without a limit."""
_WIDTH = 180
"""Least width of the console, in characters; the confusion matrix needs it. It also applies if the
output is a pipe."""


@dataclass(frozen=True, slots=True)
class HearingBenchReport:
    """The result of ``ivr bench hearing``: the figures, and the judged windows behind them.

    A window is a test recording. The detectors of a call judge the telephone line by it.
    """

    result: BenchResult
    heard: list[JudgedWindow] = field(repr=False)
    named: bool = False
    """True if the windows are the user's own recordings. All misjudged windows are then listed by
    name."""

    def show(self, console: Console) -> None:
        """Print the confusion matrix, a table for each sweep, and the misjudged test recordings.

        The confusion matrix counts the verdicts on each kind of recording, with the share of right
        ones and Wilson's 95 % interval of it. A sweep is a series of recordings in which one
        quantity varies.
        """
        console.width = max(console.width, _WIDTH)
        clear = [window for window in self.heard if window.group not in SWEEPS]
        console.print(_matrix(clear))
        for quantity in SWEEPS:
            points = [window for window in self.heard if window.group == quantity]
            if points:
                console.print(curve_table(quantity, points))
        wrong = [window for window in clear if not window.right and "barge_in" not in window.group]
        listed = Counter[str]()
        for window in wrong:
            listed[window.group] += 1
            if self.named or listed[window.group] <= MISJUDGED:
                console.print(_in_words(window), highlight=False, markup=False, soft_wrap=True)
        for group, count in listed.items():
            if count > MISJUDGED and not self.named:
                console.print(f"and {count - MISJUDGED} more of {group}")

    def draw(self, directory: Path, seed: int, split: str) -> None:
        """Draw the confusion matrix, the delays and the sweeps as PNG files in ``directory``.

        ``seed`` (the random seed) and ``split`` ("dev" or "test", the part of the corpus) appear in
        the titles. If the recordings are the user's own, the titles say "recordings" instead.
        """
        draw_hearing(self.heard, directory, "recordings" if self.named else f"seed {seed}, {split}")


def windows_of(per: int, split: Split = Split.TEST) -> list[Order]:
    """Return the orders (descriptions) of all windows (test recordings) that are to be made.

    There are ``per`` windows for each class, such as ``noise``, and an eighth of that for each
    value of a sweep (a series in which one quantity varies). Split.TEST also has a quarter of
    ``per`` for each class with natural voices. The same arguments always give the same orders.
    """
    natural = orders(per // NATURAL_PER, NATURAL) if split is Split.TEST else []
    points = [
        order
        for order in sweep_orders(max(1, per // POINTS_PER))
        if (order.group, order.value) != BABBLE
    ]
    babble = [Order(BABBLE[0], number, BABBLE[1]) for number in range(per)]
    return [*orders(per), *babble, *points, *natural]


def measure(seed: int, split: str, per: int, done: Callable[[], None]) -> HearingBenchReport:
    """Make the windows (test recordings), let the detectors of calls judge them, and report.

    ``per`` is the number of windows of each class, such as ``noise``. ``split`` is the part of the
    corpus, "dev" or "test"; the parts share no speaker and no room. ``seed`` is the random seed.
    ``done`` is called after each window. Raise CorpusError when the recordings of speech, from
    which windows are made, cannot be fetched. Raise VoiceError when the natural voice is needed and
    not installed.
    """
    heard = listen_to_all(windows_of(per, Split(split)), seed, Split(split), done, PROCESSES)
    found = {**hearing_figures(heard), **cost(seed)}
    limited = {*AT_LEAST, *AT_MOST} - ({*NATURAL_FIGURES} if split != Split.TEST else set())
    return HearingBenchReport(_result(found, len(heard), seed, only=limited), heard)


def measure_corpus(directory: Path) -> HearingBenchReport:
    """Let the detectors of calls judge the user's labelled recordings in ``directory``, and report.

    Raise CorpusError if the recordings or their labels cannot be read.
    """
    heard = [
        stream_window(window, detector(), name=name)
        for name, window in labelled_recordings(directory)
    ]
    found = hearing_figures(heard)
    return HearingBenchReport(_result(found, len(heard), 0, only=set(found)), heard, named=True)


def _result(
    found: dict[str, float], samples: int, seed: int, only: set[str] | None = None
) -> BenchResult:
    """Return the result of the bench: the figures ``found`` by name, with their limits.

    ``only`` names the figures that have a limit in this result; None means every figure.
    ``samples`` is the number of test recordings behind the figures, ``seed`` the random seed they
    were made with.
    """
    every = {**AT_LEAST, **AT_MOST}
    limits = {name: limit for name, limit in every.items() if only is None or name in only}
    at_least = frozenset(AT_LEAST) & frozenset(limits)
    return BenchResult("hearing", found, limits, samples, seed, at_least=at_least)


def _matrix(heard: list[JudgedWindow]) -> Table:
    """Return a table: how often each group of test recordings (row) got each verdict (column).

    The last columns are the number of right verdicts and Wilson's 95 % interval of their share.
    """
    counts = confusion([(window.group, window.condition.value) for window in heard])
    called = sorted({name for row in counts.values() for name in row})
    table = Table("is \\ called", *called, "right", "95 %", title="confusion")
    for group in (*CLASSES, *NUISANCES, *CASES, *NATURAL):
        if group in counts:
            right = sum(window.right for window in heard if window.group == group)
            low, high = wilson(right, counts[group].total())
            cells = [str(counts[group][name] or "") for name in called]
            total = f"{right}/{counts[group].total()}"
            table.add_row(group, *cells, total, f"{100 * low:.1f}-{100 * high:.1f} %")
    return table


def curve_table(quantity: str, points: list[JudgedWindow]) -> Table:
    """Return a table of a sweep: for each value (row), the share of each verdict (column).

    A sweep is a series of windows (test recordings), ``points``, in which one quantity varies.
    ``quantity`` is its name, such as ``snr`` (signal-to-noise ratio).
    """
    values = sorted({window.value for window in points if window.value is not None})
    called = sorted({window.condition.value for window in points})
    table = Table(f"{quantity}", *called, "windows", title=f"grey zone: {LABEL_TITLES[quantity]}")
    for value in values:
        here = [window.condition.value for window in points if window.value == value]
        shares = [f"{here.count(name) / len(here):.0%}" if name in here else "" for name in called]
        table.add_row(f"{value:g}", *shares, str(len(here)))
    return table


def _in_words(window: JudgedWindow) -> str:
    """Return a line about a misjudged test recording: how it was made, and the verdict on it."""
    truth = window.truth
    known = {
        "speech": truth.speech_dbov,
        "SNR": truth.snr_db,
        "RT60": truth.rt60_s,
        "DRR": truth.drr_db,
        "loss": truth.return_loss_db,
    }
    facts = [f"{name} {value:.1f}" for name, value in known.items() if value is not None]
    made = "; ".join([truth.kind, *facts, *truth.artefacts])
    return f"{window.name} ({made}): {window.condition}, {window.why}"
