"""The verdict on the caller's line: its condition, the reason, and the measures behind it."""

from dataclasses import dataclass

from ivr.dialogue.events import Condition


@dataclass(frozen=True, slots=True)
class LineMeasures:
    """The measures of the last seconds; None for what could not be measured."""

    speech_seconds: float = 0.0
    """Seconds with voice that is not our own prompt."""
    speech_level_dbov: float | None = None
    """Level in dBov while there is voice, above 100 Hz and without the noise: an estimate of the
    active speech level of ITU-T P.56."""
    noise_floor_dbov: float | None = None
    """Level between the words in dBov."""
    snr_db: float | None = None
    """Speech level over the noise floor in dB."""
    decay_db_per_s: float | None = None
    """How fast sounds die away in dB per second: slowly in a room (-120), fast near a handset
    (-400)."""
    return_loss_db: float | None = None
    """Echo return loss in dB: by how much our prompt is quieter when it comes back."""
    clipped_percent: float = 0.0
    """Samples at the codec's limit, in percent of the samples with speech."""


@dataclass(frozen=True, slots=True)
class LineVerdict:
    """A condition with its reason and the measures."""

    condition: Condition
    why: str
    """The rule that decided, with its figures: ``SNR 8.1 dB < 12 dB over a floor of -41 dBov``."""
    numbers: LineMeasures
