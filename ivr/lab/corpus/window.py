"""One window of a caller's line, and everything that is true of it."""

from dataclasses import dataclass, field

from ivr.dialogue.events import Condition
from ivr.hearing.g711 import Samples
from ivr.lab.corpus.telephone import Frames


@dataclass(frozen=True, slots=True)
class Truth:
    """What the recipe put in; None where it put nothing in. Levels in dBov, times in seconds."""

    kind: str
    """Which variant of the recipe: the noise, the tone, the piece of a telephone."""
    voice: str | None = None
    speech_dbov: float | None = None
    """Active speech level by P.56, of the caller alone."""
    snr_db: float | None = None
    """Active speech level over the RMS level of the noise, both within the telephone's band."""
    noise: str | None = None
    noise_dbov: float | None = None
    rt60_s: float | None = None
    drr_db: float | None = None
    return_loss_db: float | None = None
    echo_delay_s: float | None = None
    onset_s: float | None = None
    """When the condition begins: the caller's first voice, or the line going dead."""
    end_s: float | None = None
    """The last frame with voice, if the caller then stays silent for long enough to be told."""
    alaw: bool = True
    loss: float = 0.0
    """Share of packets lost."""
    artefacts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """A caller's line for some seconds."""

    group: str
    """The recipe: a class, or a case such as ``barge_in`` or ``snr:6``."""
    number: int
    label: Condition
    seconds: float
    frames: Frames = field(repr=False)
    truth: Truth
    prompt: Samples | None = field(default=None, repr=False)
    """What the bot is playing meanwhile, if anything."""
    prompt_start: float | None = None
