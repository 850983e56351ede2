"""Check the rendered prompts against the words of the sheet and the standard of their sound.

The standard prescribes levels and lengths. Every finding is a sentence that names its remedy.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ivr.dialogue.row import Prompt
from ivr.etiquette.sheet import Sheet
from ivr.hearing.frames import FRAME, RATE
from ivr.translation import tr
from ivr.voice.clip import Clip, clips_of
from ivr.voice.current import clip_hash, damaged
from ivr.voice.duration import plausible
from ivr.voice.formats import is_wordless
from ivr.voice.loudness import measure_alaw
from ivr.voice.staging import finish
from ivr.voice.standard import (
    EDGE_SECONDS,
    HIGHEST_PEAK_DBFS,
    LEVEL_SPREAD_DB,
    LEVEL_TOLERANCE_DB,
    prompt_level,
)
from ivr.words.catalogue import RENDERINGS, Catalogue, CatalogueError, RenderedPrompt, Rendering

if TYPE_CHECKING:
    from ivr.voice.reading.decisions import Readings


@dataclass(frozen=True, slots=True)
class Spread:
    """The range of the levels of all clips (audio files) of one rendering, such as ``louder``.

    ``clips`` is the number of clips. ``lowest_db`` and ``highest_db`` are relative to the level
    that a clip must have, in decibels: 0 is exactly that level.
    """

    clips: int
    lowest_db: float
    highest_db: float
    spread_db: float
    """Difference between the highest and the lowest level, in decibels."""
    peak_max_dbfs: float
    """The highest peak of all clips of the rendering, in dBFS."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts and measurements of the clips with words; silence and music are left out.

    A clip is the audio of one prompt in one rendering (normal, louder, loudest or slow).
    """

    prompts: int
    clips: int
    """Number of clips that the sheet needs: one for each prompt in each rendering."""
    present: int
    """Number of needed clips that are rendered: the manifest lists them."""
    current: int
    """Number of needed clips that are up to date: rendered from the present words, with intact
    files."""
    present_percent: float
    seconds: float
    """Length of all rendered clips together, in seconds."""
    levels: dict[Rendering, Spread]
    """The levels of each rendering; empty if nothing is rendered."""


@dataclass(frozen=True, slots=True)
class PromptReport:
    """The result of a check of the rendered prompts: findings and figures."""

    problems: tuple[str, ...]
    """One sentence for each finding; empty if all is well."""
    figures: Figures
    voice: Mapping[str, object] = field(default_factory=dict)
    """Engine, voice and licence of the rendered prompts; empty if none are rendered."""
    readings: "Readings | None" = None
    """How the natural voice reads the words; None if that was not checked."""

    def dump(self) -> str:
        """Return the report as JSON text."""
        report: dict[str, object] = {
            "problems": self.problems,
            "figures": asdict(self.figures),
            "voice": self.voice,
        }
        if self.readings is not None:
            report["polyphones"] = self.readings.dump()
        return json.dumps(report, ensure_ascii=False, indent=1)


def check_prompts(
    directory: Path,
    sheet: Sheet,
    *,
    pieces: Sequence[Prompt] | None = None,
    measure: bool = False,
    readings: bool = False,
) -> PromptReport:
    """Compare the prompts rendered in ``directory`` with ``sheet``, and report what is wrong.

    ``pieces`` are further prompts to check: those for values that are inserted into sentences, such
    as names (fragments). None means all fragments. Levels come from the manifest (the list of
    rendered prompts); if ``measure`` is true, they are measured on the audio files instead. If
    ``readings`` is true, the report says which words the natural voice (baker) misreads; they are
    findings only if that voice has spoken the prompts.

    If a killed process left a complete new set of files unmoved, it is first moved into place. A
    manifest that is missing or damaged becomes a finding and is not raised.
    """
    clips = clips_of(sheet, pieces)
    read = _readings(clips) if readings else None
    try:
        finish(directory)
        catalogue = Catalogue.load(directory)
    except CatalogueError as error:
        return PromptReport((str(error),), _figures(clips, [], 0), readings=read)
    problems: list[str] = []
    found: list[RenderedPrompt] = []
    current = 0
    for clip in clips:
        recording = catalogue.manifest.find(clip.prompt.id, clip.form.rendering)
        if recording is None:
            problems.append(
                tr("{clip} is not rendered: run `ivr prompts render`").format(clip=clip.name)
            )
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
    manifest = catalogue.manifest
    if read is not None and manifest.engine == "baker":
        problems += read.problems()
    voice = {"engine": manifest.engine, "voice": manifest.voice, **asdict(manifest.licence)}
    return PromptReport(tuple(problems), figures, voice, read)


def _readings(clips: Sequence[Clip]) -> "Readings":
    # Imported here: the front end needs packages that the service's image does not have.
    from ivr.voice.reading.decisions import check_readings

    return check_readings(clips)


def _staleness(clip: Clip, catalogue: Catalogue) -> Iterator[str]:
    """Yield a finding (one sentence) if the clip is out of date and must be rendered again.

    It is out of date if its words, the voice or the standard of levels and lengths have changed
    since it was rendered.
    """
    manifest = catalogue.manifest
    recording = catalogue.clip(clip.prompt.id, clip.form.rendering)
    expected = clip_hash(clip, manifest.engine, manifest.voice, recording.source)
    if recording.text_sha256 != expected:
        yield tr("{clip} is out of date: run `ivr prompts render`").format(clip=clip.name)


def _damage(clip: Clip, recording: RenderedPrompt, directory: Path) -> Iterator[str]:
    """Yield a finding for each file of the clip that is missing or was changed after rendering.

    ``recording`` is the manifest's entry of the clip; it holds the hash of each file.
    """
    for path, exists in damaged(directory, clip, recording):
        name = path.relative_to(directory / "zh").as_posix()
        if exists:
            yield tr("{file} is not the file that was rendered: run `ivr prompts render`").format(
                file=name
            )
        else:
            yield tr("{file} is missing: run `ivr prompts render`").format(file=name)


def _forbidden(clip: Clip, recording: RenderedPrompt, sheet: Sheet) -> Iterator[str]:
    """Yield a finding if the clip says words that the sheet forbids (column 不应该, must not)."""
    if forbidden := sheet.forbidden_in(recording.text):
        yield tr("{clip} says {phrase!r}, which {row} forbids").format(
            clip=clip.name, phrase=forbidden[1], row=forbidden[0].id
        )


def _measured(recording: RenderedPrompt, directory: Path) -> RenderedPrompt:
    """Return ``recording`` with length, level and peak measured anew on its a-law file.

    If there is no such file, ``recording`` is returned unchanged.
    """
    path = directory / recording.file("alaw")
    if not path.is_file():
        return recording
    return replace(recording, **measure_alaw(path.read_bytes(), joint=recording.joint))


def _unfit(clip: Clip, measured: RenderedPrompt) -> Iterator[str]:
    """Yield a finding for each value of ``measured`` (level, peak, length) outside the standard."""
    wanted = prompt_level(clip.form.rendering, joint=clip.form.joint)
    if abs(measured.active_level_dbov - wanted) > LEVEL_TOLERANCE_DB:
        yield (
            tr(
                "{clip} has a level of {level:.1f} dBov, not {wanted:.1f} ±{tolerance:.0f}: "
                "run `ivr prompts render --again`"
            ).format(
                clip=clip.name,
                level=measured.active_level_dbov,
                wanted=wanted,
                tolerance=LEVEL_TOLERANCE_DB,
            )
        )
    if measured.peak_dbfs > HIGHEST_PEAK_DBFS:
        yield (
            tr(
                "{clip} peaks at {peak:.1f} dBFS, above {highest:.0f}: run `ivr prompts "
                "render --again`"
            ).format(clip=clip.name, peak=measured.peak_dbfs, highest=HIGHEST_PEAK_DBFS)
        )
    if round(measured.seconds * RATE) % FRAME:
        yield tr("{clip} does not end on a 20 ms frame: run `ivr prompts render --again`").format(
            clip=clip.name
        )
    least, most = plausible(clip.words, slow=clip.form.rendering == "slow")
    speech = measured.seconds - sum(EDGE_SECONDS[clip.form.edges])
    if not least <= speech <= most:
        yield (
            tr(
                "{clip} has {seconds:.2f} s of speech, not {least:.2f} to {most:.2f}: "
                "listen to it, then record it or render it again"
            ).format(clip=clip.name, seconds=speech, least=least, most=most)
        )


def _uneven(figures: Figures) -> Iterator[str]:
    """Yield a finding for each rendering whose levels differ too much from one another.

    LEVEL_SPREAD_DB (1.5) is the upper limit for the difference.
    """
    for rendering, levels in figures.levels.items():
        if levels.spread_db > LEVEL_SPREAD_DB:
            yield (
                tr(
                    "the {rendering} prompts differ in level by {spread:.1f} dB, more than "
                    "{most}: run `ivr prompts render --again`"
                ).format(rendering=tr(rendering), spread=levels.spread_db, most=LEVEL_SPREAD_DB)
            )


def _unknown(clips: Sequence[Clip], catalogue: Catalogue) -> Iterator[str]:
    """Yield a finding for each rendered prompt that the sheet does not need (not in ``clips``)."""
    wanted = {(clip.prompt.id, clip.form.rendering): clip for clip in clips}
    for recording in catalogue.manifest.all():
        if (recording.id, recording.rendering) not in wanted:
            yield tr("{prompt} is no longer in the sheet: run `ivr prompts render`").format(
                prompt=recording.id
            )


def _figures(clips: Sequence[Clip], found: Sequence[RenderedPrompt], current: int) -> Figures:
    """Count the rendered clips, and measure their total length and their levels.

    ``clips`` are all clips that the sheet needs. ``found`` holds the manifest's entries of the
    clips that are rendered. ``current`` is the number of rendered clips that are up to date.
    """
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
    """Return the range of levels and the highest peak of the clips of one rendering.

    ``found`` holds the manifest's entries of these clips; it must not be empty.
    """
    away = [one.active_level_dbov - prompt_level(one.rendering, joint=one.joint) for one in found]
    low, high = round(min(away), 2), round(max(away), 2)
    peak = max(one.peak_dbfs for one in found)
    return Spread(len(found), low, high, round(high - low, 2), peak)
