"""A new set of files takes the place of the old one: as a whole, or not at all.

Everything is first written into a directory of its own. One rename declares it complete; from
then on the files are moved to their places, the manifest last. Whoever is killed before the rename
leaves the old set untouched; whoever is killed after it leaves the rest of the moves to
:func:`finish`, which every command of ``ivr prompts`` calls first. Files move one by one, because
a container that has the directory mounted would not see another directory in its place.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ivr.voice import VoiceError
from ivr.words.catalogue import RENDERINGS, Manifest, folder

MANIFEST = "manifest.json"
_DRAFT, _COMPLETE = ".next", ".complete"


@contextmanager
def staging_directory(directory: Path) -> Iterator[Path]:
    """An empty directory for the new files, removed afterwards unless it was declared complete.

    VoiceError when another process is rendering into ``directory``.
    """
    directory.mkdir(parents=True, exist_ok=True)
    lock = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finish(directory)
        path = directory / _DRAFT
        shutil.rmtree(path, ignore_errors=True)
        for rendering in RENDERINGS:
            (path / "zh" / folder(rendering)).mkdir(parents=True)
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)
    except BlockingIOError:
        raise VoiceError(f"another process renders into {directory}: wait until it ends") from None
    finally:
        os.close(lock)


def take_over(directory: Path, manifest: Manifest) -> None:
    """Put the draft's files, described by ``manifest``, in place of the old ones."""
    (directory / _DRAFT / MANIFEST).write_text(manifest.dump(), encoding="utf-8")
    (directory / _DRAFT).rename(directory / _COMPLETE)
    finish(directory)


def finish(directory: Path) -> None:
    """Move what was declared complete to its place, if a killed process has left any of it."""
    complete = directory / _COMPLETE
    if not complete.is_dir():
        return
    files = [path for path in complete.rglob("*") if path.is_file()]
    for path in sorted(files, key=lambda path: path.name == MANIFEST):
        place = directory / path.relative_to(complete)
        place.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, place)
    shutil.rmtree(complete)


def remove_others(directory: Path, manifest: Manifest) -> None:
    """Remove the sounds that ``manifest`` does not know."""
    wanted = {entry.file(extension) for entry in manifest.all() for extension in entry.sha256}
    for rendering in RENDERINGS:
        sounds = directory / "zh" / folder(rendering)
        for path in sounds.iterdir() if sounds.is_dir() else ():
            if path.is_file() and path.relative_to(directory).as_posix() not in wanted:
                path.unlink()
