"""Is what the ear says about the line right, how soon, and what does it cost?"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ivr.bench.hearing_cost import cost
from ivr.bench.listening import CALLERS, Listened, listen
from ivr.bench.recordings import recordings
from ivr.bench.result import Result, percentile
from ivr.bench.tally import confusion, share, wilson
from ivr.dialogue.events import Condition
from ivr.lab.lines.speech import fetch
from ivr.lab.lines.windows import CLASSES, RECIPES, SECONDS, window

SPLITS = ("dev", "test")
NUISANCES = ("tone", "music", "own_prompt")
HANG_SECONDS = 0.5
AT_LEAST = {
    "five_class_accuracy": 0.99,
    "worst_class_recall": 0.97,
    "wilson_low": 0.975,
    "true_barge_in": 0.97,
    "babble_as_noise_at_snr_3": 0.90,
}
AT_MOST = {
    "nuisance_as_caller": 0.01,
    "echo_false_barge_in": 0.01,
    "noise_delay_p95_s": 3.0,
    "too_quiet_delay_p95_s": 3.0,
    "hands_free_delay_p95_s": 5.0,
    "dead_line_delay_p95_s": 1.5,
    "no_rtp_delay_p95_s": 0.6,
    "speech_start_p50_ms": 150.0,
    "speech_start_p90_ms": 300.0,
    "speech_end_error_p95_ms": 150.0,
    "cost_per_call_core_percent": 1.0,
    "cost_silent_core_percent": 0.1,
}
"""The limits of issue 4."""

Heard = Mapping[str, Sequence[Listened]]


@dataclass(frozen=True, slots=True)
class Report:
    """The figures, and what was heard to get them."""

    result: Result
    heard: Heard

    def show(self, console: Console) -> None:
        """The confusion matrix, with Wilson's interval of each recall, and what was misjudged."""
        everything = [item for items in self.heard.values() for item in items]
        matrix = confusion(
            [(kind, item.verdict.condition.value) for kind, it in self.heard.items() for item in it]
        )
        called = sorted({name for row in matrix.values() for name in row})
        table = Table("is \\ called", *called, "right", "95 %", title="confusion")
        for kind, row in matrix.items():
            right = sum(item.right for item in self.heard[kind])
            low, high = wilson(right, len(self.heard[kind]))
            cells = [str(row[name] or "") for name in called]
            table.add_row(kind, *cells, f"{right}/{row.total()}", f"{low:.1%}-{high:.1%}")
        console.print(table)
        for item in [item for item in everything if not item.right][:20]:
            console.print(
                f"{item.window.kind}: {item.verdict.condition}, {item.verdict.why}", highlight=False
            )

    def draw(self, directory: Path, seed: int, split: str) -> None:
        """Confusion, delays and the curves through the grey zone as PNG."""
        from ivr.bench.hearing_plots import draw

        draw(self.heard, directory, seed, split)


def measure(seed: int, split: str, per: int, done: Callable[[], None]) -> Report:
    """Stream ``per`` windows of each recipe through the production ear.

    Raises CorpusError when the recordings cannot be had.
    """
    fetch(split)  # once, and not in every process
    heard: dict[str, list[Listened]] = defaultdict(list)
    jobs = [(recipe, number) for recipe in RECIPES for number in range(per)]
    with ProcessPoolExecutor() as pool:
        work = partial(_job, seed, split)
        for (recipe, _), item in zip(jobs, pool.map(work, jobs, chunksize=8), strict=True):
            heard[recipe].append(item)
            done()
    figures = {**_figures(heard), **cost(seed)}
    limits = {**AT_LEAST, **AT_MOST}
    result = Result("hearing", figures, limits, len(jobs), seed, at_least=frozenset(AT_LEAST))
    return Report(result, heard)


def measure_corpus(directory: Path) -> Report:
    """The same for a folder of recordings; raises CorpusError when it cannot be read."""
    heard: dict[str, list[Listened]] = defaultdict(list)
    for recorded in recordings(directory):
        heard[recorded.label.value].append(listen(recorded))
    every = {name: value for name, value in _figures(heard).items() if value == value}
    limits = {name: limit for name, limit in {**AT_LEAST, **AT_MOST}.items() if name in every}
    count = sum(map(len, heard.values()))
    at_least = frozenset(AT_LEAST) & frozenset(limits)
    return Report(Result("hearing", every, limits, count, at_least=at_least), heard)


def _job(seed: int, split: str, job: tuple[str, int]) -> Listened:
    item = listen(window(job[0], seed, split, job[1]))
    return replace(item, window=replace(item.window, frames=()))  # what came in need not go back


def _figures(heard: Heard) -> dict[str, float]:
    classes = {name: [item.right for item in heard.get(name, ())] for name in CLASSES}
    right = [flag for flags in classes.values() for flag in flags]
    recalls = [share(flags) for flags in classes.values() if flags]
    nuisances = [item for name in NUISANCES for item in heard.get(name, ())]
    echoes, barge_ins = heard.get("own_prompt", ()), heard.get("barge_in", ())
    babble = [item.verdict.condition is Condition.NOISE for item in heard.get("babble", ())]
    callers = [item for name in ("ok", "turn") for item in heard.get(name, ())]
    onsets = [_start_delay(item) for item in callers if item.window.truth.onset is not None]
    ends = [error for item in heard.get("turn", ()) if (error := _end_error(item)) is not None]
    steady = [item for name in CLASSES for item in heard.get(name, ())]
    quiet = [item for name in (*NUISANCES[:2], "nobody") for item in heard.get(name, ())]
    hours = SECONDS / 3600
    started = [_barged_in(item) for item in barge_ins]
    return {
        "five_class_accuracy": share(right),
        "worst_class_recall": min(recalls, default=float("nan")),
        "wilson_low": wilson(sum(right), len(right))[0] if right else float("nan"),
        "nuisance_as_caller": share([item.verdict.condition in CALLERS for item in nuisances]),
        "echo_false_barge_in": share([bool(item.starts) for item in echoes]),
        "true_barge_in": share([delay is not None for delay in started]),
        "barge_in_p50_ms": 1000 * percentile([d for d in started if d is not None], 50),
        "barge_in_p90_ms": 1000 * percentile([d for d in started if d is not None], 90),
        "babble_as_noise_at_snr_3": share(babble),
        **{f"{name}_delay_p95_s": _delay(heard.get(name, ())) for name in _DELAYS},
        "speech_start_p50_ms": 1000 * percentile(onsets, 50),
        "speech_start_p90_ms": 1000 * percentile(onsets, 90),
        "speech_end_error_p95_ms": 1000 * percentile([abs(error) for error in ends], 95),
        "false_starts_per_hour": _per_hour([len(item.starts) for item in quiet], hours),
        "flips_per_hour": _per_hour([item.went_back for item in steady], hours),
    }


_DELAYS = ("noise", "too_quiet", "hands_free", "dead_line", "no_rtp")
NEVER = 99.0
"""What counts for a verdict that did not come, in s."""


def _delay(items: Sequence[Listened]) -> float:
    delays = [item.delay() for item in items]
    return percentile([NEVER if delay is None else delay for delay in delays], 95)


def _per_hour(counts: Sequence[int], hours: float) -> float:
    return sum(counts) / (len(counts) * hours) if counts else float("nan")


def _start_delay(item: Listened) -> float:
    onset = item.window.truth.onset or 0.0
    return min((time - onset for time in item.starts if time > onset), default=NEVER)


def _barged_in(item: Listened) -> float | None:
    """Seconds until a caller over our prompt was noticed; None when he was not."""
    delay = _start_delay(item)
    return None if delay == NEVER else delay


def _end_error(item: Listened) -> float | None:
    end, told = item.window.truth.end, item.last_end
    return None if end is None or told is None else told - end - HANG_SECONDS
