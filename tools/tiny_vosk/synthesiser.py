"""espeak-ng with its phonemes: speech with the second at which each phoneme begins.

The library is the one of ivr.voice.espeak, started once per process and so that it reports
phonemes. It crashes or hangs now and then with some voices and variants, so run it in a process
that may die.
"""

import ctypes
from typing import Any

import espeakng_loader
import numpy as np
from numpy.typing import NDArray

from tools.tiny_vosk.sounds import SILENCE
from tools.tiny_vosk.speech import Speech

_SYNCHRONOUS, _PHONEME_EVENTS, _DO_NOT_EXIT, _CHARS_UTF8 = 2, 1, 0x8000, 1
_RATE, _PITCH, _RANGE = 1, 3, 4
_END, _PHONEME = 0, 7


class _Event(ctypes.Structure):
    # espeak_EVENT of speak_lib.h; its union is read as the eight octets of a phoneme's name.
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("name", ctypes.c_ubyte * 8),
    )


_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class Synthesiser:
    """The library espeak-ng; make only one of these in a process."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        self._rate = self._library.espeak_Initialize(
            _SYNCHRONOUS,
            0,
            espeakng_loader.get_data_path().encode(),
            _PHONEME_EVENTS | _DO_NOT_EXIT,
        )

    def speak(
        self, text: str, voice: str = "cmn", rate: int = 180, pitch: int = 50, span: int = 50
    ) -> Speech:
        """Return ``text`` spoken by ``voice``; raise ValueError when espeak-ng has no such voice.

        ``rate`` is in words per minute; ``pitch`` and its range ``span`` go from 0 to 100.
        """
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {voice!r}")
        for parameter, value in ((_RATE, rate), (_PITCH, pitch), (_RANGE, span)):
            self._library.espeak_SetParameter(parameter, value, 0)
        chunks: list[NDArray[np.int16]] = []
        phonemes: list[tuple[float, str]] = []

        def collect(samples: Any, count: int, events: Any) -> int:
            if count > 0 and samples:
                chunks.append(np.ctypeslib.as_array(samples, (count,)).copy())
            index = 0
            while events[index].type != _END:
                if events[index].type == _PHONEME:
                    name = bytes(events[index].name).split(b"\0")[0].decode("utf-8", "replace")
                    if phoneme := _plain(name):
                        phonemes.append((events[index].sample / self._rate, phoneme))
                index += 1
            return 0

        callback = _CALLBACK(collect)
        self._library.espeak_SetSynthCallback(callback)
        octets = text.encode()
        self._library.espeak_Synth(octets, len(octets) + 1, 0, 1, 0, _CHARS_UTF8, None, None)
        samples = np.concatenate(chunks) if chunks else np.zeros(0, np.int16)
        return Speech(samples, self._rate, phonemes)

    def pronunciation(self, word: str) -> list[str]:
        """Return the names of the phonemes of ``word`` when it is said alone, without pauses."""
        return [name for _, name in self.speak(word).phones if name != SILENCE]


def _plain(name: str) -> str:
    """Return a phoneme's name without stress, SILENCE for a pause, "" for a change of language."""
    if name.startswith("("):
        return ""
    return SILENCE if name.startswith("_") else name.strip("',%=")
