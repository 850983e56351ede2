"""Pictures of the hearing bench: delays, and curves through the grey zone."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ivr.bench.listening import Listened, listen
from ivr.bench.plots import picture
from ivr.lab.lines.windows import at_point

POINTS = {
    "level": ("active speech level (dBov)", np.arange(-50.0, -27.0, 2.0)),
    "snr": ("SNR over white noise (dB)", np.arange(0.0, 25.0, 2.0)),
    "rt60": ("reverberation time RT60 (s), DRR -4 dB", np.arange(0.1, 0.85, 0.1)),
}
EACH = 20
"""Windows at each point."""


def draw(heard: Mapping[str, Sequence[Listened]], directory: Path, seed: int, split: str) -> None:
    """``hearing_delays.png`` and one ``hearing_<quantity>.png`` for each curve."""
    with picture(directory / "hearing_delays.png", (7, 3)) as axes:
        for kind in ("noise", "too_quiet", "hands_free"):
            found = [item.delay() for item in heard.get(kind, ())]
            delays = sorted(delay for delay in found if delay is not None)
            axes.step(delays, np.arange(1, len(delays) + 1) / max(len(found), 1), label=kind)
        axes.set_xlabel("seconds from the caller's first word to the verdict")
        axes.set_ylabel("share of windows")
        axes.legend()
        axes.grid(alpha=0.3)
    for name, (title, values) in POINTS.items():
        called = _curve(name, values, seed, split)
        with picture(directory / f"hearing_{name}.png", (7, 3)) as axes:
            for condition in sorted({c for column in called for c in column}):
                shares = [column.count(condition) / len(column) for column in called]
                axes.plot(values, shares, marker=".", label=condition)
            axes.set_xlabel(title)
            axes.set_ylabel(f"share of {EACH} windows")
            axes.legend()
            axes.grid(alpha=0.3)


def _curve(name: str, values: NDArray[np.float64], seed: int, split: str) -> list[list[str]]:
    jobs = [(float(value), number) for value in values for number in range(EACH)]
    with ProcessPoolExecutor() as pool:
        called = list(pool.map(partial(_called, name, seed, split), jobs, chunksize=8))
    return [called[at : at + EACH] for at in range(0, len(called), EACH)]


def _called(name: str, seed: int, split: str, job: tuple[float, int]) -> str:
    value, number = job
    return listen(at_point(seed, split, number, **{name: value})).verdict.condition.value
