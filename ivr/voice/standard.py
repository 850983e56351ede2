"""The measures that every prompt must have, and the sources of the numbers.

The active speech level by ITU-T P.56 is -22 dBov, within the range of RFC 7874 section 4. Peaks are
at most -3 dBFS, below the overload of a-law. The band is the telephone band of ITU-T G.712.
"""

from ivr.dialogue.row import Edges
from ivr.words.catalogue import Rendering

STANDARD_VERSION = 3
"""Version of the standard, to be raised with every change that makes prompts sound different; all
are then rendered again."""

BAND_HZ = (300, 3400)
"""Lowest and highest frequency of the band of ITU-T G.712, in Hz."""
WIDE_RATE = 16000
"""Samples per second of ITU-T G.722."""
WIDE_BAND_HZ = (100, 7000)
"""Lowest and highest frequency in Hz: the band of ITU-T G.722 without its lowest 50 Hz, where
telephones hum."""
LEVEL_DBOV = -22.0
"""Active speech level of a sentence in the normal rendering, in dBov."""
LOUDER_DB: dict[Rendering, float] = {"louder": 6.0, "loudest": 9.0}
"""Decibels by which other renderings are louder than the normal one. The bot speaks louder when the
caller hears badly (row 3)."""
LEVEL_TOLERANCE_DB = 1.0
"""Most decibels by which the level of a prompt may differ from the level that it must have."""
LEVEL_SPREAD_DB = 1.5
"""Most decibels by which the loudest prompt of a rendering may lie above its quietest."""
WORD_LEVEL_DBOV = -20.5
"""Level in dBov of parts of sentences, measured by :func:`ivr.voice.loudness.word_level`.

The words of a sentence with an active speech level of -22 dBov have this word level (median of the
sheet's sentences; quartiles -20.8 and -20.2). P.56 does not suit a part of a sentence: with its 200
ms hangover 八 measures 3.3 dB too low, and would be raised by as much above its neighbours."""
HIGHEST_PEAK_DBFS = -3.0
"""Highest peak that a prompt may have, in dBFS."""
LEAD_IN_SECONDS = 0.08
"""Seconds of silence before the words, so that a line that opens late cuts none of them off."""
TAIL_SECONDS = 0.15
"""Seconds of silence after the words."""
JOINT_SECONDS = 0.02
"""Seconds of silence at an edge that adjoins another clip. The gap at a joint is 80 ms: two such
edges (40 ms), 20 ms that trimming leaves and 20 ms of packet. It may be at most 120 ms, so that
Asterisk has 40 ms to begin the next file."""
GROUP_SECONDS = 0.04
"""Seconds of silence after a group of digits, where a person takes a breath; the gap there is 100
ms."""
SLOWER = 0.75
"""Pace of the slow rendering as a share of the normal pace."""
LONGER_PAUSES = 1.5
"""Factor by which the pauses of the slow rendering are lengthened in addition to the slower
pace."""


EDGE_SECONDS: dict[Edges, tuple[float, float]] = {
    Edges.WHOLE: (LEAD_IN_SECONDS, TAIL_SECONDS),
    Edges.FIRST: (LEAD_IN_SECONDS, JOINT_SECONDS),
    Edges.INNER: (JOINT_SECONDS, JOINT_SECONDS),
    Edges.LAST: (JOINT_SECONDS, TAIL_SECONDS),
    Edges.GROUP: (JOINT_SECONDS, GROUP_SECONDS),
}
"""Seconds of silence before and after a clip, by the kind of its edges."""


def prompt_level(rendering: Rendering, *, joint: bool) -> float:
    """Return the level in dBov that a prompt must have.

    For a part of a sentence (``joint``) it is a word level, else an active speech level.
    """
    return (WORD_LEVEL_DBOV if joint else LEVEL_DBOV) + LOUDER_DB.get(rendering, 0.0)
