"""Events: what happened in a call, named in the past tense.

The shell of the call (:mod:`ivr.call`) delivers each event with the time at which it happened.

The records of every call hold the names of its events (table ``steps``, column ``what``). The names
must therefore not change.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from ivr.dialogue.look_up import Found
from ivr.dialogue.meaning import Words


class Condition(StrEnum):
    """The condition of the caller's telephone line: its main defect, or OK if it has none."""

    NO_RTP = "no_rtp"
    """No packet arrives: a dead handset, one-way audio, or comfort noise that the PBX drops."""
    UNHEARD = "unheard"
    """The caller's audio does not reach this service, by our own fault; their keys still do."""
    DEAD_LINE = "dead_line"
    """Packets arrive, but they hold only the codec's idle code (digital silence)."""
    NOBODY = "nobody"
    """The line is live and nobody speaks: room or comfort noise, breathing, hum."""
    TONE = "tone"
    """A machine's tone instead of a voice: ring-back, busy tone, howler or a key held down."""
    FAX = "fax"
    """The tones of a fax machine or a modem: CNG or CED."""
    MUSIC = "music"
    """Music, as when the caller has put the hotline on hold."""
    OWN_PROMPT = "own_prompt"
    """Only the echo of our own prompt is heard."""
    NOISE = "noise"
    """The noise is so loud that a caller cannot be understood, whether or not somebody speaks."""
    TOO_QUIET = "too_quiet"
    """The caller is too quiet to be understood."""
    HANDS_FREE = "hands_free"
    """The caller is far from the telephone's microphone, and the room's reverberation is heard."""
    OK = "ok"
    """Nothing is wrong with the line: the caller is heard well."""


@dataclass(frozen=True, slots=True)
class PromptFinished:
    """A prompt has been played to its end: the caller has heard its last packet."""

    play: int
    """Number of the :class:`~ivr.dialogue.commands.Play` that this event answers."""


@dataclass(frozen=True, slots=True)
class PromptFailed:
    """A prompt could not be played. The call ends with an apology."""

    play: int
    """Number of the :class:`~ivr.dialogue.commands.Play` that this event answers."""
    reason: str
    """The cause of the failure, in one sentence for the record."""


@dataclass(frozen=True, slots=True)
class EarOpened:
    """The first 20 ms of the caller's audio have arrived. This event is only for the record."""


@dataclass(frozen=True, slots=True)
class SpeechPossible:
    """A sound began that may be speech.

    The detectors then report SpeechStarted (it is speech) or SpeechDismissed (it is not). Until
    then deadlines wait, but not longer than :data:`~ivr.dialogue.caller_speech.DECISION_SECONDS`
    (0.4 s) after this event.
    """

    onset: float
    """Time, in seconds of the call's clock (``now``), at which the sound began."""


@dataclass(frozen=True, slots=True)
class SpeechDismissed:
    """The sound reported by SpeechPossible was not speech but a cough, a click or our own echo."""


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The caller has begun to speak."""

    onset: float
    """Time, in seconds of the call's clock (``now``), at which the speech began. The event comes
    later, because the detectors need time to confirm speech."""


@dataclass(frozen=True, slots=True)
class WordsAppeared:
    """The recogniser has found the first words of a caller who is still speaking."""


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """The caller has stopped speaking."""

    seconds: float
    """Length of the speech, in seconds."""
    words: Words | None = None
    """The caller's words; None if our recognition failed or took too long."""


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """The caller pressed a key of the telephone."""

    key: str


@dataclass(frozen=True, slots=True)
class LineChanged:
    """The condition of the caller's telephone line, as the detectors judge it, has changed."""

    condition: Condition
    why: str = field(default="", compare=False)
    """The reason of the verdict, for the record: the rule that applied and the measured values."""


@dataclass(frozen=True, slots=True)
class TicketMade:
    """The writing of a ticket has ended, with success or failure."""

    order: int
    """The ``order`` of the :class:`~ivr.dialogue.commands.MakeTicket` that this event answers."""
    number: str | None
    """The number that the caller is told; None if the ticket could not be written."""


@dataclass(frozen=True, slots=True)
class LookedUp:
    """A look-up (of a ticket's state, for example) has ended, with a result or with FAILED."""

    order: int
    """The ``order`` of the :class:`~ivr.dialogue.commands.BeginLookUp` that this event answers."""
    found: Found


@dataclass(frozen=True, slots=True)
class CallerHungUp:
    """The caller has hung up."""


@dataclass(frozen=True, slots=True)
class LineLost:
    """The connection to the PBX is lost, or the PBX refuses to go on with the call."""

    reason: str
    """The cause of the loss, in one sentence for the record."""


CallerEvent = (
    SpeechPossible
    | SpeechDismissed
    | SpeechStarted
    | WordsAppeared
    | SpeechEnded
    | KeyPressed
    | LineChanged
)
"""The events that come from the caller, through the detectors, the recogniser or the keys."""

Event = (
    CallerEvent
    | PromptFinished
    | PromptFailed
    | EarOpened
    | TicketMade
    | LookedUp
    | CallerHungUp
    | LineLost
)
