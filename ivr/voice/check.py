"""Are the rendered prompts fit to be heard? Every finding is one sentence with its remedy."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from ivr.catalogue import SILENCE, SOUNDS, Catalogue, CatalogueError, Recording
from ivr.dialogue.row import Prompt
from ivr.etiquette.sheet import Sheet
from ivr.hearing.level import active_speech_level, peak_dbfs
from ivr.voice.current import sha256_of, text_hash
from ivr.voice.standard import (
    FRAME_SAMPLES,
    HIGHEST_PEAK_DBFS,
    LEVEL_DBOV,
    LEVEL_TOLERANCE_DB,
    RATE,
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What the prompts measure, silence left out; levels are None when nothing is rendered."""

    prompts: int
    present: int
    current: int
    seconds: float
    level_min_dbov: float | None
    level_max_dbov: float | None
    level_spread_db: float | None
    peak_max_dbfs: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of :func:`check`."""

    problems: tuple[str, ...]
    figures: Figures

    def dump(self) -> str:
        """The report as JSON text."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)


@dataclass(frozen=True, slots=True)
class _Measured:
    level_dbov: float
    peak_dbfs: float
    samples: int


def check(directory: Path, sheet: Sheet) -> Report:
    """Compare what is rendered in ``directory`` with what ``sheet`` says; never raises for it."""
    wanted = (*sheet.fragments(), Prompt(SILENCE, ""))
    try:
        catalogue = Catalogue.load(directory)
    except CatalogueError as error:
        return Report((str(error),), _figures(len(wanted) - 1, 0, []))
    problems: list[str] = []
    measured: list[_Measured] = []
    current = 0
    for prompt in wanted:
        recording = catalogue.manifest.recordings.get(prompt.id)
        if recording is None:
            problems.append(f"{prompt.id} is not rendered: run `ivr prompts render`")
            continue
        found = [*_staleness(prompt, catalogue), *_damage(recording, directory)]
        problems += found
        if prompt.id == SILENCE:
            continue
        current += not found
        if catalogue.path(prompt.id).is_file():
            measured.append(_measure(prompt.id, catalogue))
            problems += _unfit(prompt.id, measured[-1])
        if forbidden := sheet.forbidden_in(recording.text):
            problems.append(f"{prompt.id} says {forbidden[1]!r}, which {forbidden[0].id} forbids")
    unknown = catalogue.manifest.recordings.keys() - {prompt.id for prompt in wanted}
    problems += [
        f"{id} is no longer in the sheet: run `ivr prompts render`" for id in sorted(unknown)
    ]
    return Report(tuple(problems), _figures(len(wanted) - 1, current, measured))


def _staleness(prompt: Prompt, catalogue: Catalogue) -> Iterator[str]:
    """Whether the prompt was rendered from these words, by the manifest's voice."""
    manifest = catalogue.manifest
    expected = text_hash(prompt.text, manifest.engine, manifest.voice)
    if manifest.recordings[prompt.id].text_sha256 != expected:
        yield f"{prompt.id} is out of date: run `ivr prompts render`"


def _damage(recording: Recording, directory: Path) -> Iterator[str]:
    """Files that are not those the manifest describes."""
    for extension in ("alaw", "ulaw", "sln", "wav"):
        path = directory / SOUNDS / f"{recording.stem}.{extension}"
        found = sha256_of(path)
        if found is None:
            yield f"{path.name} is missing: run `ivr prompts render`"
        elif found != recording.sha256.get(extension):
            yield f"{path.name} is not the file that was rendered: run `ivr prompts render`"


def _measure(id: str, catalogue: Catalogue) -> _Measured:
    heard = catalogue.samples(id)
    level = active_speech_level(heard, RATE).level_dbov
    return _Measured(level, peak_dbfs(heard), len(heard))


def _unfit(id: str, measured: _Measured) -> Iterator[str]:
    """What an a-law line would carry, against the standard."""
    if abs(measured.level_dbov - LEVEL_DBOV) > LEVEL_TOLERANCE_DB:
        yield (
            f"{id} has an active level of {measured.level_dbov:.1f} dBov, "
            f"not {LEVEL_DBOV:.0f} ±{LEVEL_TOLERANCE_DB:.0f}: run `ivr prompts render --all`"
        )
    if measured.peak_dbfs > HIGHEST_PEAK_DBFS:
        yield (
            f"{id} peaks at {measured.peak_dbfs:.1f} dBFS, above {HIGHEST_PEAK_DBFS:.0f}: "
            "run `ivr prompts render --all`"
        )
    if measured.samples % FRAME_SAMPLES:
        yield f"{id} does not end on a 20 ms frame: run `ivr prompts render --all`"


def _figures(prompts: int, current: int, measured: list[_Measured]) -> Figures:
    seconds = round(sum(one.samples for one in measured) / RATE, 2)
    if not measured:
        return Figures(prompts, 0, current, seconds, None, None, None, None)
    levels = [one.level_dbov for one in measured]
    low, high = round(min(levels), 2), round(max(levels), 2)
    peak = round(max(one.peak_dbfs for one in measured), 2)
    return Figures(prompts, len(measured), current, seconds, low, high, round(high - low, 2), peak)
