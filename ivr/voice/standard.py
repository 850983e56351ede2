"""The measures that every prompt must have, and the sources of the numbers.

The active speech level by ITU-T P.56 is -22 dBov, within the range of RFC 7874 section 4. Peaks are
at most -3 dBFS, below the overload of a-law. The band is the telephone band of ITU-T G.712.
"""

from ivr.dialogue.row import Edges
from ivr.words.catalogue import Rendering

STANDARD_VERSION = 3
"""Raise it with every change that makes prompts sound different; all are then rendered again."""

BAND_HZ = (300, 3400)
"""The band of ITU-T G.712."""
WIDE_RATE = 16000
"""Samples per second of ITU-T G.722."""
WIDE_BAND_HZ = (100, 7000)
"""The band of ITU-T G.722 without its lowest 50 Hz, where telephones hum."""
LEVEL_DBOV = -22.0
"""Active speech level of a sentence in the normal rendering."""
LOUDER_DB: dict[Rendering, float] = {"louder": 6.0, "loudest": 9.0}
"""Decibels above the normal rendering. Row 3 speaks louder when the caller hears badly."""
LEVEL_TOLERANCE_DB = 1.0
"""The most by which a prompt may differ from its level."""
LEVEL_SPREAD_DB = 1.5
"""The most by which the loudest prompt of a rendering may lie above its quietest."""
WORD_LEVEL_DBOV = -20.5
"""Level of pieces of sentences by :func:`ivr.voice.loudness.word_level`.

The words of a sentence with an active speech level of -22 dBov have this word level (median of the
sheet's sentences; quartiles -20.8 and -20.2). P.56 does not suit a piece: with its 200 ms hangover
八 measures 3.3 dB too low, and would be raised by as much above its neighbours."""
HIGHEST_PEAK_DBFS = -3.0
"""Highest peak of a prompt."""
LEAD_IN_SECONDS = 0.08
"""Silence before the words, so that a line that opens late cuts none of them off."""
TAIL_SECONDS = 0.15
"""Silence after the words."""
JOINT_SECONDS = 0.02
"""Silence at an edge beside another piece. Two such edges, 20 ms of trimming and 20 ms of packet
are 80 ms. The longest gap at a joint is 120 ms: Asterisk has 40 ms to begin the next file."""
GROUP_SECONDS = 0.04
"""Silence after a group of digits, where a person takes a breath; the gap there is 100 ms."""
SLOWER = 0.75
"""Pace of the slow rendering relative to the normal one."""
LONGER_PAUSES = 1.5
"""Factor by which the pauses of the slow rendering are lengthened besides the slower pace."""


EDGE_SECONDS: dict[Edges, tuple[float, float]] = {
    Edges.WHOLE: (LEAD_IN_SECONDS, TAIL_SECONDS),
    Edges.FIRST: (LEAD_IN_SECONDS, JOINT_SECONDS),
    Edges.INNER: (JOINT_SECONDS, JOINT_SECONDS),
    Edges.LAST: (JOINT_SECONDS, TAIL_SECONDS),
    Edges.GROUP: (JOINT_SECONDS, GROUP_SECONDS),
}
"""Seconds of silence before and after a clip."""


def prompt_level(rendering: Rendering, *, joint: bool) -> float:
    """Return the level in dBov that a prompt must have: a word level for a joint."""
    return (WORD_LEVEL_DBOV if joint else LEVEL_DBOV) + LOUDER_DB.get(rendering, 0.0)
