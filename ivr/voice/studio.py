"""A person's recordings in a folder, one file for each prompt, named by its id.

Any rate, mono or stereo, as wav, flac, mp3 or ogg: ``no_sound.ask.wav``. A file whose name ends in
``.slow`` (``no_sound.ask.slow.wav``) is what was spoken slowly; without it the slow rendering is
made by stretching time. Prompts with the same words need one recording between them.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from ivr.dialogue.row import Prompt
from ivr.voice import VoiceError
from ivr.voice.clip import Take
from ivr.voice.duration import plausible
from ivr.voice.engine import PromptsFailed, RenderProgress
from ivr.voice.formats import is_wordless
from ivr.voice.standard import SLOWER
from ivr.voice.stretch import stretched

EXTENSIONS = ("wav", "flac", "mp3", "ogg")


@dataclass(frozen=True)
class Studio:
    """The recordings below one folder."""

    folder: Path

    @property
    def name(self) -> str:
        """What the manifest calls the engine."""
        return "studio recordings"

    @property
    def voice(self) -> str:
        """What the manifest calls the voice: the recordings themselves are hashed one by one."""
        return "as recorded"

    def source(self, take: Take) -> str:
        """Hash of the recording; empty when there is none."""
        path = self._recording(take)
        return hashlib.sha256(path.read_bytes()).hexdigest() if path else ""

    def prepare(self, takes: Sequence[Take], progress: RenderProgress) -> None:
        """PromptsFailed names every prompt without a recording, or with one that cannot be."""
        if not self.folder.is_dir():
            raise VoiceError(f"there is no folder {self.folder}: name the recordings' with --files")
        reasons: dict[str, str] = {}
        for done, take in enumerate(takes, 1):
            if not all(is_wordless(clip) for clip in take.clips):
                for reason in self._obstacles(take):
                    reasons |= {clip.name: reason for clip in take.clips}
            progress(done, len(takes))
        if reasons:
            raise PromptsFailed(reasons)

    def sound(self, take: Take) -> tuple[NDArray[np.int16], int]:
        """The recording as mono samples and their rate in Hz; VoiceError when it is unusable."""
        path = self._recording(take)
        if path is None:
            raise VoiceError(f"there is no recording {take.clips[0].prompt.id}.wav")
        samples, rate = _read(path)
        if take.slow and not path.stem.endswith(".slow"):
            samples = stretched(samples, rate, 1 / SLOWER)
        return np.rint(np.clip(samples, -32768, 32767)).astype(np.int16), rate

    def has(self, prompt: Prompt) -> bool:
        """Whether the prompt was recorded under its own id."""
        return any((self.folder / f"{prompt.id}.{ext}").is_file() for ext in EXTENSIONS)

    def _recording(self, take: Take) -> Path | None:
        """The first file there is for a prompt of the take; one spoken slowly before others."""
        ids = list(dict.fromkeys(clip.prompt.id for clip in take.clips))
        names = [f"{id}.slow" for id in ids] * take.slow + ids
        paths = (self.folder / f"{name}.{ext}" for name in names for ext in EXTENSIONS)
        return next((path for path in paths if path.is_file()), None)

    def _obstacles(self, take: Take) -> Iterator[str]:
        path = self._recording(take)
        if path is None:
            yield f"record it as {take.clips[0].prompt.id}.wav: {take.words}"
            return
        try:
            samples, rate = _read(path)
        except VoiceError as error:
            yield str(error)
            return
        seconds, (least, _) = len(samples) / rate, plausible(take.words)
        if seconds < least:
            yield f"{path.name} has {seconds:.1f} s, too short for its words; record it again"


def _read(path: Path) -> tuple[NDArray[np.float64], int]:
    """All channels mixed into one, on the scale of 16 bits."""
    try:
        samples, rate = soundfile.read(path, dtype="float64", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise VoiceError(f"{path.name} cannot be read as audio ({error})") from None
    return samples.mean(axis=1) * 32768.0, int(rate)
