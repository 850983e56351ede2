"""A mastered prompt in the formats that Asterisk and a person's player read.

The louder and the slow rendering are for callers who hear badly on ordinary lines: they have no
wide band.
"""

import io
import wave

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
_G722_FRAME = 320
"""Samples the encoder takes at a time: 20 ms."""


def extensions(clip: Clip) -> tuple[str, ...]:
    """The formats in which a clip is rendered; only ``wav`` has a header."""
    if clip.form.rendering != "normal":
        return ("alaw", "ulaw", "sln")
    if clip.form.joint:
        return ("alaw", "ulaw", "sln", "sln16", "g722")
    return ("alaw", "ulaw", "sln", "sln16", "g722", "wav")


def formats(clip: Clip, sound: NDArray[np.int16], rate: int) -> dict[str, bytes]:
    """The contents of the clip's files by extension, from the engine's sound."""
    # Here, because scipy takes half a second to import and mostly nothing has changed.
    from ivr.voice.mastering import WIDE, master

    wanted = extensions(clip)
    contents = _narrow(master(sound, rate, clip.form))
    if "sln16" in wanted:
        wide = master(sound, rate, clip.form, WIDE)
        contents |= {"sln16": wide.astype("<i2").tobytes(), "g722": encode_g722(wide)}
    return {extension: contents[extension] for extension in wanted}


def silence() -> dict[str, bytes]:
    """The idle code of each law, so that what the caller is sent is exactly an idle line."""
    count = _SILENCE_SECONDS * RATE
    return _narrow(np.zeros(count, np.int16)) | {
        "alaw": bytes([ALAW_IDLE]) * count,
        "ulaw": bytes([ULAW_IDLE]) * count,
        "sln16": bytes(2 * _SILENCE_SECONDS * WIDE_RATE),
        "g722": encode_g722(np.zeros(_SILENCE_SECONDS * WIDE_RATE, np.int16)),
    }


def encode_g722(samples: Samples) -> bytes:
    """ITU-T G.722 at 64 kbit/s of samples at 16 kHz: one octet for two of them."""
    import av  # here, because it loads a library of codecs and mostly nothing has changed

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
    """Whether the clip is one that no engine speaks."""
    return clip.prompt.id in (SILENCE, MUSIC.id)


def wordless(clip: Clip) -> dict[str, bytes]:
    """The contents of its files."""
    if clip.prompt.id == SILENCE:
        return silence()
    narrow, wide = hold_music(RATE), hold_music(WIDE_RATE)
    extra = {"sln16": wide.astype("<i2").tobytes(), "g722": encode_g722(wide)}
    return _narrow(narrow) | extra


def _narrow(samples: Samples) -> dict[str, bytes]:
    linear = samples.astype("<i2").tobytes()
    return {
        "alaw": encode_alaw(samples),
        "ulaw": encode_ulaw(samples),
        "sln": linear,
        "wav": wav_file(samples),
    }


def wav_file(samples: Samples) -> bytes:
    """What any player plays."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(samples.astype("<i2").tobytes())
    return file.getvalue()
