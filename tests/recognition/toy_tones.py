"""The callers of the toy models: each character is a tone of its own pitch."""

from math import log

import numpy as np

from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples

CHARACTERS = "我要投诉你们客服再见"
UNKNOWN_TONE = "？"
"""Character for a tone that the models with an entry ``<unk>`` recognise as such."""
TWIN = "件"
"""A character with the tone of 见, recognised only if a hot word prefers it."""
TONE_SECONDS, GAP_SECONDS = 0.12, 0.06
BEFORE_SECONDS, AFTER_SECONDS = 0.3, 0.5
_LOWEST, _HIGHEST = 400.0, 3200.0


def tones(
    text: str, *, before: float = BEFORE_SECONDS, after: float = AFTER_SECONDS, rate: int = RATE
) -> Samples:
    """Return `text` as tones with silence around it, `before` and `after` in seconds."""
    time = np.arange(round(TONE_SECONDS * rate)) / rate
    gap = np.zeros(round(GAP_SECONDS * rate))
    parts = [np.zeros(round(before * rate))]
    for character in text:
        parts += [3000 * np.sin(2 * np.pi * _pitch(character) * time), gap]
    parts.append(np.zeros(round(after * rate)))
    return np.concatenate(parts).round().astype(np.int16)


def _pitch(character: str) -> float:
    """Return the frequency in Hz of a character's tone; all are equally far apart in mel."""
    place = (CHARACTERS + UNKNOWN_TONE).index("见" if character == TWIN else character)
    lowest, highest = _mel(_LOWEST), _mel(_HIGHEST)
    mel = lowest + (highest - lowest) * place / len(CHARACTERS)
    return float(700 * (np.exp(mel / 1127) - 1))


def _mel(frequency: float) -> float:
    return 1127 * log(1 + frequency / 700)


def bin_of(character: str, bins: int, highest: float) -> int:
    """Return the bin of the filter bank from 20 Hz to `highest` whose centre is at the tone."""
    low = _mel(20)
    step = (_mel(highest) - low) / (bins + 1)
    return round((_mel(_pitch(character)) - low) / step) - 1
