"""Render utterances (takes) into files: few in this process, many in several processes.

Many are 24 or more.
"""

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
from ivr.voice.current import clip_hash
from ivr.voice.engine import Engine
from ivr.voice.formats import formats, is_wordless, wordless
from ivr.voice.loudness import measure_alaw
from ivr.words.catalogue import RenderedPrompt

_FEW = 24
"""From this number of utterances on, several processes render. Fewer are rendered in this process,
because each other process must import scipy first."""
_BATCH = 12
"""Number of utterances that a process is given at a time."""


@dataclass(frozen=True, slots=True)
class RenderedTake:
    """The outcome of one utterance: the manifest's entries of its clips, or why it failed."""

    take: Take
    recordings: tuple[RenderedPrompt, ...]
    failure: str = ""


def render_takes(
    engine: Engine, takes: Sequence[Take], into: Path, processes: int
) -> Iterator[RenderedTake]:
    """Render every utterance (take) into files in ``into``; yield the outcomes in any order.

    ``processes`` is the upper limit for the processes that render. Raise VoiceError if one of them
    ends early.
    """
    if processes < 2 or len(takes) < _FEW:
        for take in takes:
            yield _made(engine, take, into)
        return
    batches = [takes[start : start + _BATCH] for start in range(0, len(takes), _BATCH)]
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, spawning, initializer=_end_with_parent) as pool:
        running = [pool.submit(_batch, engine, batch, into) for batch in batches]
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


def _end_with_parent() -> None:
    """Let this process end when its parent process is killed. Otherwise it would go on writing."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel
        threading.Thread(target=lambda: (wait([sentinel]), os._exit(1)), daemon=True).start()


def _batch(engine: Engine, takes: Sequence[Take], into: Path) -> list[RenderedTake]:
    return [_made(engine, take, into) for take in takes]


def _made(engine: Engine, take: Take, into: Path) -> RenderedTake:
    """Render one utterance (take) and write its files below ``into``.

    A VoiceError is not raised: its message becomes the outcome's ``failure``.
    """
    try:
        source = engine.source(take)
        if all(is_wordless(clip) for clip in take.clips):
            contents = [wordless(clip) for clip in take.clips]
        else:
            sound = engine.sound(take)
            contents = [formats(clip, *sound) for clip in take.clips]
    except VoiceError as error:
        return RenderedTake(take, (), str(error))
    recordings = [
        _recording(clip, octets, engine, source)
        for clip, octets in zip(take.clips, contents, strict=True)
    ]
    for recording, octets in zip(recordings, contents, strict=True):
        for extension, content in octets.items():
            (into / recording.file(extension)).write_bytes(content)
    return RenderedTake(take, tuple(recordings))


def _recording(clip: Clip, octets: dict[str, bytes], engine: Engine, source: str) -> RenderedPrompt:
    """Return the entry of a clip in the manifest, measured on its a-law file.

    ``octets`` are the contents of the clip's files; the key is the extension. ``source`` is the
    result of :meth:`ivr.voice.engine.Engine.source` for the clip's utterance.
    """
    return RenderedPrompt(
        id=clip.prompt.id,
        text=clip.prompt.text,
        text_sha256=clip_hash(clip, engine.name, engine.voice, source),
        sha256={ext: hashlib.sha256(content).hexdigest() for ext, content in octets.items()},
        rendering=clip.form.rendering,
        joint=clip.form.joint,
        source=source,
        **measure_alaw(octets["alaw"], joint=clip.form.joint),
    )
