"""The verdict on the caller's line: its condition, the reason, and the measures behind it."""

from dataclasses import dataclass

from ivr.dialogue.events import Condition


@dataclass(frozen=True, slots=True)
class LineMeasures:
    """Measures of the last 5 s of a caller's line; a field is None if it could not be measured."""

    speech_seconds: float = 0.0
    """Seconds, within the last 5 s, with voice that is not our own prompt."""
    speech_level_dbov: float | None = None
    """Level in dBov while there is voice, above 100 Hz and without the noise: an estimate of the
    active speech level of ITU-T P.56. None while there is too little voice."""
    noise_floor_dbov: float | None = None
    """Level in dBov between the words, which is the noise alone; None before the first
    measurement."""
    snr_db: float | None = None
    """Speech level above the noise floor in dB; None while there is too little voice."""
    decay_db_per_s: float | None = None
    """Rate in dB per second at which sounds die away: slowly in a room (-120), fast near a handset
    (-400). None while there is too little voice."""
    return_loss_db: float | None = None
    """Echo return loss in dB: by how much our prompt is quieter when it comes back as echo. None
    until it is learned."""
    clipped_percent: float = 0.0
    """Samples at the codec's limit, in percent of the samples with speech."""


@dataclass(frozen=True, slots=True)
class LineVerdict:
    """The condition of a caller's line, with the reason and the measures from which it was
    found."""

    condition: Condition
    why: str
    """The rule that decided, with its figures: ``SNR 8.1 dB < 12 dB over a floor of -41 dBov``."""
    numbers: LineMeasures
