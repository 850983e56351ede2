"""Are the rendered prompts fit to be heard? Every finding is one sentence with its remedy."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ivr.dialogue.row import Prompt
from ivr.etiquette.sheet import Sheet
from ivr.hearing.frames import RATE
from ivr.hearing.g711 import decode_alaw
from ivr.hearing.level import peak_dbfs
from ivr.voice.clip import Clip, clips_of
from ivr.voice.current import clip_hash, damaged
from ivr.voice.duration import plausible
from ivr.voice.formats import is_wordless
from ivr.voice.loudness import level
from ivr.voice.staging import finish
from ivr.voice.standard import (
    EDGE_SECONDS,
    FRAME_SAMPLES,
    HIGHEST_PEAK_DBFS,
    LEVEL_SPREAD_DB,
    LEVEL_TOLERANCE_DB,
    prompt_level,
)
from ivr.words.catalogue import RENDERINGS, Catalogue, CatalogueError, RenderedPrompt, Rendering

_RENDER, _ANEW = "run `ivr prompts render`", "run `ivr prompts render --all`"


@dataclass(frozen=True, slots=True)
class Spread:
    """How far one rendering's clips lie from the level each must have, and their peaks."""

    clips: int
    lowest_db: float
    highest_db: float
    spread_db: float
    peak_max_dbfs: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What the clips measure, silence left out."""

    prompts: int
    clips: int
    """Prompts in all their renderings."""
    present: int
    current: int
    present_percent: float
    seconds: float
    levels: dict[Rendering, Spread]
    """By rendering; empty when nothing is rendered."""


@dataclass(frozen=True, slots=True)
class PromptReport:
    """The outcome of :func:`check_prompts`."""

    problems: tuple[str, ...]
    figures: Figures

    def dump(self) -> str:
        """The report as JSON text."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)


def check_prompts(
    directory: Path,
    sheet: Sheet,
    *,
    pieces: Sequence[Prompt] | None = None,
    measure: bool = False,
) -> PromptReport:
    """Compare what is rendered in ``directory`` with what ``sheet`` says; never raises for it.

    ``pieces`` as for :func:`ivr.voice.render.render_prompts`. Levels are those that rendering
    measured and wrote down beside each file's hash; ``measure`` measures every file again. What a
    killed process left to be moved is moved first.
    """
    clips = clips_of(sheet, pieces)
    try:
        finish(directory)
        catalogue = Catalogue.load(directory)
    except CatalogueError as error:
        return PromptReport((str(error),), _figures(clips, [], 0))
    problems: list[str] = []
    found: list[RenderedPrompt] = []
    current = 0
    for clip in clips:
        recording = catalogue.manifest.find(clip.prompt.id, clip.form.rendering)
        if recording is None:
            problems.append(f"{clip.name} is not rendered: {_RENDER}")
            continue
        stale = [*_staleness(clip, catalogue), *_damage(clip, recording, directory)]
        problems += [*stale, *_forbidden(clip, recording, sheet)]
        if is_wordless(clip):
            continue
        current += not stale
        found.append(_measured(recording, directory) if measure else recording)
        problems += _unfit(clip, found[-1])
    figures = _figures(clips, found, current)
    problems += [*_uneven(figures), *_unknown(clips, catalogue)]
    return PromptReport(tuple(problems), figures)


def _staleness(clip: Clip, catalogue: Catalogue) -> Iterator[str]:
    """Whether the clip was rendered from these words, by the manifest's voice."""
    manifest = catalogue.manifest
    recording = catalogue.clip(clip.prompt.id, clip.form.rendering)
    expected = clip_hash(clip, manifest.engine, manifest.voice, recording.source)
    if recording.text_sha256 != expected:
        yield f"{clip.name} is out of date: {_RENDER}"


def _damage(clip: Clip, recording: RenderedPrompt, directory: Path) -> Iterator[str]:
    """Files that are not those the manifest describes."""
    for path, exists in damaged(directory, clip, recording):
        name = path.relative_to(directory / "zh").as_posix()
        if exists:
            yield f"{name} is not the file that was rendered: {_RENDER}"
        else:
            yield f"{name} is missing: {_RENDER}"


def _forbidden(clip: Clip, recording: RenderedPrompt, sheet: Sheet) -> Iterator[str]:
    if forbidden := sheet.forbidden_in(recording.text):
        yield f"{clip.name} says {forbidden[1]!r}, which {forbidden[0].id} forbids"


def _measured(recording: RenderedPrompt, directory: Path) -> RenderedPrompt:
    """The recording with what its a-law file measures now; as it is when there is no file."""
    path = directory / recording.file("alaw")
    if not path.is_file():
        return recording
    heard = decode_alaw(path.read_bytes())
    return replace(
        recording,
        seconds=len(heard) / RATE,
        active_level_dbov=round(level(heard, RATE, joint=recording.joint), 2),
        peak_dbfs=round(peak_dbfs(heard), 2),
    )


def _unfit(clip: Clip, measured: RenderedPrompt) -> Iterator[str]:
    """What an a-law line would carry, against the standard."""
    wanted = prompt_level(clip.form.rendering, joint=clip.form.joint)
    if abs(measured.active_level_dbov - wanted) > LEVEL_TOLERANCE_DB:
        yield (
            f"{clip.name} has a level of {measured.active_level_dbov:.1f} dBov, "
            f"not {wanted:.1f} ±{LEVEL_TOLERANCE_DB:.0f}: {_ANEW}"
        )
    if measured.peak_dbfs > HIGHEST_PEAK_DBFS:
        yield (
            f"{clip.name} peaks at {measured.peak_dbfs:.1f} dBFS, "
            f"above {HIGHEST_PEAK_DBFS:.0f}: {_ANEW}"
        )
    if round(measured.seconds * RATE) % FRAME_SAMPLES:
        yield f"{clip.name} does not end on a 20 ms frame: {_ANEW}"
    least, most = plausible(clip.words, slow=clip.form.rendering == "slow")
    speech = measured.seconds - sum(EDGE_SECONDS[clip.form.edges])
    if not least <= speech <= most:
        yield (
            f"{clip.name} has {speech:.2f} s of speech, not {least:.2f} to {most:.2f}: "
            "listen to it, then record it or render it again"
        )


def _uneven(figures: Figures) -> Iterator[str]:
    for rendering, levels in figures.levels.items():
        if levels.spread_db > LEVEL_SPREAD_DB:
            yield (
                f"the {rendering} prompts differ in level by {levels.spread_db:.1f} dB, "
                f"more than {LEVEL_SPREAD_DB}: {_ANEW}"
            )


def _unknown(clips: Sequence[Clip], catalogue: Catalogue) -> Iterator[str]:
    wanted = {(clip.prompt.id, clip.form.rendering): clip for clip in clips}
    for recording in catalogue.manifest.all():
        if (recording.id, recording.rendering) not in wanted:
            yield f"{recording.id} is no longer in the sheet: {_RENDER}"


def _figures(clips: Sequence[Clip], found: Sequence[RenderedPrompt], current: int) -> Figures:
    spoken = [clip for clip in clips if not is_wordless(clip)]
    levels = {
        rendering: _spread([one for one in found if one.rendering == rendering])
        for rendering in RENDERINGS
        if any(one.rendering == rendering for one in found)
    }
    return Figures(
        prompts=len({clip.prompt.id for clip in spoken}),
        clips=len(spoken),
        present=len(found),
        current=current,
        present_percent=round(100 * len(found) / len(spoken), 2),
        seconds=round(sum(one.seconds for one in found), 2),
        levels=levels,
    )


def _spread(found: Sequence[RenderedPrompt]) -> Spread:
    away = [one.active_level_dbov - prompt_level(one.rendering, joint=one.joint) for one in found]
    low, high = round(min(away), 2), round(max(away), 2)
    peak = max(one.peak_dbfs for one in found)
    return Spread(len(found), low, high, round(high - low, 2), peak)
