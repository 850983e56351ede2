"""Render the prompts of the sheet into a directory, as files that Asterisk can play.

The files in the directory are only replaced when all new ones are rendered; see
:mod:`ivr.voice.staging`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ivr.dialogue.row import Prompt
from ivr.etiquette.sheet import Sheet
from ivr.translation import tr
from ivr.voice.clip import Clip, Take, clips_of, takes_of
from ivr.voice.clip_cache import ClipCache
from ivr.voice.current import is_current, known
from ivr.voice.engine import Engine, PromptsFailed, RenderProgress
from ivr.voice.staging import remove_others, staging_directory, take_over
from ivr.voice.workshop import render_takes
from ivr.words.catalogue import RENDERINGS, Manifest, RenderedPrompt, Rendering


@dataclass(frozen=True, slots=True)
class Rendered:
    """The result of one run: the ids of the prompts rendered, left unchanged and removed."""

    rendered: tuple[str, ...]
    kept: tuple[str, ...]
    removed: tuple[str, ...]


def _silent(done: int, of: int) -> None:
    """Do nothing. This is the default for ``progress``."""


def render_prompts(
    sheet: Sheet,
    directory: Path,
    engine: Engine,
    *,
    pieces: Sequence[Prompt] | None = None,
    only: str | None = None,
    anew: bool = False,
    processes: int = 1,
    cache: ClipCache | None = None,
    progress: RenderProgress = _silent,
) -> Rendered:
    """Render the prompts that are missing or out of date; with ``anew``, all prompts.

    ``pieces`` are further prompts to render: those for values that are inserted into sentences,
    such as names (fragments). None means all fragments. If ``only`` is given, nothing but the row
    or prompt with this id is rendered. ``processes`` is the upper limit for the processes that
    render. Clips that ``cache`` has are taken from it, unless ``anew`` is true. ``progress`` is
    called with two numbers, those done and all: while the engine prepares, of utterances, and then
    after each rendered utterance, of clips.

    Raise KeyError if the sheet does not have ``only``, and VoiceError if another process renders
    into ``directory``. Raise PromptsFailed if prompts cannot be made; then no file was replaced.
    """
    clips = clips_of(sheet, pieces)
    chosen = [clip for clip in clips if only is None or f"{clip.prompt.id}.".startswith(f"{only}.")]
    if not chosen:
        raise KeyError(tr("the sheet has neither a row nor a prompt {name!r}").format(name=only))
    with staging_directory(directory) as path:
        old = known(directory)
        stale = _stale(chosen, directory, engine, old, anew=anew)
        engine.prepare(stale, progress)
        recordings = _made(engine, stale, path, processes, None if anew else cache, progress)
        new = _manifest(engine, clips, old, recordings)
        if recordings or new != old:
            take_over(directory, new)
    remove_others(directory, new)
    return _summary(clips, old, recordings)


def _stale(
    clips: Iterable[Clip], directory: Path, engine: Engine, manifest: Manifest, *, anew: bool
) -> list[Take]:
    """Return the utterances (takes) that must be rendered, each with its out-of-date clips only.

    ``manifest`` is the list of the clips that are rendered in ``directory``. With ``anew`` every
    clip counts as out of date.
    """
    stale = []
    for take in takes_of(clips):
        source = engine.source(take)
        left = tuple(
            clip
            for clip in take.clips
            if anew or not is_current(directory, clip, engine, manifest, source)
        )
        if left:
            stale.append(replace(take, clips=left))
    return stale


def _made(
    engine: Engine,
    takes: Sequence[Take],
    into: Path,
    processes: int,
    cache: ClipCache | None,
    progress: RenderProgress,
) -> list[RenderedPrompt]:
    """Render the utterances (takes) into files below ``into``; return the entries of their clips.

    The entries are those for the manifest. ``processes`` is the upper limit for the processes that
    render. Call ``progress`` after each utterance with the number of clips done and the number of
    all. Raise PromptsFailed if an utterance cannot be rendered.
    """
    recordings: list[RenderedPrompt] = []
    failures: dict[str, str] = {}
    expected = sum(len(take.clips) for take in takes)
    for made in render_takes(engine, takes, into, processes, cache):
        recordings += made.recordings
        if made.failure:
            failures |= {clip.name: made.failure for clip in made.take.clips}
        progress(len(recordings), expected)
    if failures:
        raise PromptsFailed(failures)
    return recordings


def _manifest(
    engine: Engine, clips: Iterable[Clip], old: Manifest, made: Iterable[RenderedPrompt]
) -> Manifest:
    """Return the manifest (list of rendered clips) with the entries of ``clips``.

    An entry comes from ``made`` if the clip was rendered now, otherwise from ``old``. A clip that
    is in neither has no entry.
    """
    new = {(recording.id, recording.rendering): recording for recording in made}
    by_rendering: dict[Rendering, dict[str, RenderedPrompt]] = {name: {} for name in RENDERINGS}
    for clip in clips:
        id, rendering = clip.prompt.id, clip.form.rendering
        if recording := new.get((id, rendering)) or old.find(id, rendering):
            by_rendering[rendering][id] = recording
    normal = by_rendering.pop("normal")
    return Manifest(engine.name, engine.voice, normal, by_rendering, engine.licence)


def _summary(clips: Iterable[Clip], old: Manifest, made: Iterable[RenderedPrompt]) -> Rendered:
    new = {recording.id for recording in made}
    ids = dict.fromkeys(clip.prompt.id for clip in clips)
    return Rendered(
        tuple(id for id in ids if id in new),
        tuple(id for id in ids if id not in new and id in old.recordings),
        tuple(id for id in old.recordings if id not in ids),
    )
