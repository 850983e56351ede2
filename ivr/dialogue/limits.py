"""Upper limits for every call."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper limits for every call, its utterances and its script."""

    call_seconds: float = 600.0
    """Upper limit for the seconds since the answer; beyond it the last words are spoken."""
    utterance_seconds: float = 60.0
    """Upper limit for seconds of unbroken speech; then the script goes on regardless."""
    steps: int = 500
    """Upper limit for the requests of a script; beyond it the last words are spoken."""
