"""The rendered prompts: which files exist, how long they are, how they sound.

``voice`` writes the manifest, everybody else reads it here. The runtime never synthesises.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_args

from ivr.dialogue.row import Rendering as Rendering
from ivr.hearing.g711 import Samples, decode_alaw
from ivr.hearing.played import Reference

SOUNDS = "zh/ivr"
"""Where the normal files lie, below the rendered directory and Asterisk's sounds alike."""

RENDERINGS: tuple[Rendering, ...] = get_args(Rendering)


def folder(rendering: Rendering) -> str:
    """The directory of a rendering below the language's: ``ivr``, ``ivr-louder``, ``ivr-slow``."""
    return "ivr" if rendering == "normal" else f"ivr-{rendering}"


SILENCE = "silence.10"
"""Ten seconds of a-law idle code: what the caller is sent while the bot waits."""


class CatalogueError(Exception):
    """The rendered prompts cannot be used; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class RenderedPrompt:
    """One rendered prompt."""

    id: str
    text: str
    text_sha256: str
    """Hash over the text, the voice and the mastering: what makes a rendering out of date."""
    seconds: float
    active_level_dbov: float
    peak_dbfs: float
    sha256: dict[str, str] = field(default_factory=dict)
    """Hash of each file by its extension (``alaw``, ``ulaw``, ``sln16``, ``g722`` …)."""
    rendering: Rendering = "normal"
    source: str = ""
    """Hash of the recording it was made from; empty for a synthetic voice."""
    joint: bool = False
    """Whether it is a piece of a sentence, levelled and cut to stand beside other pieces."""

    @property
    def stem(self) -> str:
        """File name without extension: ``no_sound-ask``."""
        return self.id.replace(".", "-")

    @property
    def sound(self) -> str:
        """The name Asterisk is given: ``ivr/no_sound-ask`` (the language adds ``zh/``)."""
        return f"{folder(self.rendering)}/{self.stem}"

    def plain(self) -> dict[str, Any]:
        """Its fields by name; ``asdict`` copies deeply, which for 4,500 recordings takes 0.3 s."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def file(self, extension: str) -> str:
        """Where a file of it lies, below the rendered directory and Asterisk's sounds alike."""
        return f"zh/{self.sound}.{extension}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What ``voice`` rendered, by prompt id."""

    engine: str
    voice: str
    recordings: dict[str, RenderedPrompt]
    """The normal rendering."""
    variants: dict[Rendering, dict[str, RenderedPrompt]] = field(default_factory=dict)
    """The other renderings, those that are there."""

    def all(self) -> Iterator[RenderedPrompt]:
        """Every recording, the normal ones first."""
        yield from self.recordings.values()
        for recordings in self.variants.values():
            yield from recordings.values()

    def find(self, id: str, rendering: Rendering) -> RenderedPrompt | None:
        """The recording of exactly this rendering, if there is one."""
        if rendering == "normal":
            return self.recordings.get(id)
        return self.variants.get(rendering, {}).get(id)

    def dump(self) -> str:
        """The manifest as stable JSON text."""
        raw = {
            "engine": self.engine,
            "voice": self.voice,
            "recordings": {id: one.plain() for id, one in self.recordings.items()},
            "variants": {
                rendering: {id: one.plain() for id, one in found.items()}
                for rendering, found in self.variants.items()
            },
        }
        return json.dumps(raw, ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    @classmethod
    def parse(cls, text: str) -> "Manifest":
        """The inverse of :meth:`dump`; ValueError, KeyError or TypeError on anything else."""
        raw = json.loads(text)
        recordings = {id: RenderedPrompt(**entry) for id, entry in raw["recordings"].items()}
        variants: dict[Rendering, dict[str, RenderedPrompt]] = {
            rendering: {
                id: RenderedPrompt(**entry) for id, entry in raw["variants"][rendering].items()
            }
            for rendering in RENDERINGS
            if rendering in raw.get("variants", {})
        }
        return cls(raw["engine"], raw["voice"], recordings, variants)


class Catalogue:
    """The rendered prompts below one directory, for playing and for recognising by ear."""

    def __init__(self, directory: Path, manifest: Manifest) -> None:
        self.directory = directory
        self.manifest = manifest
        self._samples: dict[tuple[str, Rendering], Samples] = {}
        self._references: dict[tuple[str, Rendering], Reference] = {}

    @classmethod
    def load(cls, directory: Path) -> "Catalogue":
        """Read ``manifest.json``; CatalogueError when it is missing or damaged."""
        path = directory / "manifest.json"
        try:
            return cls(directory, Manifest.parse(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise CatalogueError(
                f"no prompts are rendered in {directory}: run `ivr prompts render`"
            ) from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CatalogueError(
                f"{path} is damaged ({error}): run `ivr prompts render --all`"
            ) from None

    def __contains__(self, id: str) -> bool:
        return id in self.manifest.recordings

    def __getitem__(self, id: str) -> RenderedPrompt:
        try:
            return self.manifest.recordings[id]
        except KeyError:
            raise CatalogueError(
                f"prompt {id} is not rendered in {self.directory}: run `ivr prompts render`"
            ) from None

    def clip(self, id: str, rendering: Rendering = "normal") -> RenderedPrompt:
        """The recording in this rendering; the normal one where there is no such rendering."""
        return self.manifest.find(id, rendering) or self[id]

    def path(self, id: str, extension: str = "alaw", rendering: Rendering = "normal") -> Path:
        """Where the file of a prompt lies."""
        return self.directory / self.clip(id, rendering).file(extension)

    def samples(self, id: str, rendering: Rendering = "normal") -> Samples:
        """The prompt exactly as an a-law line carries it, 8 kHz; kept after the first use."""
        if (id, rendering) not in self._samples:
            octets = self.path(id, rendering=rendering).read_bytes()
            self._samples[id, rendering] = decode_alaw(octets)
        return self._samples[id, rendering]

    def reference(self, id: str, rendering: Rendering = "normal") -> Reference:
        """The prompt as the ear needs it to know its echo; kept after the first use."""
        if (id, rendering) not in self._references:
            self._references[id, rendering] = Reference.of(self.samples(id, rendering))
        return self._references[id, rendering]
