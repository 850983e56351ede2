"""Which rendered prompts are current: their words, voice, mastering and files as expected."""

import hashlib
import json
from pathlib import Path
from typing import Protocol

from ivr.catalogue import SOUNDS, Catalogue, CatalogueError, Manifest
from ivr.dialogue.row import Prompt
from ivr.voice.spoken import spoken
from ivr.voice.standard import VERSION

MANIFEST = "manifest.json"


class Voice(Protocol):
    """Who speaks, without speaking."""

    @property
    def name(self) -> str:
        """The engine, with its version where that changes how it sounds."""

    @property
    def voice(self) -> str:
        """The voice and everything that changes how it sounds."""


def text_hash(text: str, engine: str, voice: str) -> str:
    """What makes a rendering out of date when it changes, as one SHA-256."""
    parts = [text, spoken(text), engine, voice, VERSION]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def known(directory: Path) -> Manifest:
    """What the manifest knows; nothing when it is missing or damaged."""
    try:
        return Catalogue.load(directory).manifest
    except CatalogueError:
        return Manifest("", "", {})


def is_current(directory: Path, prompt: Prompt, voice: Voice, manifest: Manifest) -> bool:
    """Whether ``prompt`` is rendered with these words by this voice, and its files are whole."""
    recording = manifest.recordings.get(prompt.id)
    return (
        recording is not None
        and recording.text_sha256 == text_hash(prompt.text, voice.name, voice.voice)
        and bool(recording.sha256)
        and all(
            sha256_of(directory / SOUNDS / f"{recording.stem}.{extension}") == expected
            for extension, expected in recording.sha256.items()
        )
    )


def sha256_of(path: Path) -> str | None:
    """The hash of a file, None when it is not there."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None
