"""The verdict on the caller's line: its condition, the reason, and the measures behind it."""

from dataclasses import dataclass

from ivr.dialogue.events import Condition


@dataclass(frozen=True, slots=True)
class LineMeasures:
    """Measures of the last 5 s of a caller's line; a field is None if it could not be measured."""

    speech_seconds: float = 0.0
    """Seconds, within the last 5 s, with voice that is not our own prompt."""
    speech_level_dbov: float | None = None
    """Level of the speech in dBov, above 100 Hz and without the noise: an estimate of the active
    speech level of ITU-T P.56. None if there are less than 0.3 s of voice."""
    noise_floor_dbov: float | None = None
    """Noise floor in dBov: the level between the words. None before the first evaluation of the
    line."""
    snr_db: float | None = None
    """Speech level above the noise floor in dB; None if there are less than 0.3 s of voice."""
    decay_db_per_s: float | None = None
    """Rate in dB per second at which sounds die away: slowly in a room (-120), fast near a handset
    (-400). None if there are less than 0.3 s of voice, or if no falling sound was found."""
    return_loss_db: float | None = None
    """Echo return loss in dB: by how much our prompt is quieter when it comes back as echo. None
    until it is learned."""
    clipped_percent: float = 0.0
    """Percentage of the samples with speech that are at the codec's limit."""


@dataclass(frozen=True, slots=True)
class LineVerdict:
    """The condition of a caller's line, with the reason and the measures from which it was
    found."""

    condition: Condition
    why: str
    """The reason in words, with its figures, such as ``SNR 8.1 dB < 12 dB over a floor of -41
    dBov``."""
    numbers: LineMeasures
