"""A window of a caller's line, and what is known of how it was made."""

from dataclasses import dataclass, field

from ivr.dialogue.events import Condition
from ivr.hearing.g711 import Samples
from ivr.lab.corpus.telephone import Frames


@dataclass(frozen=True, slots=True)
class Truth:
    """The properties that the recipe gave a window; None for what it does not have.

    Levels are in dBov, times in seconds.
    """

    kind: str
    """Variant of the recipe, such as the kind of noise or tone."""
    voice: str | None = None
    """Name of the speaker."""
    speech_dbov: float | None = None
    """Active speech level of the caller alone by ITU-T P.56."""
    snr_db: float | None = None
    """Active speech level above the RMS level of the noise in dB, both in the telephone's band."""
    noise: str | None = None
    """Kind of noise."""
    noise_dbov: float | None = None
    """Level of the noise, tone or music."""
    rt60_s: float | None = None
    """Reverberation time of the room."""
    drr_db: float | None = None
    """Ratio of direct to reverberant energy in dB."""
    return_loss_db: float | None = None
    """Echo return loss in dB."""
    echo_delay_s: float | None = None
    """Delay of the echo after the prompt."""
    onset_s: float | None = None
    """Begin of the condition: the caller's first voice, or the line's becoming dead."""
    end_s: float | None = None
    """End of the last frame with voice, if enough silence follows to detect it."""
    alaw: bool = True
    """Whether the codec is a-law rather than μ-law."""
    loss: float = 0.0
    """Share of packets lost."""
    artefacts: tuple[str, ...] = ()
    """Names of the line's artefacts, such as ``gsm``."""


@dataclass(frozen=True, slots=True)
class Window:
    """Some seconds of a caller's line."""

    group: str
    """Name of the recipe, such as ``ok`` or ``barge_in``."""
    number: int
    """Number of the window in its group."""
    label: Condition
    """The right verdict at the end."""
    seconds: float
    """Length."""
    frames: Frames = field(repr=False)
    truth: Truth
    prompt: Samples | None = field(default=None, repr=False)
    """Samples of the prompt that plays meanwhile, if any."""
    prompt_start: float | None = None
    """Second at which that prompt starts."""
