"""Draw figures of benches as pictures (PNG)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ivr.bench.silent_calls import SilentCall
from ivr.hearing.frames import RATE


def plot_waits(errors_ms: Sequence[float], directory: Path) -> None:
    """Draw the distribution of ``errors_ms`` as ``waits.png`` in ``directory``.

    An error is the difference, in milliseconds, between the length of a wait and the wanted 5 s.
    """
    ordered = sorted(errors_ms)
    with picture(directory / "waits.png", (6, 3)) as axes:
        axes.step(ordered, np.arange(1, len(ordered) + 1) / len(ordered), where="post")
        axes.set_xlabel("error of a 5 s wait, in the caller's own packets (ms)")
        axes.set_ylabel("share of waits")
        axes.set_title(f"{len(ordered)} waits of simultaneous calls")
        axes.axvline(0, color="0.7", linewidth=0.8)
        axes.grid(alpha=0.3)


def plot_call(call: SilentCall, directory: Path) -> None:
    """Draw what the caller heard in ``call`` as the waveform ``row_2.png`` in ``directory``.

    The call is one of a silent caller (row 2 of the etiquette sheet). The picture also shows the
    names of the prompts and the lengths of the waits.
    """
    assert call.recording.answered is not None
    start, samples = call.recording.audio()
    origin = call.recording.answered
    with picture(directory / "row_2.png", (10, 2.6)) as axes:
        seconds = start - origin + np.arange(len(samples)) / RATE
        axes.plot(seconds[::8], samples[::8] / 32768, linewidth=0.3, color="C0")
        for prompt, wait in zip(call.prompts, call.waits, strict=True):
            begin, end = prompt.start - origin, prompt.end - origin
            axes.text((begin + end) / 2, 0.75, prompt.id, ha="center", fontsize=8)
            axes.annotate(
                "", (end, -0.6), (end + wait, -0.6), arrowprops={"arrowstyle": "<->", "lw": 0.8}
            )
            axes.text(end + wait / 2, -0.53, f"{wait:.3f} s", ha="center", fontsize=8)
        axes.axvline(call.recording.ended - origin, color="C3", linewidth=1)
        axes.text(call.recording.ended - origin, 0.75, " BYE", color="C3", fontsize=8)
        axes.set_ylim(-0.8, 0.95)
        axes.set_xlabel(f"seconds since the answer; the caller: {call.caller.name}")
        axes.set_yticks([])


@contextmanager
def picture(path: Path, inches: tuple[float, float]) -> Iterator[Any]:
    """Yield the axes of a new picture, and save the picture when the body of ``with`` has ended.

    ``path`` is the PNG file to write; its directory is made if it is missing. ``inches`` is the
    width and the height of the picture. Nothing is saved if the body raises an error.
    """
    import matplotlib  # here, because it is slow to import and only pictures need it

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    path.parent.mkdir(parents=True, exist_ok=True)
    figure, axes = plt.subplots(figsize=inches, layout="constrained")
    try:
        yield axes
        figure.savefig(path, dpi=110)
    finally:
        plt.close(figure)
