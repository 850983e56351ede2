"""``ivr models compare``: several models on an operator's own recordings, side by side.

Each model hears all recordings for its errors, and some of them again in real time for its delay,
its cost and its memory. The workers of the service recognise them, as in a call.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from rich.table import Table

from ivr.bench import recognition
from ivr.bench.people import hear_people, in_a_call, people_figures
from ivr.bench.recognition_sounds import SpokenSample
from ivr.bench.result import machine, measured
from ivr.commands.people_corpus import PeopleCorpus
from ivr.dialogue.meaning import Meaning
from ivr.translation import marked, tr

TIMED = 20
"""Number of recordings that are spoken in real time to each model, unless the user gives another.
The delay at p95 needs as many; they take about two minutes per model."""
_IDLE_SECONDS = 0.5
"""Seconds over which the cost of silent callers is measured; it is not shown."""
_SHOWN = {
    "syllable_error_percent": marked("wrong syllables without tones, %"),
    "syllable_error_percent_low": marked("  95 % interval, from"),
    "syllable_error_percent_high": marked("  95 % interval, to"),
    "character_error_percent": marked("wrong characters, %"),
    "exact_percent": marked("recordings without a wrong syllable, %"),
    "numbers_right_percent": marked("numbers right, %"),
    "intents_right_percent": marked("intents right, %"),
    "surely_wrong_percent": marked("intents surely wrong, %"),
    "finalise_1_p50_ms": marked("delay of the words, one caller, p50, ms"),
    "finalise_1_p95_ms": marked("delay of the words, one caller, p95, ms"),
    "finalise_10_p50_ms": marked("delay of the words, ten at once, p50, ms"),
    "finalise_10_p95_ms": marked("delay of the words, ten at once, p95, ms"),
    "talking_core_percent": marked("of a core for each caller who speaks, %"),
    "talking_calls_per_core": marked("callers who speak at once, per core"),
    "worker_megabytes": marked("memory of a worker, MB"),
    "load_seconds": marked("time to load, s"),
}
"""The figures that are shown, with what they are called. The delay counts from the moment at which
a call takes the caller to have finished, which is 0.5 s after their last sound."""


@dataclass(slots=True)
class ModelComparison:
    """The figures of several models for the same recordings."""

    samples: int
    """Number of recordings."""
    seed: int
    figures: dict[str, Mapping[str, float]] = field(default_factory=dict)
    """The figures of each model, by its name."""
    problems: list[str] = field(default_factory=list)
    """Sentences about recordings that a recogniser has lost, with the name of the model."""

    def dump(self) -> str:
        """Return the comparison as one line of JSON; "pass" is false if there are problems."""
        figures = {
            model: {name: round(value, 4) for name, value in own.items()}
            for model, own in self.figures.items()
        }
        result = {
            "bench": "models",
            "pass": not self.problems,
            "figures": figures,
            "limits": {},
            "samples": self.samples,
            "seed": self.seed,
            "machine": machine(),
        }
        if self.problems:
            result["problems"] = self.problems
        return json.dumps(result, ensure_ascii=False)

    def table(self) -> Table:
        """Return a table with a line for each figure and a column for each model."""
        table = Table("", box=None, pad_edge=False)
        for name in self.figures:
            table.add_column(name, justify="right")
        for key, title in _SHOWN.items():
            values = [own.get(key) for own in self.figures.values()]
            if any(value is not None for value in values):
                shown = ("" if value is None else f"{value:.1f}" for value in values)
                table.add_row(tr(title), *shown)
        return table


def comparison_steps(corpus: PeopleCorpus, models: int, timed: int) -> int:
    """Return how often :func:`compare_models` calls ``done``: the length of the progress bar.

    ``models`` is the number of models. ``timed`` is the number of recordings of ``corpus`` that are
    spoken to each model in real time.
    """
    recordings = len(corpus.recordings)
    sounds = [SpokenSample("", np.zeros(0, np.int16))] * min(timed, recordings)
    return models * (recordings + (recognition.recognition_steps(sounds) if timed else 0))


def compare_models(
    models: Mapping[str, Path | None],
    corpus: PeopleCorpus,
    meaning: Callable[[str], Meaning],
    *,
    timed: int = TIMED,
    seed: int = 1,
    done: Callable[[], None] = lambda: None,
) -> ModelComparison:
    """Let each of ``models`` recognise the recordings of ``corpus``; return the models' figures.

    ``models`` maps the name of a model to its directory; None means the built-in model. ``meaning``
    returns the meaning of a text. ``timed`` is the number of recordings that are spoken in real
    time, which delay, cost and memory are measured with; if it is 0, they are left out. ``seed`` is
    the random seed for the choice of these recordings and for the intervals. ``done`` is called
    :func:`comparison_steps` times. Raise ModelError if a model cannot be used, and
    PeopleCorpusError if a recording cannot be read.
    """
    compared = ModelComparison(len(corpus.recordings), seed)
    sounds = _drawn(corpus, timed, seed)
    for name, model in models.items():
        heard, problems = asyncio.run(hear_people(corpus, model, meaning, done=done))
        figures = people_figures(heard, seed)
        if sounds:
            result = asyncio.run(
                recognition.measure(sounds, model, seed=seed, idle_seconds=_IDLE_SECONDS, done=done)
            )
            problems += result.problems
            figures |= {
                key: value
                for key, value in measured(result.figures).items()
                if key in _SHOWN and key not in figures
            }
        compared.figures[name] = figures
        compared.problems += [f"{name}: {problem}" for problem in problems]
    return compared


def _drawn(corpus: PeopleCorpus, number: int, seed: int) -> Sequence[SpokenSample]:
    """Return ``number`` random recordings of ``corpus``, or all of them if there are fewer.

    They have the sound that the recogniser gets in a call: a-law, with silence before and after.
    ``seed`` is the random seed.
    """
    order = np.random.default_rng([seed, 20]).permutation(len(corpus.recordings))[:number]
    recordings = [corpus.recordings[n] for n in order]
    return [SpokenSample(one.words, in_a_call(one.samples())) for one in recordings]
