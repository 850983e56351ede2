"""The messages between the service and its listening process."""

from dataclasses import dataclass

from ivr.config import Settings
from ivr.dialogue.events import Event
from ivr.dialogue.expected import Expected
from ivr.dialogue.row import Rendering

# To the listening process. ``call`` is the number of a call in the service.


@dataclass(frozen=True, slots=True)
class LoadAll:
    """Load models and prompts as ``settings`` name them; the first message. Ready or Refused
    answers it."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class Begin:
    """Listen to a new call; ``uniqueid`` is Asterisk's id of its channel, for log lines."""

    call: int
    uniqueid: str
    now: float
    """Beginning of the call in seconds of the monotonic clock, which all processes share."""
    unheard: bool
    """True if the caller has already been told that they are not heard."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The tap of a call has connected; the message carries the descriptor of its socket."""

    call: int
    first: bytes
    """The octets that have already been read from the socket."""


@dataclass(frozen=True, slots=True)
class Tapped:
    """The tap of a call is attached or not."""

    call: int
    attached: bool
    now: float


@dataclass(frozen=True, slots=True)
class PromptStarted:
    """A prompt has begun: the sound files ``clips`` without a gap."""

    call: int
    clips: tuple[str, ...]
    rendering: Rendering
    now: float


@dataclass(frozen=True, slots=True)
class PromptStopped:
    """The prompt of a call has ended or was cut."""

    call: int
    now: float


@dataclass(frozen=True, slots=True)
class Expecting:
    """The answer to ExpectationAsked: the kind of answer that the call expects; None: anything."""

    call: int
    expected: Expected | None


@dataclass(frozen=True, slots=True)
class End:
    """The call is over: close its tap and forget it."""

    call: int


# From the listening process.


@dataclass(frozen=True, slots=True)
class Ready:
    """All is loaded; calls can be listened to."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Something cannot be loaded; ``sentence`` says what. The process ends."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Happened:
    """An event for the call."""

    call: int
    event: Event
    now: float


@dataclass(frozen=True, slots=True)
class ExpectationAsked:
    """The caller has begun to speak: which kind of answer does the call expect?"""

    call: int


@dataclass(frozen=True, slots=True)
class Proven:
    """The tap of a call has delivered a second of audio."""

    call: int


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection of a call's tap has ended."""

    call: int


@dataclass(frozen=True, slots=True)
class SignOfLife:
    """A sign of life, twice a second."""

    utterances: int = 0
    """Utterances that the recogniser is hearing."""
    backlog_seconds: float = 0.0
    """Seconds of speech that wait for the recogniser."""
    workers: tuple[int, ...] = ()
    """Process ids of the recognition workers."""
