"""How a call ended: one word for the record, the metrics and the tests."""

from enum import StrEnum


class Outcome(StrEnum):
    """The end of a call."""

    NO_SOUND = "no_sound"
    """Row 2 to its end: nothing was ever heard."""
    STAYED_ON = "stayed_on"
    """Row 35 to its end: the caller had spoken, fell silent and did not hang up."""
    TOO_QUIET = "too_quiet"
    """Row 8 to its end: the caller stayed too quiet to be understood."""
    NOISY_LINE = "noisy_line"
    """Row 10: the line was too noisy, and stayed so."""
    FAX = "fax"
    """A fax or a modem had called."""
    UNHEARD = "unheard"
    """Our own ear failed: the caller was told so and asked to call again."""
    TRANSFERRED = "transferred"
    """The PBX was told to connect the caller: to a person, or to the automatic desk (32)."""
    CALLER_HUNG_UP = "caller_hung_up"
    LINE_LOST = "line_lost"
    """The PBX went away in the middle of the call."""
    SERVICE_DIED = "service_died"
    """The service was killed in the middle of the call; another one or the PBX took it over."""
    LIMIT = "limit"
    """The call reached its limit of minutes or steps."""
    DRAINED = "drained"
    """The service was told to stop and the call outlasted the grace it was given."""
    FAILED = "failed"
    """A defect of ours; the caller heard the apology."""
