"""Render utterances (takes) into files: in this process, or in several if they are many."""

import hashlib
import multiprocessing
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path

from ivr.translation import tr
from ivr.voice import VoiceError
from ivr.voice.clip import Clip, Take
from ivr.voice.clip_cache import ClipCache, FinishedClip
from ivr.voice.current import clip_hash
from ivr.voice.engine import Engine
from ivr.voice.formats import begin_loading, formats, is_wordless, wordless
from ivr.voice.loudness import measure_alaw
from ivr.words.catalogue import RenderedPrompt

_FEW = 24
"""From this number of utterances on, several processes render. Fewer are rendered in this process,
because each other process must import scipy first."""
_BATCH = 12
"""Number of utterances that a process is given at a time."""


@dataclass(frozen=True, slots=True)
class RenderedTake:
    """The outcome of rendering one utterance: the entries of its clips for the manifest.

    If the utterance could not be rendered, there are no entries, and ``failure`` says why.
    Otherwise ``failure`` is empty.
    """

    take: Take
    recordings: tuple[RenderedPrompt, ...]
    failure: str = ""


def render_takes(
    engine: Engine,
    takes: Sequence[Take],
    into: Path,
    processes: int,
    cache: ClipCache | None = None,
) -> Iterator[RenderedTake]:
    """Render every utterance (take) into files in the directory ``into``; yield the outcomes.

    The outcomes come in any order. ``processes`` is the upper limit for the processes that render;
    they are used for 24 utterances or more. Clips that ``cache`` has are taken from it, and the
    others are stored there. Raise VoiceError if a process ends early.
    """
    if processes < 2 or len(takes) < _FEW:
        for take in takes:
            yield _made(engine, take, into, cache)
        return
    batches = [takes[start : start + _BATCH] for start in range(0, len(takes), _BATCH)]
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, spawning, initializer=end_with_parent) as pool:
        running = [pool.submit(_batch, engine, batch, into, cache) for batch in batches]
        try:
            for done in as_completed(running):
                yield from done.result()
        except BrokenProcessPool:
            raise VoiceError(
                tr(
                    "a process that renders ended early, perhaps because memory ran out; the old "
                    "set stays in place: close other programs and render again"
                )
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)


def end_with_parent() -> None:
    """Let this process end when its parent process is killed. Otherwise it would go on."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel
        threading.Thread(target=lambda: (wait([sentinel]), os._exit(1)), daemon=True).start()


def _batch(
    engine: Engine, takes: Sequence[Take], into: Path, cache: ClipCache | None
) -> list[RenderedTake]:
    return [_made(engine, take, into, cache) for take in takes]


def _made(engine: Engine, take: Take, into: Path, cache: ClipCache | None) -> RenderedTake:
    """Render one utterance (take) and write its files below ``into``.

    A VoiceError is not raised: its message becomes the outcome's ``failure``.
    """
    try:
        source = engine.source(take)
        keys = [clip_hash(clip, engine.name, engine.voice, source) for clip in take.clips]
        if all(is_wordless(clip) for clip in take.clips):
            # Silence and music have the same words, none, and therefore the same hash.
            finished = [_measured(clip, wordless(clip)) for clip in take.clips]
        elif not (finished := _kept(cache, keys)):
            finished = _spoken(engine, take)
            _keep(cache, keys, finished)
    except VoiceError as error:
        return RenderedTake(take, (), str(error))
    recordings = []
    for clip, key, one in zip(take.clips, keys, finished, strict=True):
        recordings.append(_recording(clip, one, key, source))
        for extension, content in one.contents.items():
            (into / recordings[-1].file(extension)).write_bytes(content)
    return RenderedTake(take, tuple(recordings))


def _kept(cache: ClipCache | None, keys: Sequence[str]) -> list[FinishedClip]:
    """Return the clips with the hashes ``keys`` from the cache.

    Return an empty list if one of them is missing or if there is no cache.
    """
    kept = [cache.get(key) for key in keys] if cache else []
    return [clip for clip in kept if clip] if all(kept) else []


def _keep(cache: ClipCache | None, keys: Sequence[str], clips: Sequence[FinishedClip]) -> None:
    if cache:
        for key, clip in zip(keys, clips, strict=True):
            cache.put(key, clip)


def _spoken(engine: Engine, take: Take) -> list[FinishedClip]:
    """Speak the utterance ``take``, and return its clips with their files and measurements.

    Raise VoiceError if that fails.
    """
    begin_loading()
    sound = engine.sound(take)
    return [_measured(clip, formats(clip, *sound)) for clip in take.clips]


def _measured(clip: Clip, octets: dict[str, bytes]) -> FinishedClip:
    return FinishedClip(octets, measure_alaw(octets["alaw"], joint=clip.form.joint))


def _recording(clip: Clip, finished: FinishedClip, key: str, source: str) -> RenderedPrompt:
    """Return the entry of a clip in the manifest.

    ``key`` is the hash of the clip. ``source`` is the result of
    :meth:`ivr.voice.engine.Engine.source` for the clip's utterance.
    """
    return RenderedPrompt(
        id=clip.prompt.id,
        text=clip.prompt.text,
        text_sha256=key,
        sha256={
            extension: hashlib.sha256(content).hexdigest()
            for extension, content in finished.contents.items()
        },
        rendering=clip.form.rendering,
        joint=clip.form.joint,
        source=source,
        **finished.measures,
    )
