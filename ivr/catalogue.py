"""The rendered prompts: which files exist, how long they are, how they sound.

``voice`` writes the manifest, everybody else reads it here. The runtime never synthesises.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ivr.hearing.echo import Reference
from ivr.hearing.g711 import Samples, decode_alaw

SOUNDS = "zh/ivr"
"""Where the files lie, below the rendered directory and below Asterisk's sounds alike."""

SILENCE = "silence.10"
"""Ten seconds of a-law idle code: what the caller is sent while the bot waits."""


class CatalogueError(Exception):
    """The rendered prompts cannot be used; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One rendered prompt."""

    id: str
    text: str
    text_sha256: str
    """Hash over the text, the voice and the mastering: what makes a rendering out of date."""
    seconds: float
    active_level_dbov: float
    peak_dbfs: float
    sha256: dict[str, str] = field(default_factory=dict)
    """Hash of each rendered file by its extension (``alaw``, ``ulaw``, ``sln``, ``wav``)."""

    @property
    def stem(self) -> str:
        """File name without extension: ``no_sound-ask``."""
        return self.id.replace(".", "-")

    @property
    def sound(self) -> str:
        """The name Asterisk is given: ``ivr/no_sound-ask`` (the language adds ``zh/``)."""
        return f"ivr/{self.stem}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What ``voice`` rendered, by prompt id."""

    engine: str
    voice: str
    recordings: dict[str, Recording]

    def dump(self) -> str:
        """The manifest as stable JSON text."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    @classmethod
    def parse(cls, text: str) -> "Manifest":
        """The inverse of :meth:`dump`; ValueError, KeyError or TypeError on anything else."""
        raw = json.loads(text)
        recordings = {id: Recording(**entry) for id, entry in raw["recordings"].items()}
        return cls(raw["engine"], raw["voice"], recordings)


class Catalogue:
    """The rendered prompts below one directory, for playing and for recognising by ear."""

    def __init__(self, directory: Path, manifest: Manifest) -> None:
        self.directory = directory
        self.manifest = manifest
        self._samples: dict[str, Samples] = {}
        self._references: dict[str, Reference] = {}

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

    def __getitem__(self, id: str) -> Recording:
        try:
            return self.manifest.recordings[id]
        except KeyError:
            raise CatalogueError(
                f"prompt {id} is not rendered in {self.directory}: run `ivr prompts render`"
            ) from None

    def path(self, id: str, extension: str = "alaw") -> Path:
        """Where the file of a prompt lies."""
        return self.directory / SOUNDS / f"{self[id].stem}.{extension}"

    def samples(self, id: str) -> Samples:
        """The prompt exactly as an a-law line carries it, 8 kHz; kept after the first use."""
        if id not in self._samples:
            self._samples[id] = decode_alaw(self.path(id).read_bytes())
        return self._samples[id]

    def reference(self, id: str) -> Reference:
        """The prompt as the ear needs it to know its echo; kept after the first use."""
        if id not in self._references:
            self._references[id] = Reference.of(self.samples(id))
        return self._references[id]
