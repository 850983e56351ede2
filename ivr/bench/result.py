"""What every bench prints: one JSON object with its figures and their limits."""

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np


def machine() -> str:
    """What a figure was measured on."""
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores {platform.machine()}, load {load:.1f}, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    )


def percentile(values: list[float], percent: float) -> float:
    """Linear-interpolated percentile; NaN of nothing, which passes no limit."""
    return float(np.percentile(values, percent)) if values else float("nan")


@dataclass(frozen=True, slots=True)
class BenchResult:
    """The outcome of one bench. Units are in the names: ``wait_error_p99_ms``."""

    bench: str
    figures: Mapping[str, float]
    limits: Mapping[str, float]
    """Largest value each figure may have; of those in ``at_least``, the smallest."""
    samples: int
    seed: int = 0
    problems: tuple[str, ...] = ()
    """What went wrong in words; any makes the bench fail."""
    at_least: frozenset[str] = frozenset()
    """Figures that must not be smaller than their limit."""
    machine: str = field(default_factory=machine)

    @property
    def passed(self) -> bool:
        """Whether every figure keeps its limit; a missing or undefined one does not."""
        return not self.problems and all(map(self._keeps, self.limits))

    def _keeps(self, name: str) -> bool:
        value, limit = self.figures.get(name, float("nan")), self.limits[name]
        return value >= limit if name in self.at_least else value <= limit

    def dump(self) -> str:
        """The result as one line of JSON."""
        told = {
            "bench": self.bench,
            "pass": self.passed,
            "figures": {name: _number(value) for name, value in self.figures.items()},
            "limits": dict(self.limits),
            "samples": self.samples,
            "seed": self.seed,
            "machine": self.machine,
        }
        if self.problems:
            told["problems"] = list(self.problems)
        return json.dumps(told, ensure_ascii=False)


def _number(value: float) -> float | None:
    """JSON has no NaN."""
    return None if np.isnan(value) else round(float(value), 4)
