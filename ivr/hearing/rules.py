"""The rules: from the numbers of the last seconds to a condition, and why.

They are asked in order, and the first that holds decides. Thresholds: measured on a development
corpus, and checked on another one with other speakers and rooms (`ivr bench hearing`).
"""

from typing import NamedTuple

import numpy as np

from ivr.dialogue.events import Condition
from ivr.hearing.frames import CHUNK_SECONDS
from ivr.hearing.history import Stretch
from ivr.hearing.measure import SPEECH_SECONDS, Measured
from ivr.hearing.tonality import longest, pure_tone, tonal_share, tone_share

SILENT_DBOV = -43.0
"""What is no speech and no louder than this is a quiet room."""
TONE_SHARE = 0.60
CNG_HZ, CNG_SECONDS = 1100.0, 0.40
"""ITU-T T.30: a fax calls with 0.5 s of 1100 Hz every 3.5 s."""
CED_HZ, CED_SECONDS = 2100.0, 1.5
"""ITU-T T.30 and V.25: a fax or a modem answers with 2.6 to 4 s of 2100 Hz."""
TONAL_SHARE, MUSIC_SPREAD_DB = 0.03, 4.0
NOISY_SNR_DB, NOISY_FLOOR_DBOV = 12.0, -50.0
"""With a caller: less than this between his voice and what lies under it, and that is loud."""
CERTAIN_SNR_DB, CERTAIN_SECONDS = 6.0, 1.0
"""Between this and the limit above it takes so much speech to be certain."""
ROOM_DECAY, ROOM_SLOPES, ROOM_SNR_DB = -240.0, 150, 8.0
"""Sounds that die away slower than this, in dB/s, do so in a room."""
FILLED_DECAY, FILLED_SNR_DB = -170.0, 8.0
"""Where they die away as slowly as this, they fill the pauses and hide how quiet the line is: then
it takes a worse SNR than in other places to be noise (measured with LASTING_DB: 1 of 300 hands-free
callers is called noise, 7 of 400 before; of 320 noisy lines 3, all in gusts, are called a room)."""
QUIET_DBOV = -38.0

# Once latched, a condition is left only when the numbers are this much better.
STAY_QUIET_DB, STAY_NOISY_DB, STAY_ROOM = 2.0, 2.0, -35.0


class Finding(NamedTuple):
    """What one look at the line says."""

    condition: Condition
    why: str


def find(stretch: Stretch, m: Measured, current: Condition) -> Finding:
    """What the line is like; ``current`` is what it was taken for until now."""
    if not m.spoken:
        return _without_speech(stretch, m)
    return _with_speech(m, current)


def _with_speech(m: Measured, current: Condition) -> Finding:
    filled = m.decay > FILLED_DECAY and m.slopes >= ROOM_SLOPES
    snr_needed = FILLED_SNR_DB if filled else NOISY_SNR_DB
    snr_needed += STAY_NOISY_DB if current is Condition.NOISE else 0.0
    certain = m.snr < CERTAIN_SNR_DB or m.speech_seconds >= CERTAIN_SECONDS
    if m.snr < snr_needed and m.floor > NOISY_FLOOR_DBOV and certain:
        why = f"SNR {m.snr:.1f} dB < {snr_needed:g} dB over a floor of {m.floor:.0f} dBov"
        return Finding(Condition.NOISE, why)
    quietest = QUIET_DBOV + (STAY_QUIET_DB if current is Condition.TOO_QUIET else 0.0)
    if m.speech_level < quietest:
        return Finding(Condition.TOO_QUIET, f"speech at {m.speech_level:.1f} dBov < {quietest:g}")
    slowest = ROOM_DECAY + (STAY_ROOM if current is Condition.HANDS_FREE else 0.0)
    if m.decay > slowest and m.slopes >= ROOM_SLOPES and m.snr > ROOM_SNR_DB:
        why = f"sounds die away at {m.decay:.0f} dB/s, slower than {slowest:g}"
        return Finding(Condition.HANDS_FREE, why)
    return Finding(Condition.OK, f"speech at {m.speech_level:.1f} dBov, SNR {m.snr:.1f} dB")


def _without_speech(stretch: Stretch, m: Measured) -> Finding:
    if m.echo_seconds >= SPEECH_SECONDS:
        why = f"{m.echo_seconds:.1f} s of voice, all of it our prompt"
        return Finding(Condition.OWN_PROMPT, why)
    loudest = float(np.max(stretch.levels))
    if loudest > -50.0:
        fax = _fax(stretch)
        if fax is not None:
            return fax
        share = tone_share(stretch)
        if share > TONE_SHARE and m.speech_seconds == 0.0:
            return Finding(Condition.TONE, f"{share:.0%} of what is loud is pure tones")
    if m.others_level < SILENT_DBOV:
        return Finding(Condition.NOBODY, f"no speech, {m.others_level:.0f} dBov < {SILENT_DBOV:g}")
    share = tonal_share(stretch)
    if share > TONAL_SHARE and m.others_spread > MUSIC_SPREAD_DB:
        return Finding(Condition.MUSIC, f"no speech, {share:.1%} of the spectrum are notes")
    return Finding(Condition.NOISE, f"no speech, {m.others_level:.0f} dBov of noise")


def _fax(stretch: Stretch) -> Finding | None:
    for hertz, seconds in ((CNG_HZ, CNG_SECONDS), (CED_HZ, CED_SECONDS)):
        found = longest(pure_tone(stretch, hertz)) * CHUNK_SECONDS
        if found >= seconds:
            return Finding(Condition.FAX, f"{found:.1f} s of {hertz:g} Hz")
    return None
