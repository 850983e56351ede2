"""Install the rendered prompts in the sounds directory of an Asterisk that answers calls.

Every file is first copied into a separate directory and compared with its hash in the manifest.
When all copies are right, each is renamed to its place. A call therefore always finds every prompt,
the old or the new one. If a copy fails, nothing is changed.
"""

import os
import shutil
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path

from ivr.translation import tr
from ivr.voice import VoiceError
from ivr.voice.current import sha256_of
from ivr.voice.staging import finish
from ivr.words.catalogue import RENDERINGS, Catalogue, CatalogueError, folder

_FORMATS = ("alaw", "ulaw", "sln", "sln16", "g722")
"""Extensions of the files that Asterisk plays. ``wav`` files are for people and not installed."""
_STAGE = ".ivr-install"


@dataclass(frozen=True, slots=True)
class InstalledPrompts:
    """The changes of an installation: the files added, changed and removed.

    They are given as paths below the PBX's sounds directory.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    kept: int
    """Number of files that were up to date already and stayed unchanged."""


def install_prompts(directory: Path, sounds: Path, owner: str = "") -> InstalledPrompts:
    """Copy the prompts rendered in ``directory`` to ``sounds``, Asterisk's directory of sounds.

    Prompts in ``sounds`` that ``directory`` does not have are removed. ``owner`` is ``user`` or
    ``user:group``; if it is empty, the user of this process owns the files. Raise VoiceError if the
    list of prompts (manifest) is missing or damaged, if there is no directory ``sounds``, or if a
    file is missing, differs from the list or cannot be written. If a file cannot be copied, no
    prompt in ``sounds`` is changed.
    """
    try:
        finish(directory)
        wanted = dict(_wanted(Catalogue.load(directory)))
    except CatalogueError as error:
        raise VoiceError(str(error)) from None
    if not sounds.is_dir():
        raise VoiceError(
            tr(
                "there is no directory {directory}: name Asterisk's sounds directory with "
                "--pbx-sounds"
            ).format(directory=sounds)
        )
    before = {name: sha256_of(sounds / name) for name in wanted}
    new = [name for name in wanted if before[name] != wanted[name]]
    stage = sounds / "zh" / _STAGE
    try:
        _staged(directory, stage, {name: wanted[name] for name in new}, owner)
        for name in new:
            os.replace(stage / name, sounds / name)
        removed = tuple(_removed(sounds, wanted.keys()))
    except (OSError, LookupError) as error:
        raise VoiceError(
            tr("{directory} cannot be changed ({error}): run this command as its owner").format(
                directory=sounds, error=error
            )
        ) from None
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return InstalledPrompts(
        tuple(name for name in new if before[name] is None),
        tuple(name for name in new if before[name] is not None),
        removed,
        len(wanted) - len(new),
    )


def _wanted(catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Yield each file that the PBX needs: its path below the sounds directory, and its SHA-256."""
    for recording in catalogue.manifest.all():
        for extension in _FORMATS:
            if extension in recording.sha256:
                yield recording.file(extension), recording.sha256[extension]


def _staged(directory: Path, stage: Path, wanted: dict[str, str], owner: str) -> None:
    """Copy files from ``directory`` to the separate directory ``stage``, and check the copies.

    ``wanted`` maps the path of each file, relative to ``directory``, to its SHA-256. The copies
    belong to ``owner``. Raise VoiceError for a file that is missing or damaged.
    """
    for rendering in RENDERINGS:
        place = stage.parent / folder(rendering)
        place.mkdir(parents=True, exist_ok=True)
        (stage / "zh" / folder(rendering)).mkdir(parents=True, exist_ok=True)
        _give(place, owner)
    for name, sha256 in wanted.items():
        if not (directory / name).is_file():
            raise VoiceError(tr("{file} is missing: run `ivr prompts render`").format(file=name))
        shutil.copyfile(directory / name, stage / name)
        if sha256_of(stage / name) != sha256:
            raise VoiceError(
                tr(
                    "{file} is not the file that was rendered: run `ivr prompts render`, then again"
                ).format(file=name)
            )
        (stage / name).chmod(0o644)
        _give(stage / name, owner)


def _give(path: Path, owner: str) -> None:
    """Give a file or directory to ``owner`` (``user`` or ``user:group``), unless that is empty."""
    match owner.split(":"):
        case [user] if user:
            shutil.chown(path, user)
        case [user, group]:
            shutil.chown(path, user, group)


def _removed(sounds: Path, wanted: Container[str]) -> Iterator[str]:
    """Remove outdated prompts from ``sounds``: the files that are not in ``wanted``.

    Yield the path of each removed file, relative to ``sounds``. Only the prompts' folders are
    searched; other folders stay as they are.
    """
    for rendering in RENDERINGS:
        for path in sorted((sounds / "zh" / folder(rendering)).iterdir()):
            name = path.relative_to(sounds).as_posix()
            if path.is_file() and name not in wanted:
                path.unlink()
                yield name
