"""Outcomes: how a call ended, in one word for the records, the metrics and the tests."""

from enum import StrEnum


class Outcome(StrEnum):
    """The outcome of a call: how the call ended, in one word for records and metrics."""

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
    """The caller's audio did not reach us. The caller was told so and asked to call again."""
    TRANSFERRED = "transferred"
    """The PBX was told to connect the caller to a person, or to the automatic desk (row 32)."""
    CALLER_HUNG_UP = "caller_hung_up"
    """The caller hung up first."""
    LINE_LOST = "line_lost"
    """The connection to the PBX was lost during the call."""
    SERVICE_DIED = "service_died"
    """The service was killed during the call; another service or the PBX took the caller over."""
    LIMIT = "limit"
    """The call became too long, or its script made too many requests."""
    DRAINED = "drained"
    """The service was stopped, and this call had not ended when the grace time was over."""
    FAILED = "failed"
    """Our software failed. The caller heard the apology or was handed back to the PBX."""
