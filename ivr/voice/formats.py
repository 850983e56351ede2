"""Write a mastered prompt in the file formats that Asterisk and audio players read.

The louder, loudest and slow renderings have no file for wide-band lines (16 kHz): they are for
callers who hear badly, on ordinary lines.
"""

import io
import wave
from functools import cache
from importlib import import_module
from threading import Thread

import numpy as np
from numpy.typing import NDArray

from ivr.dialogue.row import MUSIC
from ivr.hearing.frames import RATE
from ivr.hearing.g711 import ALAW_IDLE, ULAW_IDLE, Samples, encode_alaw, encode_ulaw
from ivr.voice.clip import Clip
from ivr.voice.music import hold_music
from ivr.voice.standard import WIDE_RATE
from ivr.words.catalogue import SILENCE

_SILENCE_SECONDS = 10
"""Seconds that the file of silence lasts."""
_G722_FRAME = 320
"""Samples per frame of the G.722 encoder: 20 ms."""


def extensions(clip: Clip) -> tuple[str, ...]:
    """Return the extensions of a clip's files, such as ``alaw``.

    Only ``wav`` files have a header.
    """
    if clip.form.rendering != "normal":
        return ("alaw", "ulaw", "sln")
    if clip.form.joint:
        return ("alaw", "ulaw", "sln", "sln16", "g722")
    return ("alaw", "ulaw", "sln", "sln16", "g722", "wav")


def formats(clip: Clip, sound: NDArray[np.int16], rate: int) -> dict[str, bytes]:
    """Return the contents of the clip's files. The key is the extension, such as ``alaw``.

    ``sound`` is the audio as mono samples at ``rate`` Hz. Raise VoiceError if it is silent.
    """
    # Imported here, because scipy takes half a second and most runs render nothing.
    from ivr.voice.mastering import WIDE, master

    wanted = extensions(clip)
    contents = _narrow(master(sound, rate, clip.form))
    if "sln16" in wanted:
        wide = master(sound, rate, clip.form, WIDE)
        contents |= {"sln16": wide.astype("<i2").tobytes(), "g722": encode_g722(wide)}
    return {extension: contents[extension] for extension in wanted}


@cache
def begin_loading() -> None:
    """Begin to load in another thread what :func:`formats` needs; the engine can speak meanwhile.

    Later calls do nothing. If the import fails, :func:`formats` raises the error.
    """
    Thread(target=import_module, args=("ivr.voice.mastering",)).start()


def _silence() -> dict[str, bytes]:
    """Return the contents of the files with ten seconds of silence. The key is the extension.

    The a-law and µ-law files hold the idle code of their law, so that the line sounds idle.
    """
    count = _SILENCE_SECONDS * RATE
    return _narrow(np.zeros(count, np.int16)) | {
        "alaw": bytes([ALAW_IDLE]) * count,
        "ulaw": bytes([ULAW_IDLE]) * count,
        "sln16": bytes(2 * _SILENCE_SECONDS * WIDE_RATE),
        "g722": encode_g722(np.zeros(_SILENCE_SECONDS * WIDE_RATE, np.int16)),
    }


def encode_g722(samples: Samples) -> bytes:
    """Encode mono samples at 16 kHz as ITU-T G.722 (64 kbit/s): one octet for two samples."""
    import av  # here, because it loads codecs and most runs render nothing

    encoder = av.CodecContext.create("g722", "w")
    encoder.sample_rate, encoder.format, encoder.layout = WIDE_RATE, "s16", "mono"
    octets = bytearray()
    for first in range(0, len(samples), _G722_FRAME):
        piece = np.ascontiguousarray(samples[first : first + _G722_FRAME], np.int16)
        frame = av.AudioFrame.from_ndarray(piece.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = WIDE_RATE
        for packet in encoder.encode(frame):
            octets += bytes(packet)
    for packet in encoder.encode(None):
        octets += bytes(packet)
    return bytes(octets)


def is_wordless(clip: Clip) -> bool:
    """Return True if the clip has no words: it is silence or music on hold.

    No speech engine is needed for it.
    """
    return clip.prompt.id in (SILENCE, MUSIC.id)


def wordless(clip: Clip) -> dict[str, bytes]:
    """Return the contents of the files of a clip without words. The key is the extension.

    ``clip`` is silence or music on hold.
    """
    if clip.prompt.id == SILENCE:
        return _silence()
    narrow, wide = hold_music(RATE), hold_music(WIDE_RATE)
    extra = {"sln16": wide.astype("<i2").tobytes(), "g722": encode_g722(wide)}
    return _narrow(narrow) | extra


def _narrow(samples: Samples) -> dict[str, bytes]:
    """Return the contents of the files for narrow-band lines (8 kHz), by their extension.

    ``samples`` are mono at 8 kHz. The extensions are alaw, ulaw, sln and wav.
    """
    linear = samples.astype("<i2").tobytes()
    return {
        "alaw": encode_alaw(samples),
        "ulaw": encode_ulaw(samples),
        "sln": linear,
        "wav": wav_file(samples),
    }


def wav_file(samples: Samples) -> bytes:
    """Return the content of a WAV file of mono samples at 8 kHz."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(samples.astype("<i2").tobytes())
    return file.getvalue()
