"""The rules that find the condition of a line, and the reason, from the measures of its last 5 s.

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
"""A line without speech counts as a quiet room, in which nobody speaks, below this level in
dBov."""
TONE_SHARE = 0.60
"""Upper limit for the share of the loud chunks (of the last 5 s) that consist of pure tones. Above
it the condition of the line is TONE."""
CNG_HZ, CNG_SECONDS = 1100.0, 0.40
"""Tone of a calling fax: its frequency in Hz, and the least seconds that it must last for the line
to count as a fax. By ITU-T T.30 the fax sends 0.5 s of 1100 Hz every 3.5 s."""
CED_HZ, CED_SECONDS = 2100.0, 1.5
"""Tone of an answering fax or modem: its frequency in Hz, and the least seconds that it must last
for the line to count as a fax. By ITU-T T.30 and V.25 the tone lasts 2.6 to 4 s."""
TONAL_SHARE, MUSIC_SPREAD_DB = 0.03, 4.0
"""Two conditions for music. The level varies by more than MUSIC_SPREAD_DB (dB). In the loud chunks,
more than TONAL_SHARE of the frequency bins are 15 dB above their neighbours, as musical notes
are."""
NOISY_SNR_DB, NOISY_FLOOR_DBOV = 12.0, -50.0
"""A caller's line is noisy if its SNR is below NOISY_SNR_DB (dB) and its noise floor above
NOISY_FLOOR_DBOV (dBov)."""
CERTAIN_SNR_DB, CERTAIN_SECONDS = 6.0, 1.0
"""With an SNR of CERTAIN_SNR_DB (dB) or more, a line counts as noisy only once CERTAIN_SECONDS of
speech were measured; with a lower SNR, at once."""
ROOM_DECAY, ROOM_SLOPES, ROOM_SNR_DB = -240.0, 150, 8.0
"""A caller counts as hands-free in a room if sounds die away more slowly than ROOM_DECAY (dB/s),
measured on at least ROOM_SLOPES falls of the level, and the SNR is above ROOM_SNR_DB (dB)."""
FILLED_DECAY, FILLED_SNR_DB = -170.0, 8.0
"""Limits for a very reverberant room, where sounds die away more slowly than FILLED_DECAY (dB/s).
Reverberation fills the pauses there, and the noise floor seems higher than it is. The line then
counts as noisy only with an SNR below FILLED_SNR_DB (dB), not NOISY_SNR_DB (12 dB). Measured with
this rule and LASTING_DB (the limit of the noise floor in measure.py): 1 of 300 hands-free callers
is taken for noise. 3 of 320 noisy lines, all with gusts of wind, are taken for a room. Without the
two, 7 of 400 hands-free callers are taken for noise."""
QUIET_DBOV = -38.0
"""A caller counts as too quiet if the level of the speech in dBov is below this limit."""

STAY_QUIET_DB, STAY_NOISY_DB, STAY_ROOM = 2.0, 2.0, -35.0
"""Hysteresis, so that the condition does not change to and fro near a threshold while a caller
speaks. A line becomes TOO_QUIET below -38 dBov of speech, but leaves it only at -36 (STAY_QUIET_DB
is 2 dB). It becomes NOISE below an SNR of 12 dB, but leaves it only at 14 (STAY_NOISY_DB is 2 dB).
It becomes HANDS_FREE if sounds die away more slowly than -240 dB/s, but leaves it only at -275
(STAY_ROOM is -35 dB/s)."""


class Finding(NamedTuple):
    """The condition that the rules found in one evaluation of the line, with the reason."""

    condition: Condition
    why: str
    """The rule that decided, with its figures, such as ``SNR 8.1 dB < 12 dB over a floor of -41
    dBov``."""


def find(stretch: Stretch, m: Measured, current: Condition) -> Finding:
    """Return the condition of a caller's line by the first rule that holds, with the reason.

    ``stretch`` holds the last 5 s of the line, and ``m`` their measures. ``current`` is the
    condition of the line until now. While a caller speaks, TOO_QUIET, NOISE and HANDS_FREE are left
    only at stricter thresholds (hysteresis).
    """
    if not m.spoken:
        return _without_speech(stretch, m)
    return _with_speech(m, current)


def _with_speech(m: Measured, current: Condition) -> Finding:
    """Return the condition of a line on which a caller speaks: NOISE, TOO_QUIET, HANDS_FREE or OK.

    ``m`` holds the measures of the last 5 s, and ``current`` the condition of the line until now.
    """
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
    """Return the condition of a line on which no caller speaks: OWN_PROMPT, FAX, TONE, NOBODY,
    MUSIC or NOISE. ``stretch`` holds the last 5 s of the line, and ``m`` their measures."""
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
    """Return the condition FAX, with the reason, if one of a fax's two tones (CNG, CED) lasts long
    enough in ``stretch``; otherwise None."""
    for hertz, seconds in ((CNG_HZ, CNG_SECONDS), (CED_HZ, CED_SECONDS)):
        found = longest(pure_tone(stretch, hertz)) * CHUNK_SECONDS
        if found >= seconds:
            return Finding(Condition.FAX, f"{found:.1f} s of {hertz:g} Hz")
    return None
