"""Synthetic callers on an a-law line, in voices the tiny model was not trained with."""

import numpy as np

from ivr.hearing.g711 import Samples
from ivr.voice.espeak import Espeak
from tools.tiny_vosk.channel import noise_of, telephone

UNTRAINED = (
    Espeak("cmn+f4", words_per_minute=190, pitch=60),
    Espeak("cmn+m8", words_per_minute=180, pitch=40),
)


def says(text: str, voice: Espeak, *, snr_db: float | None = None) -> Samples:
    """Return ``text`` spoken at -20 dBov with silence around it, 8 kHz.

    ``snr_db`` adds white noise that is this much below the speech.
    """
    samples, rate = voice.synthesise(text)
    noise = None
    if snr_db is not None:
        count = round(len(samples) / rate * 8000) + 8000
        noise = noise_of("white", count, np.random.default_rng(len(text)))
    sound = telephone(
        samples, rate, before=0.3, after=0.4, noise=noise, snr_db=0.0 if snr_db is None else snr_db
    )
    return sound.astype(np.int16)
