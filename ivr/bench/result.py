"""The result that every bench prints: its figures and their limits, as one JSON object."""

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isnan, nan

import numpy as np


def machine() -> str:
    """Return a line of text about this machine: cores, load, operating system, Python."""
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores {platform.machine()}, load {load:.1f}, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    )


def percentile(values: list[float], percent: float) -> float:
    """Return the percentile ``percent`` (0 to 100) of ``values``; 50 gives the median.

    It is found by linear interpolation. Without values it is NaN, which fails every limit.
    """
    return float(np.percentile(values, percent)) if values else nan


def measured(figures: Mapping[str, float]) -> dict[str, float]:
    """Return ``figures`` without those that could not be measured (NaN)."""
    return {name: value for name, value in figures.items() if not isnan(value)}


@dataclass(frozen=True, slots=True)
class BenchResult:
    """The outcome of one bench: figures by name, and their limits.

    The name of a figure ends with its unit, if it has one: ``wait_error_p99_ms``.
    """

    bench: str
    figures: Mapping[str, float]
    limits: Mapping[str, float]
    """Upper limit for each figure, by its name; the bench fails above it. For a figure in
    ``at_least`` it is the lower limit. Other figures may have any value."""
    samples: int
    """Number of cases behind the figures: calls, sentences, test recordings or kills."""
    seed: int = 0
    problems: tuple[str, ...] = ()
    """Sentences about calls that went wrong; the bench fails if there are any."""
    at_least: frozenset[str] = frozenset()
    """Names of the figures whose limit is a lower limit; the bench fails below it."""
    machine: str = field(default_factory=machine)

    @property
    def passed(self) -> bool:
        """True if the bench has passed: there is no problem, and every figure keeps its limit.

        False otherwise. A figure that has a limit and was not measured does not keep it.
        """
        return not self.problems and all(map(self._keeps, self.limits))

    def _keeps(self, name: str) -> bool:
        value, limit = self.figures.get(name, nan), self.limits[name]
        return value >= limit if name in self.at_least else value <= limit

    def dump(self) -> str:
        """Return the result as one line of JSON; figures that were not measured are left out."""
        result = {
            "bench": self.bench,
            "pass": self.passed,
            "figures": {
                name: round(float(value), 4) for name, value in measured(self.figures).items()
            },
            "limits": dict(self.limits),
            "samples": self.samples,
            "seed": self.seed,
            "machine": self.machine,
        }
        if self.problems:
            result["problems"] = list(self.problems)
        return json.dumps(result, ensure_ascii=False)
