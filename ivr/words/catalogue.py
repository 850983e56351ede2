"""The rendered prompts: their files, lengths and samples.

The package :mod:`ivr.voice` writes the manifest, and all other packages read it here. The service
never synthesises speech.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, get_args

from ivr.dialogue.row import Rendering as Rendering
from ivr.hearing.g711 import Samples, decode_alaw
from ivr.hearing.played import Reference
from ivr.translation import tr

SOUNDS = "zh/ivr"
"""Directory of all prompts in the normal rendering. The path is relative, and the same below the
directory of rendered prompts and below Asterisk's directory of sounds."""

RENDERINGS: tuple[Rendering, ...] = get_args(Rendering)
"""All renderings of a prompt; the first one is the normal one."""


def folder(rendering: Rendering) -> str:
    """Return the name of a rendering's directory below ``zh``, such as ``ivr-louder``."""
    return "ivr" if rendering == "normal" else f"ivr-{rendering}"


SILENCE = "silence.10"
"""Id of a clip of ten seconds of silence (a-law idle code). The caller hears it while the service
waits for them."""


class CatalogueError(Exception):
    """The rendered prompts cannot be used; the message names the prompt and the remedy."""


@dataclass(frozen=True, slots=True)
class RenderedPrompt:
    """One prompt in one rendering, with the names and measures of its files."""

    id: str
    """Id of the prompt, such as ``no_sound.ask``."""
    text: str
    text_sha256: str
    """SHA-256 of the text, the voice and the mastering. If it changes, the files are outdated."""
    seconds: float
    active_level_dbov: float
    """Level of the prompt, in dBov. For a whole sentence it is the active speech level (ITU-T
    P.56). For a part of a sentence (``joint``) it is the level of the words without the pauses."""
    peak_dbfs: float
    sha256: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each file by its extension (``alaw``, ``ulaw``, ``sln16``, ``g722`` …)."""
    rendering: Rendering = "normal"
    source: str = ""
    """SHA-256 of the human recording that was rendered, or of the sounds that the voice was told to
    speak; empty if words and voice alone decide how the prompt sounds."""
    joint: bool = False
    """True if this is a part of a sentence; its level and edges then fit the clips beside it."""

    @property
    def stem(self) -> str:
        """The name of the prompt's files without extension, such as ``no_sound-ask``."""
        return self.id.replace(".", "-")

    @property
    def sound(self) -> str:
        """The name under which Asterisk plays the prompt, such as ``ivr/no_sound-ask``. Asterisk
        puts the language's directory, ``zh/``, before it."""
        return f"{folder(self.rendering)}/{self.stem}"

    def plain(self) -> dict[str, Any]:
        """Return the values of the fields by name, without copying them.

        ``dataclasses.asdict`` would copy the values, which takes 0.3 s for 4,500 recordings.
        """
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def file(self, extension: str) -> str:
        """Return the path of the file with this extension, such as ``zh/ivr/no_sound-ask.alaw``.

        The path is relative. It is the same below the directory of rendered prompts and below
        Asterisk's directory of sounds.
        """
        return f"zh/{self.sound}.{extension}"


@dataclass(frozen=True, slots=True)
class Licence:
    """The licence of a voice, and whether a company may use the voice under it."""

    terms: str = ""
    """The licence and its source, in a few words of English; empty if nothing is known."""
    commercial: bool | None = None
    """True if a company may use the voice on its line, False if not; None if the terms leave it
    open."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """All rendered prompts, as listed in ``manifest.json``."""

    engine: str
    """Name of the speech engine."""
    voice: str
    """Name of the engine's voice."""
    recordings: dict[str, RenderedPrompt]
    """The normal rendering of each prompt, by its id."""
    variants: dict[Rendering, dict[str, RenderedPrompt]] = field(default_factory=dict)
    """For each other rendering, the prompts that have been rendered in it, by id."""
    licence: Licence = Licence()
    """The licence of the voice."""

    def all(self) -> Iterator[RenderedPrompt]:
        """Yield all rendered prompts, the normal rendering first."""
        yield from self.recordings.values()
        for recordings in self.variants.values():
            yield from recordings.values()

    def find(self, id: str, rendering: Rendering) -> RenderedPrompt | None:
        """Return the prompt ``id`` in exactly this rendering; None if it is not rendered so."""
        if rendering == "normal":
            return self.recordings.get(id)
        return self.variants.get(rendering, {}).get(id)

    def dump(self) -> str:
        """Return the manifest as JSON. The keys are sorted, so equal manifests give equal texts."""
        raw = {
            "engine": self.engine,
            "voice": self.voice,
            "licence": asdict(self.licence),
            "recordings": {id: one.plain() for id, one in self.recordings.items()},
            "variants": {
                rendering: {id: one.plain() for id, one in found.items()}
                for rendering, found in self.variants.items()
            },
        }
        # With an indent, Python's own encoder would write the 6,000 recordings: 0.4 s.
        return json.dumps(raw, ensure_ascii=False, sort_keys=True) + "\n"

    @classmethod
    def parse(cls, text: str) -> "Manifest":
        """Read the text of :meth:`dump`; ValueError, KeyError or TypeError for any other text."""
        raw = json.loads(text)
        recordings = {id: RenderedPrompt(**entry) for id, entry in raw["recordings"].items()}
        variants: dict[Rendering, dict[str, RenderedPrompt]] = {
            rendering: {
                id: RenderedPrompt(**entry) for id, entry in raw["variants"][rendering].items()
            }
            for rendering in RENDERINGS
            if rendering in raw.get("variants", {})
        }
        licence = Licence(**raw.get("licence", {}))
        return cls(raw["engine"], raw["voice"], recordings, variants, licence)


class Catalogue:
    """The rendered prompts below one directory: their paths, their samples and their levels."""

    def __init__(self, directory: Path, manifest: Manifest) -> None:
        self.directory = directory
        self.manifest = manifest
        self._samples: dict[tuple[str, Rendering], Samples] = {}
        self._references: dict[tuple[str, Rendering], Reference] = {}

    @classmethod
    def load(cls, directory: Path) -> "Catalogue":
        """Read ``manifest.json`` in ``directory``; CatalogueError if it is missing or damaged."""
        path = directory / "manifest.json"
        try:
            return cls(directory, Manifest.parse(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise CatalogueError(
                tr("no prompts are rendered in {directory}: run `ivr prompts render`").format(
                    directory=directory
                )
            ) from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CatalogueError(
                tr("{path} is damaged ({error}): run `ivr prompts render --again`").format(
                    path=path, error=error
                )
            ) from None

    def __contains__(self, id: str) -> bool:
        return id in self.manifest.recordings

    def __getitem__(self, id: str) -> RenderedPrompt:
        try:
            return self.manifest.recordings[id]
        except KeyError:
            raise CatalogueError(
                tr("prompt {id} is not rendered in {directory}: run `ivr prompts render`").format(
                    id=id, directory=self.directory
                )
            ) from None

    def clip(self, id: str, rendering: Rendering = "normal") -> RenderedPrompt:
        """Return the prompt in ``rendering``, or in the normal rendering if that one is missing.

        Raise CatalogueError if the normal rendering is missing, too.
        """
        return self.manifest.find(id, rendering) or self[id]

    def path(self, id: str, extension: str = "alaw", rendering: Rendering = "normal") -> Path:
        """Return the path of a prompt's file; CatalogueError if the prompt is not rendered."""
        return self.directory / self.clip(id, rendering).file(extension)

    def samples(self, id: str, rendering: Rendering = "normal") -> Samples:
        """Return a prompt's samples, decoded from a-law: 16 bits, 8 kHz. The result is cached.

        Raise CatalogueError if the prompt is not rendered, and OSError if its file cannot be read.
        """
        if (id, rendering) not in self._samples:
            octets = self.path(id, rendering=rendering).read_bytes()
            self._samples[id, rendering] = decode_alaw(octets)
        return self._samples[id, rendering]

    def reference(self, id: str, rendering: Rendering = "normal") -> Reference:
        """Return a prompt's samples, and the level in dBov of each 20 ms.

        The result is cached. The detectors use both to find the echo of the prompt in the caller's
        audio. Raise CatalogueError if the prompt is not rendered, and OSError if its file cannot be
        read.
        """
        if (id, rendering) not in self._references:
            self._references[id, rendering] = Reference.of(self.samples(id, rendering))
        return self._references[id, rendering]
