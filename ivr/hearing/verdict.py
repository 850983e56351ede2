"""The verdict on the caller's line: what is wrong with it, why we say so, and the numbers."""

from dataclasses import dataclass

from ivr.dialogue.events import Condition


@dataclass(frozen=True, slots=True)
class LineMeasures:
    """What was measured over the last seconds; None where there was nothing to measure it on."""

    speech_seconds: float = 0.0
    """Time with voice in it that is not our own prompt."""
    speech_level_dbov: float | None = None
    """Active speech level (ITU-T P.56) in dBov."""
    noise_floor_dbov: float | None = None
    """Level between the words in dBov."""
    snr_db: float | None = None
    """Speech level over the noise floor in dB."""
    decay_db_per_s: float | None = None
    """How fast sounds die away, in dB per second: a room is slow (-120), a handset fast (-400)."""
    return_loss_db: float | None = None
    """Echo return loss in dB: how much quieter our prompt comes back."""
    clipped_percent: float = 0.0
    """Samples at the codec's limit, in percent of the samples in loud frames."""


@dataclass(frozen=True, slots=True)
class LineVerdict:
    """A condition with its reason."""

    condition: Condition
    why: str
    """Which rule decided, with its figures: ``SNR 8.1 dB < 12 dB over a floor of -41 dBov``."""
    numbers: LineMeasures
