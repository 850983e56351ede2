"""The rules: they turn the measures of the last seconds into a condition and its reason.

The rules are tried in order, and the first that holds decides. The thresholds were measured on the
development split of the corpus and checked on the test split, which has other speakers and rooms
(`ivr bench hearing`).
"""

from typing import NamedTuple

import numpy as np

from ivr.dialogue.events import Condition
from ivr.hearing.frames import CHUNK_SECONDS
from ivr.hearing.history import Stretch
from ivr.hearing.measure import SPEECH_SECONDS, Measured
from ivr.hearing.tonality import longest, pure_tone, tonal_share, tone_share

SILENT_DBOV = -43.0
"""Level in dBov below which a line without speech is a quiet room."""
TONE_SHARE = 0.60
"""Share of the loud chunks that must be pure tones for a tone."""
CNG_HZ, CNG_SECONDS = 1100.0, 0.40
"""Frequency, and seconds of it that are a calling fax: by ITU-T T.30 it sends 0.5 s of 1100 Hz
every 3.5 s."""
CED_HZ, CED_SECONDS = 2100.0, 1.5
"""The same for an answering fax or modem: by ITU-T T.30 and V.25 it sends 2.6 to 4 s of 2100 Hz."""
TONAL_SHARE, MUSIC_SPREAD_DB = 0.03, 4.0
"""Music has more than this share of notes, and its level varies by more than this in dB."""
NOISY_SNR_DB, NOISY_FLOOR_DBOV = 12.0, -50.0
"""A caller's line is noisy if the SNR in dB is below the first and the noise floor in dBov above
the second."""
CERTAIN_SNR_DB, CERTAIN_SECONDS = 6.0, 1.0
"""With an SNR in dB of at least the first, a noisy line needs so many seconds of speech to be
certain."""
ROOM_DECAY, ROOM_SLOPES, ROOM_SNR_DB = -240.0, 150, 8.0
"""A caller is in a room if sounds die away slower than the first in dB/s, by at least so many
slopes, and the SNR in dB is above the third."""
FILLED_DECAY, FILLED_SNR_DB = -170.0, 8.0
"""Sounds that die away slower than the first in dB/s fill the pauses and hide how quiet the line
is. Then a noisy line needs an SNR below the second in dB. Measured: with
this rule and LASTING_DB 1 of 300 hands-free callers is taken for noise, without them 7 of 400; 3 of
320 noisy lines, all with gusts of wind, are taken for a room."""
QUIET_DBOV = -38.0
"""Speech level in dBov below which a caller is too quiet."""

STAY_QUIET_DB, STAY_NOISY_DB, STAY_ROOM = 2.0, 2.0, -35.0
"""Hysteresis: a condition is left only when its number is so much better than its threshold, in
dB, dB and dB/s."""


class Finding(NamedTuple):
    """The result of one look at the line."""

    condition: Condition
    why: str
    """The rule that decided, with its figures."""


def find(stretch: Stretch, m: Measured, current: Condition) -> Finding:
    """Return the finding of the first rule that holds.

    ``current`` is the condition until now, which is left only with hysteresis.
    """
    if not m.spoken:
        return _without_speech(stretch, m)
    return _with_speech(m, current)


def _with_speech(m: Measured, current: Condition) -> Finding:
    """Return the finding on a line with a caller: noise, too quiet, hands-free or all right."""
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
    """Return the finding on a line without a caller: prompt, fax, tone, silence, music or noise."""
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
    """Return the finding of a fax; None if neither of its tones is heard for long enough."""
    for hertz, seconds in ((CNG_HZ, CNG_SECONDS), (CED_HZ, CED_SECONDS)):
        found = longest(pure_tone(stretch, hertz)) * CHUNK_SECONDS
        if found >= seconds:
            return Finding(Condition.FAX, f"{found:.1f} s of {hertz:g} Hz")
    return None
