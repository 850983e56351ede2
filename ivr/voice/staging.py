"""Replace a set of prompts by a new one: as a whole, or not at all.

The new files are first written into a separate directory. When they are complete, that directory is
renamed. Then the files are moved to their places, the manifest last. If the process is killed
before the renaming, the old set stays as it was. If it is killed afterwards, :func:`finish` makes
the remaining moves. The commands that render, check and install call it first. Files are moved one
by one: a container that has mounted the directory would not see a new directory in its place.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ivr.translation import tr
from ivr.voice import VoiceError
from ivr.words.catalogue import RENDERINGS, Manifest, folder

MANIFEST = "manifest.json"
_DRAFT, _COMPLETE = ".next", ".complete"


@contextmanager
def staging_directory(directory: Path) -> Iterator[Path]:
    """Yield an empty directory for the new prompts, and remove it after the body of ``with``.

    Files that :func:`take_over` has already moved to their places remain. Raise VoiceError if
    another process renders into ``directory``.
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
        raise VoiceError(
            tr("another process renders into {directory}: wait until it ends").format(
                directory=directory
            )
        ) from None
    finally:
        os.close(lock)


def take_over(directory: Path, manifest: Manifest) -> None:
    """Replace the files in ``directory`` by those in its staging directory.

    ``manifest`` becomes the manifest of ``directory``.
    """
    (directory / _DRAFT / MANIFEST).write_text(manifest.dump(), encoding="utf-8")
    (directory / _DRAFT).rename(directory / _COMPLETE)
    finish(directory)


def finish(directory: Path) -> None:
    """Finish a replacement of prompts in ``directory`` that was interrupted.

    If a killed process left a complete new set of files, they are moved to their places. An
    incomplete set is not moved.
    """
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
    """Remove the sound files in ``directory`` that ``manifest`` does not list."""
    wanted = {entry.file(extension) for entry in manifest.all() for extension in entry.sha256}
    for rendering in RENDERINGS:
        sounds = f"zh/{folder(rendering)}"
        if not (directory / sounds).is_dir():
            continue
        for file in os.scandir(directory / sounds):
            if f"{sounds}/{file.name}" not in wanted and file.is_file():
                os.unlink(file)
