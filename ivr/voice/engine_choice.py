"""Choose the speech engine that renders, from the options of ``ivr prompts render``."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from ivr.dialogue.row import Prompt
from ivr.etiquette.sheet import Sheet
from ivr.paths import cache_directory
from ivr.translation import tr
from ivr.voice import VoiceError
from ivr.voice.engine import Engine
from ivr.voice.fragments import fragments_to_render
from ivr.voice.voices import installed

_NOTE = "engine.json"
"""File in the directory of rendered prompts with the engine that the user has named."""


class EngineName(StrEnum):
    """The names of the speech engines, as they are given to ``--engine``."""

    BAKER = "baker"
    ESPEAK = "espeak"
    SHERPA = "sherpa"
    EDGE = "edge"
    FILES = "files"


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """The options that name the engine; an option that the user has not given is empty or None."""

    name: EngineName | None = None
    voice: str = ""
    """Name of one of the engine's voices; empty for its usual voice."""
    files: Path | None = None
    """Directory of a studio's recordings, for the engine ``files``."""
    cache: Path | None = None
    """Directory of what the engine ``edge`` has fetched."""


def remember(options: EngineOptions, directory: Path) -> None:
    """Write ``options`` into ``directory``, so that a later run without ``--engine`` uses them.

    ``directory`` is that of the rendered prompts. Raise OSError if nothing can be written there.
    """
    (directory / _NOTE).write_text(json.dumps(asdict(options), default=_absolute), "utf-8")


def _absolute(path: Path) -> str:
    return str(path.resolve())


def remembered(directory: Path) -> EngineOptions | None:
    """Return the options that :func:`remember` has written into ``directory``.

    Return None if there are none or they cannot be read. A hotline whose operator has chosen a
    voice thus keeps it when ``make run`` renders again without naming an engine.
    """
    try:
        note = json.loads((directory / _NOTE).read_text("utf-8"))
        files, cache = (Path(note[name]) if note[name] else None for name in ("files", "cache"))
        return EngineOptions(EngineName(note["name"]), str(note["voice"]), files, cache)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def default_engine() -> tuple[EngineName, str]:
    """Return the engine for a run that names none, and why it is not the natural voice.

    The engine is baker, the natural voice, with an empty reason. If baker cannot be used here, it
    is espeak, and the reason is one sentence for the user.
    """
    if installed("baker") is None:
        return EngineName.ESPEAK, tr("the natural voice is not here: run `ivr voices fetch baker`")
    try:
        from ivr.voice.baker.network import require_runtime

        require_runtime()
    except VoiceError as error:
        return EngineName.ESPEAK, str(error)
    return EngineName.BAKER, ""


def engine_from(options: EngineOptions, words: Sheet) -> tuple[Engine, Sequence[Prompt] | None]:
    """Return the engine that ``options`` name, and the fragments that it can speak.

    Fragments are prompts for values that are inserted into sentences, such as names. None means all
    of them. The engine ``files`` (a studio's recordings) can speak only those of which it has a
    recording. ``words`` is the sheet. Raise VoiceError if the engine cannot be used.
    """
    match options.name or default_engine()[0]:
        case EngineName.BAKER:
            from ivr.voice.baker.engine import Baker

            return Baker(_directory("baker")), None
        case EngineName.ESPEAK:
            from ivr.voice.espeak import Espeak

            return (Espeak(options.voice) if options.voice else Espeak()), None
        case EngineName.SHERPA:
            from ivr.voice.sherpa import Sherpa

            return Sherpa.in_directory(_directory(options.voice or "melo")), None
        case EngineName.EDGE:
            from ivr.voice.edge import XIAOXIAO, Edge

            cache = options.cache or cache_directory() / "edge"
            return Edge(cache, options.voice or XIAOXIAO), None
        case EngineName.FILES:
            from ivr.voice.studio.recordings import Studio

            if options.files is None:
                raise VoiceError(tr("name the directory of the recordings with --files"))
            studio = Studio(options.files)
            return studio, [piece for piece in fragments_to_render(words) if studio.has(piece)]


def _directory(voice: str) -> Path:
    """Return the directory of an installed voice; raise VoiceError if it is not installed."""
    found = installed(voice)
    if found is None:
        raise VoiceError(
            tr(
                "the voice {voice} is not installed: run `ivr voices fetch {voice}`, or render "
                "with --engine espeak"
            ).format(voice=voice)
        )
    return found
