"""Fetch speech models and voices: verify them, unpack them, and put them in place as a whole."""


class FetchError(Exception):
    """A file cannot be fetched or installed; the message names it, the reason and the remedy."""
