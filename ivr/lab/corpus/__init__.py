"""A corpus to test the package ``hearing``: windows (clips of 5 or 6 s) of a caller's line whose
condition is known.

All randomness comes from the seed. No speech, music, room or voice of the development split occurs
in the test split.
"""


class CorpusError(Exception):
    """Raised when a corpus cannot be built or read; the message is one sentence with the reason."""
