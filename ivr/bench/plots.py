"""Pictures of what was measured."""

from pathlib import Path


def plot_waits(errors_ms: list[float], directory: Path) -> Path:
    """The distribution of wait errors as ``waits.png`` in ``directory``."""
    import matplotlib  # here, because nothing else of the bench needs it

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    directory.mkdir(parents=True, exist_ok=True)
    figure, axes = plt.subplots(figsize=(6, 3), layout="constrained")
    ordered = sorted(errors_ms)
    axes.step(ordered, [(i + 1) / len(ordered) for i in range(len(ordered))], where="post")
    axes.set_xlabel("error of a 5 s wait, in the caller's packets (ms)")
    axes.set_ylabel("share of waits")
    axes.set_title(f"{len(ordered)} waits")
    axes.axvline(0, color="0.7", linewidth=0.8)
    axes.grid(alpha=0.3)
    path = directory / "waits.png"
    figure.savefig(path, dpi=110)
    plt.close(figure)
    return path
