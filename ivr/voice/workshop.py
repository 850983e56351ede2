"""Takes become files: in this process when they are few, else in one process per core."""

import hashlib
import multiprocessing
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path

from ivr.hearing.frames import RATE
from ivr.hearing.g711 import decode_alaw
from ivr.hearing.level import peak_dbfs
from ivr.voice import VoiceError
from ivr.voice.clip import Clip, Take
from ivr.voice.current import clip_hash
from ivr.voice.engine import Engine
from ivr.voice.formats import formats, is_wordless, wordless
from ivr.voice.loudness import level
from ivr.words.catalogue import RenderedPrompt

_FEW = 24
"""So few takes are not worth other processes, which must import scipy first."""
_BATCH = 12


@dataclass(frozen=True, slots=True)
class RenderedTake:
    """What became of one take: its recordings, or why there are none."""

    take: Take
    recordings: tuple[RenderedPrompt, ...]
    failure: str = ""


def render_takes(
    engine: Engine, takes: Sequence[Take], into: Path, processes: int
) -> Iterator[RenderedTake]:
    """Render every take into the directory ``into``, in any order."""
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
        finally:
            pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """Have this process end when the one that started it is killed: no orphan goes on writing."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel
        threading.Thread(target=lambda: (wait([sentinel]), os._exit(1)), daemon=True).start()


def _batch(engine: Engine, takes: Sequence[Take], into: Path) -> list[RenderedTake]:
    return [_made(engine, take, into) for take in takes]


def _made(engine: Engine, take: Take, into: Path) -> RenderedTake:
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
    """The manifest's entry, measured on what an a-law line carries."""
    heard = decode_alaw(octets["alaw"])
    return RenderedPrompt(
        id=clip.prompt.id,
        text=clip.prompt.text,
        text_sha256=clip_hash(clip, engine.name, engine.voice, source),
        seconds=len(heard) / RATE,
        active_level_dbov=round(level(heard, RATE, joint=clip.form.joint), 2),
        peak_dbfs=round(peak_dbfs(heard), 2),
        sha256={ext: hashlib.sha256(content).hexdigest() for ext, content in octets.items()},
        rendering=clip.form.rendering,
        joint=clip.form.joint,
        source=source,
    )
