"""What every prompt must measure, and where the numbers come from.

Active speech level -22 dBov by ITU-T P.56, inside the range of RFC 7874 section 4; peaks at most
-3 dBFS, clear of a-law's overload; the telephone band of ITU-T G.712.
"""

from ivr.dialogue.row import Edges
from ivr.words.catalogue import Rendering

STANDARD_VERSION = 3
"""Raise it with every change that makes prompts sound different: all are then rendered again."""

FRAME_SAMPLES = 160
"""20 ms, one packet: prompts end on a packet's edge."""
BAND_HZ = (300, 3400)
WIDE_RATE = 16000
WIDE_BAND_HZ = (100, 7000)
"""The band of ITU-T G.722, a little narrower below: telephones hum there."""
LEVEL_DBOV = -22.0
LOUDER_DB: dict[Rendering, float] = {"louder": 6.0, "loudest": 9.0}
"""Above the normal rendering."""
LEVEL_TOLERANCE_DB = 1.0
LEVEL_SPREAD_DB = 1.5
"""The most by which the loudest prompt of a rendering may lie above its quietest."""
WORD_LEVEL_DBOV = -20.5
"""For pieces of sentences, by :func:`ivr.voice.loudness.word_level`: what the words of a sentence
measure that has an active level of -22 dBov (median of the sheet's; quartiles -20.8 and -20.2).
P.56 cannot tell for a piece: its 200 ms hangover makes 八 3.3 dB too quiet, and it would be
raised by as much above its neighbours."""
HIGHEST_PEAK_DBFS = -3.0
LEAD_IN_SECONDS = 0.08
"""Silence before the words, so that a line that opens late swallows none of them."""
TAIL_SECONDS = 0.15
JOINT_SECONDS = 0.02
"""Silence at a side where another piece follows: twice this, 20 ms of trimming and 20 ms of packet
are 80 ms, which leaves 40 ms of the 120 for Asterisk to begin the next file."""
GROUP_SECONDS = 0.04
"""Silence after a group of digits, where a person takes a breath: 100 ms at the joint."""
SLOWER = 0.75
"""The rate of speech of the slow rendering."""
LONGER_PAUSES = 1.5
"""How much longer its pauses are, beyond what the rate makes of them."""


EDGE_SECONDS: dict[Edges, tuple[float, float]] = {
    Edges.WHOLE: (LEAD_IN_SECONDS, TAIL_SECONDS),
    Edges.FIRST: (LEAD_IN_SECONDS, JOINT_SECONDS),
    Edges.INNER: (JOINT_SECONDS, JOINT_SECONDS),
    Edges.LAST: (JOINT_SECONDS, TAIL_SECONDS),
    Edges.GROUP: (JOINT_SECONDS, GROUP_SECONDS),
}
"""Silence before and after a clip."""


def prompt_level(rendering: Rendering, *, joint: bool) -> float:
    """The level in dBov that a prompt must have, by the measure that suits it."""
    return (WORD_LEVEL_DBOV if joint else LEVEL_DBOV) + LOUDER_DB.get(rendering, 0.0)
