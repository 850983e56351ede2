"""A folder of recordings with a labels file, as windows: what ops measure their own lines with."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ivr.dialogue.events import Condition
from ivr.hearing.echo import Reference
from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples
from ivr.lab.lines.speech import CorpusError
from ivr.lab.lines.telephone import packets
from ivr.lab.lines.windows import Truth, Window

LABELS = ("labels.csv", "labels.tsv", "labels.json", "labels.jsonl")
FILE, LABEL = (
    ("file", "path", "wav", "filename", "name"),
    ("label", "class", "condition", "verdict"),
)
PROMPT, ONSET = ("prompt", "reference"), ("onset", "speech_start")
PROMPT_START = ("prompt_start", "reference_start")
ALIASES = {
    "quiet": Condition.TOO_QUIET,
    "low_volume": Condition.TOO_QUIET,
    "speakerphone": Condition.HANDS_FREE,
    "handsfree": Condition.HANDS_FREE,
    "silence": Condition.NOBODY,
    "silent": Condition.NOBODY,
    "no_sound": Condition.NOBODY,
    "echo": Condition.OWN_PROMPT,
    "dead": Condition.DEAD_LINE,
    "noisy": Condition.NOISE,
    "noisy_line": Condition.NOISE,
    "babble": Condition.NOISE,
    "tones": Condition.TONE,
    "clean": Condition.OK,
    "normal": Condition.OK,
    "speech": Condition.OK,
}


def recordings(directory: Path) -> Iterator[Window]:
    """Every labelled recording; raises :class:`CorpusError` that names file and line."""
    labels = next((directory / name for name in LABELS if (directory / name).exists()), None)
    if labels is None:
        raise CorpusError(f"{directory} has no labels file: expected one of {', '.join(LABELS)}")
    for line, row in _rows(labels):
        try:
            yield _window(directory, row)
        except (ValueError, OSError, RuntimeError) as error:
            raise CorpusError(f"{labels}, line {line}: {error}") from None


def _rows(labels: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    text = labels.read_text("utf-8-sig")
    try:
        match labels.suffix:
            case ".json":
                whole = json.loads(text)
                if isinstance(whole, dict):
                    whole = [{"file": name, "label": label} for name, label in whole.items()]
                yield from enumerate(whole, 1)
            case ".jsonl":
                for number, line in enumerate(text.splitlines(), 1):
                    if line.strip():
                        yield number, json.loads(line)
            case suffix:
                reader = csv.DictReader(
                    text.splitlines(), delimiter="\t" if suffix == ".tsv" else ","
                )
                yield from enumerate(reader, 2)
    except json.JSONDecodeError as error:
        raise CorpusError(f"{labels} is not JSON: {error}") from None


def _window(directory: Path, row: Mapping[str, Any]) -> Window:
    cells = {
        str(key).strip().lower(): value for key, value in row.items() if value not in ("", None)
    }
    name, label = _first(cells, FILE), _first(cells, LABEL)
    if name is None or label is None:
        raise ValueError(f"needs a column {FILE[0]!r} and a column {LABEL[0]!r}")
    sound = _read(directory / str(name))
    prompt, begin = _first(cells, PROMPT), float(_first(cells, PROMPT_START) or 0.0)
    onset = _first(cells, ONSET)
    frames = packets(sound, np.random.default_rng(0))
    truth = Truth(None if onset is None else float(onset))
    reference = None
    if prompt is not None:
        lead = np.zeros(round(begin * RATE), np.int16)
        reference = Reference.of(np.concatenate([lead, _read(directory / str(prompt))]))
    return Window(_condition(str(label)), str(name), frames, truth, reference)


def _first(cells: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((cells[name] for name in names if name in cells), None)


def _condition(label: str) -> Condition:
    word = label.strip().lower().replace("-", "_").replace(" ", "_")
    if word in ALIASES:
        return ALIASES[word]
    try:
        return Condition(word)
    except ValueError:
        known = ", ".join([*Condition, *ALIASES])
        raise ValueError(f"label {label!r} is none of {known}") from None


def _read(path: Path) -> Samples:
    """The first channel at 8 kHz."""
    import soundfile  # here, because they are among the tools
    import soxr

    samples, rate = soundfile.read(path, dtype="float64", always_2d=True)
    if not len(samples):
        raise ValueError(f"{path.name} is empty")
    first = samples[:, 0] if rate == RATE else soxr.resample(samples[:, 0], rate, RATE)
    whole: Samples = np.clip(np.rint(first * 32768.0), -32768, 32767).astype(np.int16)
    return whole
