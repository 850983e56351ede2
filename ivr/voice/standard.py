"""The levels, lengths and frequencies that every prompt must have, with their sources.

The active speech level by ITU-T P.56 is -22 dBov, within the range of RFC 7874 section 4. Peaks are
at most -3 dBFS, below the overload of a-law. The band is the telephone band of ITU-T G.712.
"""

from ivr.dialogue.row import Edges
from ivr.words.catalogue import Rendering

STANDARD_VERSION = 5
"""Version of this standard. It must be raised with every change that makes prompts sound different.
All prompts are then rendered again."""

BAND_HZ = (300, 3400)
"""Lowest and highest frequency of the band of ITU-T G.712, in Hz."""
WIDE_RATE = 16000
"""Sampling rate of ITU-T G.722, in samples per second."""
WIDE_BAND_HZ = (100, 7000)
"""Lowest and highest frequency of wide-band prompts, in Hz. It is the band of ITU-T G.722 without
its lowest 50 Hz, where telephones hum."""
LEVEL_DBOV = -22.0
"""Active speech level of a sentence in the normal rendering, in dBov."""
LOUDER_DB: dict[Rendering, float] = {"louder": 6.0, "loudest": 9.0}
"""How much louder than the normal rendering the louder and the loudest are, in decibels. The bot
uses them when the caller hears badly (row 3)."""
LEVEL_TOLERANCE_DB = 1.0
"""Upper limit, in decibels, for the error of a prompt's level. The check reports a larger error."""
LEVEL_SPREAD_DB = 1.5
"""Upper limit, in decibels, for the difference between the loudest and the quietest prompt of a
rendering. The check reports a larger difference."""
WORD_LEVEL_DBOV = -20.5
"""Level in dBov of parts of sentences, measured by :func:`ivr.voice.loudness.word_level`.

It is the level of the words in the sheet's sentences, whose active speech level is -22 dBov
(median; quartiles -20.8 and -20.2). The active speech level by P.56 does not suit a part of a
sentence. Its hangover counts 200 ms of silence as speech, so that 八 measures 3.3 dB too low. 八
would then be played 3.3 dB louder than the clips beside it.
"""
HIGHEST_PEAK_DBFS = -3.0
"""Upper limit for the peak of a prompt, in dBFS."""
LEAD_IN_SECONDS = 0.08
"""Seconds of silence before the words. A line that opens late then cuts none of them off."""
TAIL_SECONDS = 0.15
"""Seconds of silence after the words."""
JOINT_SECONDS = 0.03
"""Seconds of silence at an edge of a clip where another clip of the same sentence follows or
precedes.

Two such clips have at most 100 ms of silence between their words: 2 x 40 ms (see FAINT_SECONDS),
and up to 20 ms that fill the last packet. The gap that the caller hears must not exceed 120 ms. The
rest is for Asterisk to begin the next file.
"""
FAINT_SECONDS = 0.04
"""Upper limit, in seconds, for the sound at a joint that is too faint to be heard."""
GROUP_SECONDS = 0.05
"""Seconds of silence after a group of digits, where a person takes a breath. The files of two clips
have at most 110 ms of silence there."""
SLOWER = 0.75
"""Pace of the slow rendering, as a share of the normal pace."""
LONGER_PAUSES = 1.5
"""Factor by which pauses are lengthened in the slow rendering. The slower pace lengthens them as
well."""


EDGE_SECONDS: dict[Edges, tuple[float, float]] = {
    Edges.WHOLE: (LEAD_IN_SECONDS, TAIL_SECONDS),
    Edges.FIRST: (LEAD_IN_SECONDS, JOINT_SECONDS),
    Edges.INNER: (JOINT_SECONDS, JOINT_SECONDS),
    Edges.LAST: (JOINT_SECONDS, TAIL_SECONDS),
    Edges.GROUP: (JOINT_SECONDS, GROUP_SECONDS),
}
"""Seconds of silence before and after the words of a clip, by its place in the sentence.

For example, the first clip of a sentence has 0.08 s before its words and 0.03 s after them.
"""


def prompt_level(rendering: Rendering, *, joint: bool) -> float:
    """Return the level, in dBov, that a prompt must have in a rendering.

    For a part of a sentence (``joint``) it is the mean level of the words without pauses. Otherwise
    it is the active speech level by P.56.
    """
    return (WORD_LEVEL_DBOV if joint else LEVEL_DBOV) + LOUDER_DB.get(rendering, 0.0)
