"""Outcomes: one word for how a call ended, for the records, the metrics and the tests."""

from enum import StrEnum


class Outcome(StrEnum):
    """How a call ended."""

    NO_SOUND = "no_sound"
    """Row 2 was played to its end: no caller was ever heard."""
    STAYED_ON = "stayed_on"
    """Row 35 was played to its end: the caller had spoken, fell silent and did not hang up."""
    TOO_QUIET = "too_quiet"
    """Row 8 was played to its end: the caller stayed too quiet to be understood."""
    NOISY_LINE = "noisy_line"
    """Row 10 was played to its end: the line stayed too noisy."""
    FAX = "fax"
    """A fax machine or a modem called."""
    UNHEARD = "unheard"
    """The caller's audio did not reach us: the caller was told so and asked to call again."""
    TRANSFERRED = "transferred"
    """The PBX was told to connect the caller to a person, or to the automatic desk (row 32)."""
    CALLER_HUNG_UP = "caller_hung_up"
    """The caller hung up first."""
    LINE_LOST = "line_lost"
    """The connection to the PBX was lost during the call."""
    SERVICE_DIED = "service_died"
    """The service was killed during the call; another service or the PBX took the caller over."""
    LIMIT = "limit"
    """The call reached its limit of seconds, or its script reached its limit of requests."""
    DRAINED = "drained"
    """The service was told to stop, and this call was still going on when the grace time ended."""
    FAILED = "failed"
    """Our software failed; the caller heard the apology or was handed back to the PBX."""
