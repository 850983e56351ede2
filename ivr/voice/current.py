"""Find out which rendered clips are up to date: same words, voice and mastering, intact files."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from ivr.voice.clip import Clip
from ivr.voice.engine import Voice
from ivr.voice.formats import extensions
from ivr.voice.standard import STANDARD_VERSION
from ivr.words.catalogue import Catalogue, CatalogueError, Manifest, RenderedPrompt


def clip_hash(clip: Clip, engine: str, voice: str, source: str = "") -> str:
    """Return the SHA-256 of everything that the sound of a clip depends on.

    If the hash changes, the clip is out of date. ``engine`` and ``voice`` are their names in the
    manifest (the list of rendered clips). ``source`` is the result of
    :meth:`ivr.voice.engine.Engine.source` for the utterance that the clip is made from.
    """
    form = clip.form
    parts = [clip.prompt.text, clip.words, engine, voice, source, STANDARD_VERSION]
    parts += [form.rendering, form.edges]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def known(directory: Path) -> Manifest:
    """Return the manifest (the list of rendered clips) in ``directory``.

    If there is none, or if it is damaged, return an empty one.
    """
    try:
        return Catalogue.load(directory).manifest
    except CatalogueError:
        return Manifest("", "", {})


def is_current(
    directory: Path, clip: Clip, voice: Voice, manifest: Manifest, source: str = ""
) -> bool:
    """Return True if ``clip`` need not be rendered again, False if it is missing or out of date.

    It must have been rendered from its present words by ``voice``, and its files must be intact.
    ``manifest`` lists the rendered clips in ``directory``. ``source`` is an argument of
    :func:`clip_hash`.
    """
    recording = manifest.find(clip.prompt.id, clip.form.rendering)
    return (
        recording is not None
        and recording.text_sha256 == clip_hash(clip, voice.name, voice.voice, source)
        and not any(damaged(directory, clip, recording))
    )


def damaged(directory: Path, clip: Clip, recording: RenderedPrompt) -> Iterator[tuple[Path, bool]]:
    """Yield a pair for each file of ``clip`` in ``directory`` that is missing or changed.

    It is the path, and True if the file exists, False if it is missing. A changed file differs from
    its hash in ``recording``, the clip's entry in the manifest.
    """
    root = str(directory)  # joining 20,000 names as paths would take a quarter of a second
    for extension in extensions(clip):
        path = f"{root}/{recording.file(extension)}"
        found = sha256_of(path)
        if found is None or found != recording.sha256.get(extension):
            yield Path(path), found is not None


def sha256_of(path: Path | str) -> str | None:
    """Return the SHA-256 of a file in hexadecimal digits, or None if there is no file."""
    try:
        with open(path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except FileNotFoundError:
        return None
