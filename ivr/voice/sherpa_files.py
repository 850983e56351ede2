"""The files of a voice for sherpa-onnx, by what the library uses them for."""

from collections.abc import Mapping
from pathlib import Path

from ivr.translation import tr
from ivr.voice import VoiceError
from ivr.voice.voices import VOICE_FILE, InstalledVoice, read_voice

_ROLES: Mapping[str, tuple[str, ...]] = {
    "vits": ("model", "lexicon", "tokens"),
    "kokoro": ("model", "voices", "lexicon", "tokens"),
    "matcha": ("acoustic", "vocoder", "lexicon", "tokens"),
}
"""The files that each family of models needs. Only ``lexicon`` may name several, with commas."""


def read_sherpa_voice(directory: Path) -> InstalledVoice:
    """Return the description of the voice in ``directory``.

    Raise VoiceError if there is none, or if it does not describe a voice for sherpa-onnx.
    """
    voice = read_voice(directory)
    if voice.engine != "sherpa" or voice.family not in _ROLES:
        raise VoiceError(
            tr(
                "{path} does not describe a voice for sherpa-onnx ({engine}, {family}): name "
                "another one with --voice"
            ).format(path=directory / VOICE_FILE, engine=voice.engine, family=voice.family)
        )
    return voice


def model_files(voice: InstalledVoice, directory: Path) -> dict[str, tuple[Path, ...]]:
    """Return the paths of the files of ``voice`` in ``directory`` by role, such as ``model``.

    The family of the voice (vits, kokoro or matcha) decides which roles there are. Raise VoiceError
    if a role has no file, or if a file is missing or empty.
    """
    paths = {}
    for role in _ROLES[voice.family]:
        names = voice.files.get(role)
        if not names:
            raise VoiceError(
                tr(
                    "{path} names no file for {role}: run `ivr voices fetch {voice} --again`"
                ).format(path=directory / VOICE_FILE, role=role, voice=voice.name)
            )
        parts = names.split(",") if role == "lexicon" else [names]
        paths[role] = tuple(directory / part.strip() for part in parts)
        for path in paths[role]:
            _refuse_missing(path, voice.name)
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
            "the voice {voice} is incomplete, because {path} is missing or empty: run "
            "`ivr voices fetch {voice} --again`"
        ).format(voice=voice, path=path)
    )
