"""The files of a voice for sherpa-onnx, as the ``voice.json`` in its directory lists them.

``ivr voices fetch`` writes ``voice.json``. It holds the family of the voice's neural model, the
name of each file by its role, the number of the speaker, and the licence.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, NonNegativeInt, ValidationError

from ivr.translation import library_tr, tr
from ivr.voice import VoiceError

_VOICE_FILE = "voice.json"
"""Name of the file that lists the other files of a voice."""

_Family = Literal["vits", "kokoro", "matcha"]

_ROLES: Mapping[_Family, tuple[str, ...]] = {
    "vits": ("model", "lexicon", "tokens"),
    "kokoro": ("model", "voices", "lexicon", "tokens"),
    "matcha": ("acoustic", "vocoder", "lexicon", "tokens"),
}
"""The files that each family needs. Only ``lexicon`` may name several, separated by commas."""


class SherpaFiles(BaseModel):
    """The content of ``voice.json``. Entries that are not listed here are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    """Name of the voice, such as ``melo``."""
    engine: Literal["sherpa"]
    family: _Family
    files: dict[str, str]
    """Names of the files in the directory, by their role, such as ``model`` and ``tokens``."""
    speaker: NonNegativeInt = 0
    """Number of the speaker, from 0, in a model of several speakers."""
    licence: str = ""
    commercial: bool | None = None
    """Whether a company may use the voice on its line; None if that is not known."""
    sha256: str = ""
    """SHA-256 of the archive that the files come from, in hexadecimal digits."""

    @classmethod
    def read(cls, directory: Path) -> "SherpaFiles":
        """Return the content of ``voice.json`` in ``directory``.

        Raise VoiceError if there is none, or if it does not describe a voice for sherpa-onnx.
        """
        path = directory / _VOICE_FILE
        try:
            content = path.read_bytes()
        except OSError as error:
            raise VoiceError(
                tr(
                    "{path} cannot be read ({error}): fetch a voice with `ivr voices fetch melo`"
                ).format(path=path, error=error.strerror)
            ) from None
        try:
            return cls.model_validate_json(content)
        except ValidationError as error:
            first = error.errors()[0]
            entry = ".".join(str(part) for part in first["loc"]) or _VOICE_FILE
            raise VoiceError(
                tr(
                    "{path} does not describe a voice for sherpa-onnx ({entry}: {reason}): fetch "
                    "the voice again with `ivr voices fetch`"
                ).format(path=path, entry=entry, reason=library_tr(first["msg"]))
            ) from None

    def paths(self, directory: Path) -> dict[str, tuple[Path, ...]]:
        """Return the paths of the files that the family needs, by their role.

        Raise VoiceError if a role has no file, or if a file is missing or empty.
        """
        paths = {}
        for role in _ROLES[self.family]:
            names = self.files.get(role)
            if not names:
                raise VoiceError(
                    tr(
                        "{path} names no file for {role}: fetch the voice again with "
                        "`ivr voices fetch`"
                    ).format(path=directory / _VOICE_FILE, role=role)
                )
            parts = names.split(",") if role == "lexicon" else [names]
            paths[role] = tuple(directory / part.strip() for part in parts)
            for path in paths[role]:
                _refuse_missing(path, self.name)
        return paths


def _refuse_missing(path: Path, voice: str) -> None:
    """Raise VoiceError if there is no file ``path``, or if it is empty."""
    try:
        if path.is_file() and path.stat().st_size:
            return
    except OSError:
        pass
    raise VoiceError(
        tr(
            "the voice {voice} is incomplete, because {path} is missing or empty: fetch the voice "
            "again with `ivr voices fetch`"
        ).format(voice=voice, path=path)
    )
