"""A window (a clip of a caller's line) and the truth about how it was made."""

from dataclasses import dataclass, field

from ivr.dialogue.events import Condition
from ivr.hearing.g711 import Samples
from ivr.lab.corpus.telephone import Frames


@dataclass(frozen=True, slots=True)
class Truth:
    """How a window (a clip of a caller's line) was made: the properties that its recipe (the
    function that made it) gave it. A field is None if the window lacks the property.

    Levels are in dBov, times in seconds from the start of the window.
    """

    kind: str
    """Variant of the recipe, such as the kind of noise or tone (``car alone``)."""
    voice: str | None = None
    """Name of the speaker; None if nobody speaks."""
    speech_dbov: float | None = None
    """Active speech level of the caller alone in dBov by ITU-T P.56; None if nobody speaks."""
    snr_db: float | None = None
    """Active speech level above the RMS level of the noise in dB, both in the telephone's band;
    None without speech or noise."""
    noise: str | None = None
    """Kind of the noise, such as ``car``; None if no noise was added."""
    noise_dbov: float | None = None
    """Level in dBov of the noise, tone or music; None if there is none."""
    rt60_s: float | None = None
    """Reverberation time (RT60) of the room in seconds; None without a room."""
    drr_db: float | None = None
    """Ratio of direct to reverberant energy in dB; None without a room."""
    return_loss_db: float | None = None
    """Echo return loss in dB; None without an echo of our prompt."""
    echo_delay_s: float | None = None
    """Delay in seconds from the prompt to its echo; None without an echo."""
    onset_s: float | None = None
    """Seconds from the start of the window to the event that must be detected. The caller's voice
    begins, the idle code of a dead line begins, or packets stop arriving. None if there is no such
    event."""
    end_s: float | None = None
    """Seconds from the start of the window to the end of the caller's last frame with voice. None
    if nobody speaks, or if the caller does not stop early enough for the end to be detected."""
    alaw: bool = True
    """Whether the codec is a-law rather than μ-law."""
    loss: float = 0.0
    """Share of the packets that is lost, 0 to 1."""
    artefacts: tuple[str, ...] = ()
    """Names of the artefacts that the line has, such as ``gsm``."""


@dataclass(frozen=True, slots=True)
class Window:
    """A clip of a caller's line, 5 or 6 s long, with the condition that must be found on it."""

    group: str
    """Name of the recipe by which the window was made, such as ``ok`` or ``barge_in``."""
    number: int
    """Number of the window, from 0, among the windows of the same group. In a sweep (a series in
    which one quantity is varied) it counts the windows with the same value of that quantity."""
    label: Condition
    """Condition that the detectors should have found by the end of the window."""
    seconds: float
    """Length in seconds."""
    frames: Frames = field(repr=False)
    truth: Truth
    prompt: Samples | None = field(default=None, repr=False)
    """Samples (8 kHz) of the prompt that is played during the window; None if none is played."""
    prompt_start: float | None = None
    """Start of ``prompt`` in seconds from the start of the window; None without a prompt."""
