"""What every prompt must measure, and where the numbers come from.

Active speech level -22 dBov by ITU-T P.56, inside the range of RFC 7874 section 4; peaks at most
-3 dBFS, clear of a-law's overload; the telephone band of ITU-T G.712.
"""

VERSION = 2
"""Raise it with every change that makes prompts sound different: all are then rendered again."""

RATE = 8000
FRAME_SAMPLES = 160
"""20 ms, one packet: prompts end on a packet's edge."""
BAND_HZ = (300, 3400)
LEVEL_DBOV = -22.0
LEVEL_TOLERANCE_DB = 1.0
HIGHEST_PEAK_DBFS = -3.0
LEAD_IN_SECONDS = 0.08
"""Silence before the words, so that a line that opens late swallows none of them."""
TAIL_SECONDS = 0.15
