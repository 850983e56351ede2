"""An engine that uses the recordings of a person: one file for each prompt, named by its id.

The files are wav, flac, mp3 or ogg, mono or stereo, at any rate: ``no_sound.ask.wav``. A file named
``no_sound.ask.slow.wav`` was spoken slowly; without it the slow rendering is made by stretching.
Prompts with the same words need only one recording. When the words of a prompt change, its old
recording is not used any more.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from ivr.dialogue.row import Prompt
from ivr.translation import tr
from ivr.voice import VoiceError
from ivr.voice.clip import Take
from ivr.voice.duration import plausible
from ivr.voice.engine import PromptsFailed, RenderProgress
from ivr.voice.formats import is_wordless
from ivr.voice.standard import SLOWER
from ivr.voice.stretch import stretched
from ivr.voice.studio.recorded_words import (
    NOTES,
    RecordedWords,
    read_notes,
    sound_alike,
    write_notes,
)
from ivr.voice.voices import licence_of
from ivr.words.catalogue import Licence

_EXTENSIONS = ("wav", "flac", "mp3", "ogg")


def recording_in(folder: Path, name: str) -> Path | None:
    """Return the file in ``folder`` that holds the recording ``name``, or None if there is none.

    ``name`` is the id of a prompt, for a slow recording with ``.slow`` after it. If there are
    several formats of it, the one that comes first in _EXTENSIONS is returned.
    """
    paths = (folder / f"{name}.{extension}" for extension in _EXTENSIONS)
    return next((path for path in paths if path.is_file()), None)


@dataclass(frozen=True)
class Studio:
    """A speech engine that uses the recordings in one folder."""

    folder: Path

    @property
    def name(self) -> str:
        """The name of the engine, as the list of rendered prompts has it."""
        return "studio recordings"

    @property
    def voice(self) -> str:
        """The voice, as the list of rendered prompts has it: the same name for all recordings.

        A new recording does not change it, because the list has the hash of each recording.
        """
        return "as recorded"

    @property
    def licence(self) -> Licence:
        """The licence of the recordings: as agreed with the speaker."""
        return licence_of("recordings")

    def source(self, take: Take) -> str:
        """Return the SHA-256 of the recording of an utterance; empty if there is none."""
        path = self._recording(take)
        return hashlib.sha256(path.read_bytes()).hexdigest() if path else ""

    def prepare(self, takes: Sequence[Take], progress: RenderProgress) -> None:
        """Check that every utterance (take) has a recording that can be used, and note its words.

        Call ``progress`` after each utterance with the number of checked ones and the number of
        all. Raise PromptsFailed if a recording is missing, unreadable, too short, or was used for
        other words. Raise VoiceError if there is no such folder.
        """
        if not self.folder.is_dir():
            raise VoiceError(
                tr(
                    "there is no folder {folder}: name the folder of the recordings with --files"
                ).format(folder=self.folder)
            )
        reasons: dict[str, str] = {}
        old = read_notes(self.folder)
        notes = dict(old)
        for done, take in enumerate(takes, 1):
            if not all(is_wordless(clip) for clip in take.clips):
                for reason in self._obstacles(take, notes):
                    reasons |= {clip.name: reason for clip in take.clips}
            progress(done, len(takes))
        if notes != old:
            write_notes(self.folder, notes)
        if reasons:
            raise PromptsFailed(reasons)

    def sound(self, take: Take) -> tuple[NDArray[np.int16], int]:
        """Return the recording of the utterance ``take`` as mono samples and their rate in Hz.

        For a slow utterance without a slow recording, the normal one is stretched. Raise VoiceError
        if there is no recording, or if it cannot be read.
        """
        path = self._recording(take)
        if path is None:
            raise VoiceError(
                tr("there is no recording {prompt}.wav").format(prompt=take.clips[0].prompt.id)
            )
        samples, rate = _read(path)
        if take.slow and not path.stem.endswith(".slow"):
            samples = stretched(samples, rate, 1 / SLOWER)
        return np.rint(np.clip(samples, -32768, 32767)).astype(np.int16), rate

    def has(self, prompt: Prompt) -> bool:
        """Return True if there is a recording with the id of ``prompt``, False if there is none."""
        return recording_in(self.folder, prompt.id) is not None

    def _recording(self, take: Take) -> Path | None:
        """Return the file with the recording of an utterance; None if there is none.

        For a slow utterance, a recording that was spoken slowly is preferred.
        """
        ids = list(dict.fromkeys(clip.prompt.id for clip in take.clips))
        names = [f"{id}.slow" for id in ids] * take.slow + ids
        paths = (recording_in(self.folder, name) for name in names)
        return next((path for path in paths if path is not None), None)

    def _obstacles(self, take: Take, notes: dict[str, RecordedWords]) -> Iterator[str]:
        """Yield why the utterance cannot be made from its recording; nothing if it can be made.

        ``notes`` are the words of the recordings by file name. If the recording can be used and is
        not in them, it is added.
        """
        path = self._recording(take)
        if path is None:
            yield tr("record it as {prompt}.wav: {words}").format(
                prompt=take.clips[0].prompt.id, words=take.words
            )
            return
        try:
            samples, rate = _read(path)
        except VoiceError as error:
            yield str(error)
            return
        seconds, (least, _) = len(samples) / rate, plausible(take.words)
        note, hashed = notes.get(path.name), self.source(take)
        if seconds < least:
            yield tr("{file} has {seconds:.1f} s, too short for its words; record it again").format(
                file=path.name, seconds=seconds
            )
        elif note is None or note.sha256 != hashed:
            notes[path.name] = RecordedWords(hashed, take.words)
        elif not sound_alike(note.words, take.words):
            yield tr(
                "{file} was used for “{old}”, and the words are “{new}” now; record it again, or "
                "correct its words in {notes} if it says the new ones"
            ).format(file=path.name, old=note.words, new=take.words, notes=NOTES)


def _read(path: Path) -> tuple[NDArray[np.float64], int]:
    """Return the audio of a file, and its sampling rate in Hz.

    The audio is the mean of the channels, on the scale of 16-bit samples. Raise VoiceError if the
    file cannot be read as audio.
    """
    try:
        samples, rate = soundfile.read(path, dtype="float64", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise VoiceError(
            tr("{file} cannot be read as audio ({error}); record it again").format(
                file=path.name, error=error
            )
        ) from None
    return samples.mean(axis=1) * 32768.0, int(rate)
