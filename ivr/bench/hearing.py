"""``ivr bench hearing``: is what the ear says about a line right, soon enough, and cheap?"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ivr.bench.hearing_corpus import labelled_recordings
from ivr.bench.hearing_cost import cost
from ivr.bench.hearing_metrics import AT_LEAST, AT_MOST, hearing_figures
from ivr.bench.hearing_plots import LABEL_TITLES, draw_hearing
from ivr.bench.hearing_stream import Told, detector, listen_to_all, stream_window
from ivr.bench.result import BenchResult
from ivr.bench.tally import confusion, wilson
from ivr.lab.corpus.line import Order
from ivr.lab.corpus.recipes import CASES, CLASSES, NUISANCES, SWEEPS, orders, sweep_orders
from ivr.lab.corpus.sources import Split

POINTS_PER = 8
"""A point of a sweep has this part of the windows of a class."""
BABBLE = ("snr_babble", 3.0)
"""The point that has as many windows as a class, because it has a limit."""
PROCESSES = 2
MISJUDGED = 12
"""Misjudged windows of a group that are listed; of recordings all are."""
_WIDTH = 180
"""Characters that the matrix needs, also in a pipe."""


@dataclass(frozen=True, slots=True)
class HearingBenchReport:
    """The figures, and what was heard to get them."""

    result: BenchResult
    heard: list[Told] = field(repr=False)
    named: bool = False
    """Whether the windows are files: then every misjudged one is listed."""

    def show(self, console: Console) -> None:
        """The confusion matrix with Wilson's intervals, the curves, and what was misjudged."""
        console.width = max(console.width, _WIDTH)
        clear = [told for told in self.heard if told.group not in SWEEPS]
        console.print(_matrix(clear))
        for quantity in SWEEPS:
            points = [told for told in self.heard if told.group == quantity]
            if points:
                console.print(curve_table(quantity, points))
        wrong = [told for told in clear if not told.right and told.group != "barge_in"]
        listed = Counter[str]()
        for told in wrong:
            listed[told.group] += 1
            if self.named or listed[told.group] <= MISJUDGED:
                console.print(_in_words(told), highlight=False, markup=False, soft_wrap=True)
        for group, count in listed.items():
            if count > MISJUDGED and not self.named:
                console.print(f"and {count - MISJUDGED} more of {group}")

    def draw(self, directory: Path, seed: int, split: str) -> None:
        """Confusion, delays and the curves through the grey zone as PNG."""
        draw_hearing(self.heard, directory, "recordings" if self.named else f"seed {seed}, {split}")


def windows_of(per: int) -> list[Order]:
    """Everything that is listened to, in a fixed order."""
    points = [
        order
        for order in sweep_orders(max(1, per // POINTS_PER))
        if (order.group, order.value) != BABBLE
    ]
    return [*orders(per), *(Order(BABBLE[0], number, BABBLE[1]) for number in range(per)), *points]


def measure(seed: int, split: str, per: int, done: Callable[[], None]) -> HearingBenchReport:
    """Make the corpus and stream it through the production ear.

    Raises CorpusError when the recordings cannot be had.
    """
    heard = listen_to_all(windows_of(per), seed, Split(split), done, PROCESSES)
    return HearingBenchReport(
        _result({**hearing_figures(heard), **cost(seed)}, len(heard), seed), heard
    )


def measure_corpus(directory: Path) -> HearingBenchReport:
    """The same for a folder of recordings; raises CorpusError when it cannot be read."""
    heard = [
        stream_window(window, detector(), name=name)
        for name, window in labelled_recordings(directory)
    ]
    found = hearing_figures(heard)
    return HearingBenchReport(_result(found, len(heard), 0, only=set(found)), heard, named=True)


def _result(
    found: dict[str, float], samples: int, seed: int, only: set[str] | None = None
) -> BenchResult:
    """With the limits of issue 4; or ``only`` with those of these figures."""
    every = {**AT_LEAST, **AT_MOST}
    limits = {name: limit for name, limit in every.items() if only is None or name in only}
    at_least = frozenset(AT_LEAST) & frozenset(limits)
    return BenchResult("hearing", found, limits, samples, seed, at_least=at_least)


def _matrix(heard: list[Told]) -> Table:
    """How often each label (rows) was called what, and the interval of its recall."""
    counts = confusion([(told.group, told.condition.value) for told in heard])
    called = sorted({name for row in counts.values() for name in row})
    table = Table("is \\ called", *called, "right", "95 %", title="confusion")
    for group in (*CLASSES, *NUISANCES, *CASES):
        if group in counts:
            right = sum(told.right for told in heard if told.group == group)
            low, high = wilson(right, counts[group].total())
            cells = [str(counts[group][name] or "") for name in called]
            total = f"{right}/{counts[group].total()}"
            table.add_row(group, *cells, total, f"{100 * low:.1f}-{100 * high:.1f} %")
    return table


def curve_table(quantity: str, points: list[Told]) -> Table:
    """The share of each verdict along a sweep."""
    values = sorted({told.value for told in points if told.value is not None})
    called = sorted({told.condition.value for told in points})
    table = Table(f"{quantity}", *called, "windows", title=f"grey zone: {LABEL_TITLES[quantity]}")
    for value in values:
        here = [told.condition.value for told in points if told.value == value]
        shares = [f"{here.count(name) / len(here):.0%}" if name in here else "" for name in called]
        table.add_row(f"{value:g}", *shares, str(len(here)))
    return table


def _in_words(told: Told) -> str:
    truth = told.truth
    known = {
        "speech": truth.speech_dbov,
        "SNR": truth.snr_db,
        "RT60": truth.rt60_s,
        "DRR": truth.drr_db,
        "loss": truth.return_loss_db,
    }
    facts = [f"{name} {value:.1f}" for name, value in known.items() if value is not None]
    made = "; ".join([truth.kind, *facts, *truth.artefacts])
    return f"{told.name} ({made}): {told.condition}, {told.why}"
