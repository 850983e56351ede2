"""A mastered prompt in the formats that Asterisk and a person's player read.

G.722 is left out: each sample of its encoder depends on the one before, which numpy does not do
cheaply, and Asterisk transcodes ``sln16`` to it. The louder and the slow rendering are for callers
who hear badly on ordinary lines: they have no wide band.
"""

import io
import wave

import numpy as np
from numpy.typing import NDArray

from ivr.catalogue import SILENCE
from ivr.hearing.g711 import ALAW_IDLE, ULAW_IDLE, Samples, encode_alaw, encode_ulaw
from ivr.voice.clip import Clip
from ivr.voice.standard import RATE, WIDE_RATE

_SILENCE_SECONDS = 10


def extensions(clip: Clip) -> tuple[str, ...]:
    """The formats in which a clip is rendered; ``sln`` and ``sln16`` have no header."""
    if clip.form.rendering != "normal":
        return ("alaw", "ulaw", "sln")
    if clip.form.joint:
        return ("alaw", "ulaw", "sln", "sln16")
    return ("alaw", "ulaw", "sln", "sln16", "wav")


def formats(clip: Clip, sound: NDArray[np.int16], rate: int) -> dict[str, bytes]:
    """The contents of the clip's files by extension, from the engine's sound."""
    # Here, because scipy takes half a second to import and mostly nothing has changed.
    from ivr.voice.mastering import WIDE, master

    wanted = extensions(clip)
    contents = _narrow(master(sound, rate, clip.form))
    if "sln16" in wanted:
        contents["sln16"] = master(sound, rate, clip.form, WIDE).astype("<i2").tobytes()
    return {extension: contents[extension] for extension in wanted}


def silence() -> dict[str, bytes]:
    """The idle code of each law, so that what the caller is sent is exactly an idle line."""
    count = _SILENCE_SECONDS * RATE
    return _narrow(np.zeros(count, np.int16)) | {
        "alaw": bytes([ALAW_IDLE]) * count,
        "ulaw": bytes([ULAW_IDLE]) * count,
        "sln16": bytes(2 * _SILENCE_SECONDS * WIDE_RATE),
    }


def is_silence(clip: Clip) -> bool:
    """Whether the clip is the one without words."""
    return clip.prompt.id == SILENCE


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
