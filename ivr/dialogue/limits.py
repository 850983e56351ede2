"""Upper limits for every call."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper limits for every call, its utterances and its script."""

    call_seconds: float = 600.0
    """Upper limit for the length of a call in seconds, from its answer on. Beyond it the caller
    hears a goodbye and the call ends."""
    utterance_seconds: float = 60.0
    """Upper limit for the caller's unbroken speech, in seconds. Beyond it the script goes on
    although the caller still speaks."""
    steps: int = 500
    """Upper limit for the number of requests that a script may make. Beyond it the caller hears a
    goodbye and the call ends."""
