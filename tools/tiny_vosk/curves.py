"""``python -m tools.tiny_vosk.curves OUT TABLE CORPORA``: what more of everything would bring.

Models are trained from the beginning: with shares of the corpora, with other widths of their
layers, and with fewer pretended speakers. All are trained with the same number of steps, so a model
with a quarter of the corpora goes through them four times as often. Each hears the recordings of
TABLE, a folder for ``ivr bench recognition --corpus``, whose speaker should be in none of the
corpora. OUT/curves.json collects the figures; OUT/data.png, width.png and sizes.png draw them. A
model that is in the file is not trained again, and an interrupted training goes on.

CORPORA has the directories espeak, natural and people that ``corpus`` has made; natural-0 and
people-0 are the same with the own size of each speaker alone (``corpus --sizes 0``), natural-3 and
people-3 with three sizes beside it.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.bench.plots import picture

_KINDS = ("espeak", "natural", "people")
_SHARES, _WIDTHS, _SIZES = (4, 2, 1), (128, 256, 512), (0, 3, None)
_WIDTH = 512
"""Width of the packed network's layers."""
_ERROR = "syllable_error_percent"


@dataclass(frozen=True)
class Trial:
    """A model to be trained."""

    curve: str
    """The curve that the model is a point of: data, width or sizes."""
    share: int = 1
    """One file in ``share`` of each corpus is trained."""
    width: int = _WIDTH
    sizes: int | None = None
    """Number of sizes of each speaker beside their own; None means any size."""

    @property
    def name(self) -> str:
        """Name of the model's directory; the same for the same model on two curves."""
        return f"share-{self.share}-width-{self.width}-sizes-{_named(self.sizes)}"

    def files(self, corpora: Path) -> list[Path]:
        """Return the files of the corpora that are trained, the same share of each kind.

        espeak-ng's voices are many already, so no number of sizes is set for them.
        """
        suffix = "" if self.sizes is None else f"-{self.sizes}"
        directories = [corpora / (kind + ("" if kind == "espeak" else suffix)) for kind in _KINDS]
        return [path for one in directories for path in sorted(one.glob("*.npz"))[:: self.share]]


def _named(sizes: int | None) -> str:
    return "any" if sizes is None else str(sizes)


_TRIALS = (
    *(Trial("data", share=share) for share in _SHARES),
    *(Trial("width", width=width) for width in _WIDTHS),
    *(Trial("sizes", sizes=sizes) for sizes in _SIZES),
)


def main() -> None:
    """Train and judge the models that are not in OUT/curves.json, and draw the curves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("table", type=Path)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--epochs", type=int, default=4, help="epochs of the whole corpora")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    kept = arguments.out / "curves.json"
    figures = json.loads(kept.read_text()) if kept.exists() else {}
    for trial in _TRIALS:
        if trial.name in figures:
            continue
        model = arguments.out / trial.name
        files = trial.files(arguments.corpora)
        epochs = arguments.epochs * trial.share
        _train(
            model,
            files,
            f"--hidden={trial.width}",
            f"--epochs={epochs}",
            f"--threads={arguments.threads}",
        )
        figures[trial.name] = {"files": len(files)} | _judged(model, arguments.table)
        kept.write_text(json.dumps(figures, indent=2))
        print(trial.name, figures[trial.name], flush=True)
    _draw(figures, arguments.out)


def _train(model: Path, files: list[Path], *options: str) -> None:
    """Train ``model`` on ``files`` in a process of its own, whose memory is free afterwards."""
    chosen = model / "corpus"
    chosen.mkdir(parents=True, exist_ok=True)
    for path in files:
        link = chosen / path.name
        link.unlink(missing_ok=True)
        link.symlink_to(path.resolve())
    command = [sys.executable, "-m", "tools.tiny_vosk.train", str(model), str(chosen)]
    subprocess.run([*command, *options], check=True)


def _judged(model: Path, table: Path) -> dict[str, float]:
    """Return how many syllables of ``table`` are wrong, with the limits of the confidence."""
    with tempfile.TemporaryDirectory() as scratch:
        packed, unpacked = Path(scratch) / "model.zip", Path(scratch) / "model"
        graph = [sys.executable, "-m", "tools.tiny_vosk.graph", f"--acoustic={model}"]
        subprocess.run([*graph, f"--out={packed}"], check=True)
        with zipfile.ZipFile(packed) as file:
            file.extractall(unpacked)
        bench = [sys.executable, "-m", "ivr", "bench", "recognition", f"--corpus={table}"]
        said = subprocess.run(
            [*bench, f"--model={unpacked}", "--json"], stdout=subprocess.PIPE, check=False
        )
    if said.returncode not in (0, 1):  # 1: a recording was lost in all attempts
        sys.exit(f"{model.name}: the bench of the recordings has failed")
    figures = json.loads(said.stdout)["figures"]
    return {name: value for name, value in figures.items() if name.startswith(_ERROR)}


def _draw(figures: Mapping[str, Mapping[str, float]], out: Path) -> None:
    """Draw the error, with its interval of confidence, over data, width and sizes."""
    labels: dict[str, tuple[str, Callable[[Trial], object]]] = {
        "data": ("files of five minutes", lambda trial: figures[trial.name]["files"]),
        "width": ("width of a layer", lambda trial: trial.width),
        "sizes": ("sizes of a speaker beside their own", lambda trial: _named(trial.sizes)),
    }
    for curve, (label, place) in labels.items():
        trials = [trial for trial in _TRIALS if trial.curve == curve]
        errors = [figures[trial.name] for trial in trials]
        below = [one[_ERROR] - one[f"{_ERROR}_low"] for one in errors]
        above = [one[f"{_ERROR}_high"] - one[_ERROR] for one in errors]
        with picture(out / f"{curve}.png", (4, 3)) as axes:
            axes.errorbar(
                [place(trial) for trial in trials],
                [one[_ERROR] for one in errors],
                (below, above),
                marker="o",
                capsize=3,
            )
            axes.set_xlabel(label)
            axes.set_ylabel("wrong syllables (%)")
            axes.grid(alpha=0.3)


if __name__ == "__main__":
    main()
