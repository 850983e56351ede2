"""A corpus for the hearing room: windows of a caller's line whose truth is known.

Everything random comes from the seed. Speech, music, rooms and voices of the development split
never occur in the test split.
"""


class CorpusError(Exception):
    """The corpus cannot be built; one sentence says why."""
