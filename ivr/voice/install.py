"""The rendered prompts into the sounds of an Asterisk, while it answers calls.

Every file is first copied beside its place and compared with the manifest's hash; only when all
are right, each takes its place by one rename. So a call finds every prompt at every moment, the
old one or the new one, and a copy that fails on the way changes nothing.
"""

import os
import shutil
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path

from ivr.voice import VoiceError
from ivr.voice.current import sha256_of
from ivr.voice.staging import finish
from ivr.words.catalogue import RENDERINGS, Catalogue, CatalogueError, folder

_FORMATS = ("alaw", "ulaw", "sln", "sln16", "g722")
"""What Asterisk plays; ``wav`` is for people."""
_STAGE = ".ivr-install"


@dataclass(frozen=True, slots=True)
class InstalledPrompts:
    """What changed in the PBX's sounds, as paths below its directory."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    kept: int


def install_prompts(directory: Path, sounds: Path, owner: str = "") -> InstalledPrompts:
    """Bring ``sounds`` to what is rendered in ``directory``.

    ``owner`` is ``user`` or ``user:group``; empty leaves whoever runs this. VoiceError when a
    file is not the one that was rendered, or cannot be written.
    """
    try:
        finish(directory)
        wanted = dict(_wanted(Catalogue.load(directory)))
    except CatalogueError as error:
        raise VoiceError(str(error)) from None
    if not sounds.is_dir():
        raise VoiceError(f"there is no directory {sounds}: name Asterisk's sounds with --to")
    before = {name: sha256_of(sounds / name) for name in wanted}
    new = [name for name in wanted if before[name] != wanted[name]]
    stage = sounds / "zh" / _STAGE
    try:
        _staged(directory, stage, {name: wanted[name] for name in new}, owner)
        for name in new:
            os.replace(stage / name, sounds / name)
        removed = tuple(_removed(sounds, wanted.keys()))
    except (OSError, LookupError) as error:
        raise VoiceError(f"{sounds} cannot be changed ({error}): run this as its owner") from None
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return InstalledPrompts(
        tuple(name for name in new if before[name] is None),
        tuple(name for name in new if before[name] is not None),
        removed,
        len(wanted) - len(new),
    )


def _wanted(catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Every file for the PBX with its hash."""
    for recording in catalogue.manifest.all():
        for extension in _FORMATS:
            if extension in recording.sha256:
                yield recording.file(extension), recording.sha256[extension]


def _staged(directory: Path, stage: Path, wanted: dict[str, str], owner: str) -> None:
    """Copy ``wanted`` below ``stage``; VoiceError names the first file that is not right."""
    for rendering in RENDERINGS:
        place = stage.parent / folder(rendering)
        place.mkdir(parents=True, exist_ok=True)
        (stage / "zh" / folder(rendering)).mkdir(parents=True, exist_ok=True)
        _give(place, owner)
    for name, sha256 in wanted.items():
        if not (directory / name).is_file():
            raise VoiceError(f"{name} is missing: run `ivr prompts render`")
        shutil.copyfile(directory / name, stage / name)
        if sha256_of(stage / name) != sha256:
            raise VoiceError(
                f"{name} is not the file that was rendered: run `ivr prompts render`, then again"
            )
        (stage / name).chmod(0o644)
        _give(stage / name, owner)


def _give(path: Path, owner: str) -> None:
    match owner.split(":"):
        case [user] if user:
            shutil.chown(path, user)
        case [user, group]:
            shutil.chown(path, user, group)


def _removed(sounds: Path, wanted: Container[str]) -> Iterator[str]:
    """Remove from our own folders what is no longer wanted; other folders are not ours."""
    for rendering in RENDERINGS:
        for path in sorted((sounds / "zh" / folder(rendering)).iterdir()):
            name = path.relative_to(sounds).as_posix()
            if path.is_file() and name not in wanted:
                path.unlink()
                yield name
