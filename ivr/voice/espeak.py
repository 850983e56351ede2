"""The engine espeak-ng 1.52, used through ctypes. It needs neither network nor model.

The library and its data come in the package espeakng-loader. Debian's version 1.51 cannot replace
it, because it reads Mandarin as English letters.
"""

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import espeakng_loader
import numpy as np
from numpy.typing import NDArray

from ivr.translation import tr
from ivr.voice import VoiceError
from ivr.voice.clip import Take
from ivr.voice.standard import SLOWER
from ivr.voice.voices import licence_of
from ivr.words.catalogue import Licence

# From espeak-ng's speak_lib.h.
_SYNCHRONOUS = 2
_DO_NOT_EXIT = 0x8000
_CHARS_UTF8 = 1
_RATE, _PITCH = 1, 3

_SynthCallback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


@dataclass(frozen=True, slots=True)
class Espeak:
    """One voice of espeak-ng, as a speech engine.

    The library has one voice at a time in a process, so two instances must not speak at once. The
    voice varies a little, as a person's does: the same words never give the same samples.
    """

    voice_name: str = "cmn"
    words_per_minute: int = 215
    """Pace in espeak's unit; 215 is about 4.5 Mandarin syllables per second with pauses."""
    pitch: int = 50
    """Pitch in espeak's unit, from 0 to 99."""

    @property
    def name(self) -> str:
        """The name of the engine, as the list of rendered prompts has it."""
        return "espeak-ng 1.52"

    @property
    def voice(self) -> str:
        """The voice, as the list of rendered prompts has it: name, pace and pitch."""
        return f"{self.voice_name}, rate {self.words_per_minute}, pitch {self.pitch}"

    @property
    def licence(self) -> Licence:
        """The licence of the program, which does not cover what it speaks."""
        return licence_of("espeak")

    def prepare(self, takes: Sequence[Take], progress: Callable[[int, int], None]) -> None:
        """Do nothing: the voice needs no preparation."""

    def source(self, take: Take) -> str:
        """Return "": a clip of ``take`` depends on nothing else than its words and the voice.

        Some other engines return a hash here, and a clip is rendered again when it changes.
        """
        return ""

    def sound(self, take: Take) -> tuple[NDArray[np.int16], int]:
        """Return the utterance ``take`` as mono samples and their rate in Hz.

        Raise VoiceError if espeak-ng cannot speak it.
        """
        pace = round(self.words_per_minute * (SLOWER if take.slow else 1.0))
        return replace(self, words_per_minute=pace).synthesise(take.words)

    def synthesise(self, text: str) -> tuple[NDArray[np.int16], int]:
        """Speak ``text``; return mono samples and their rate in Hz.

        Raise VoiceError if espeak-ng does not have the voice or says nothing for the text.
        """
        library, rate = _library()
        if library.espeak_SetVoiceByName(self.voice_name.encode()) != 0:
            raise VoiceError(
                tr("espeak-ng has no voice {voice!r}: name another with --voice").format(
                    voice=self.voice_name
                )
            )
        library.espeak_SetParameter(_RATE, self.words_per_minute, 0)
        library.espeak_SetParameter(_PITCH, self.pitch, 0)
        chunks: list[NDArray[np.int16]] = []

        def collect(samples: "ctypes._Pointer[ctypes.c_short]", count: int, _: object) -> int:
            if count > 0 and samples:
                chunks.append(np.ctypeslib.as_array(samples, (count,)).copy())
            return 0

        callback = _SynthCallback(collect)
        library.espeak_SetSynthCallback(callback)
        octets = text.encode()
        status = library.espeak_Synth(octets, len(octets) + 1, 0, 1, 0, _CHARS_UTF8, None, None)
        samples = np.concatenate(chunks) if chunks else np.zeros(0, np.int16)
        if status != 0 or not samples.any():
            raise VoiceError(
                tr(
                    "espeak-ng says nothing for {text!r} (status {status}): write it in other words"
                ).format(text=text, status=status)
            )
        return samples, rate


_loaded: list[tuple[ctypes.CDLL, int]] = []


def _library() -> tuple[ctypes.CDLL, int]:
    """Return the library, started once per process, and the sample rate of its voices in Hz.

    Raise VoiceError if it cannot start.
    """
    if not _loaded:
        library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        rate = library.espeak_Initialize(_SYNCHRONOUS, 0, data, _DO_NOT_EXIT)
        if rate <= 0:
            raise VoiceError(
                tr(
                    "espeak-ng cannot start with its data in {directory}: install "
                    "espeakng-loader again"
                ).format(directory=data.decode())
            )
        _loaded.append((library, rate))
    return _loaded[0]
