"""The result that every bench prints: one JSON object with the bench's figures and their limits."""

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isnan, nan

import numpy as np


def machine() -> str:
    """Return a line about this machine: cores, load, operating system, Python."""
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores {platform.machine()}, load {load:.1f}, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    )


def percentile(values: list[float], percent: float) -> float:
    """Return the percentile ``percent`` (0 to 100) of ``values`` by linear interpolation.

    If there are no values, return NaN, which fails every limit.
    """
    return float(np.percentile(values, percent)) if values else nan


def measured(figures: Mapping[str, float]) -> dict[str, float]:
    """Return the figures that could be measured; those that are NaN are left out."""
    return {name: value for name, value in figures.items() if not isnan(value)}


@dataclass(frozen=True, slots=True)
class BenchResult:
    """The outcome of one bench. Units are in the names of the figures: ``wait_error_p99_ms``."""

    bench: str
    figures: Mapping[str, float]
    limits: Mapping[str, float]
    """Largest value that each figure may have; for a figure in ``at_least``, the smallest. Figures
    that are not named here may have any value."""
    samples: int
    """Number of calls, sentences, windows or kills that the figures were computed from."""
    seed: int = 0
    problems: tuple[str, ...] = ()
    """Sentences about calls that went wrong; the bench fails if there are any."""
    at_least: frozenset[str] = frozenset()
    """Names of the figures whose limit is the smallest value they may have."""
    machine: str = field(default_factory=machine)

    @property
    def passed(self) -> bool:
        """Whether there is no problem and all figures keep their limits.

        A limited figure that is missing does not keep its limit.
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
