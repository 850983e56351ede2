"""A corpus for the hearing room: windows of a caller's line with known conditions.

All randomness comes from the seed. No speech, music, room or voice of the development split occurs
in the test split.
"""


class CorpusError(Exception):
    """A corpus that cannot be built or read; the message is one sentence with the reason."""
