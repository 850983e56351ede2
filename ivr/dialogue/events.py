"""Events: facts about a call, in the past tense. The shell delivers them with the time.

The name of an event is kept in the records of every call (table ``steps``, column ``what``) and
must not change.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from ivr.dialogue.look_up import Found
from ivr.dialogue.meaning import Words


class Condition(StrEnum):
    """The verdict on the caller's line: the one thing that is wrong with it, or OK."""

    NO_RTP = "no_rtp"
    """No packet arrives: a dead handset, one-way audio, or comfort noise that the PBX drops."""
    UNHEARD = "unheard"
    """The caller's audio does not reach this service, by our own fault: only keys are left."""
    DEAD_LINE = "dead_line"
    """Packets arrive and carry nothing but the codec's idle code."""
    NOBODY = "nobody"
    """The line is live and nobody speaks: room or comfort noise, breathing, hum."""
    TONE = "tone"
    """Ring-back, busy tone, howler or a key held down: a machine, not a voice."""
    FAX = "fax"
    """The tones of a fax machine or a modem: CNG or CED."""
    MUSIC = "music"
    """Music, as when the caller has put the hotline on hold."""
    OWN_PROMPT = "own_prompt"
    """Nothing but the echo of our own prompt."""
    NOISE = "noise"
    """Noise so loud, with or without a voice, that a caller cannot be understood."""
    TOO_QUIET = "too_quiet"
    """The caller is too quiet to be understood."""
    HANDS_FREE = "hands_free"
    """The caller is far from the microphone, and the room is heard with them."""
    OK = "ok"
    """A caller is heard well."""


@dataclass(frozen=True, slots=True)
class PromptFinished:
    """The caller has heard the last packet of a prompt."""

    play: int
    """Number of the :class:`~ivr.dialogue.commands.Play` it answers."""


@dataclass(frozen=True, slots=True)
class PromptFailed:
    """A prompt could not be played. The call ends with an apology."""

    play: int
    """Number of the :class:`~ivr.dialogue.commands.Play` it answers."""
    reason: str
    """Why, in one sentence for the record."""


@dataclass(frozen=True, slots=True)
class EarOpened:
    """The first of the caller's audio has arrived."""


@dataclass(frozen=True, slots=True)
class SpeechPossible:
    """Something began that may turn out to be speech: a deadline waits for the answer."""

    onset: float
    """When it began, in the seconds of ``now``."""


@dataclass(frozen=True, slots=True)
class SpeechDismissed:
    """The possible speech was a cough, a click or our own echo."""


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The caller is speaking."""

    onset: float
    """When the speech began, in the seconds of ``now``: earlier than the event itself."""


@dataclass(frozen=True, slots=True)
class WordsAppeared:
    """The recogniser has its first guess at words, while the caller still speaks."""


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """The caller has stopped speaking."""

    seconds: float
    """How long the caller spoke."""
    words: Words | None = None
    """The caller's words; None when our own recognition could not tell."""


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """The caller pressed a key of the telephone."""

    key: str


@dataclass(frozen=True, slots=True)
class LineChanged:
    """There is a new verdict on the line."""

    condition: Condition
    why: str = field(default="", compare=False)
    """The rule that decided and what it measured, for the record."""


@dataclass(frozen=True, slots=True)
class TicketMade:
    """A ticket is on the disk and cannot be lost any more, or it could not be written."""

    order: int
    """Order of the :class:`~ivr.dialogue.commands.MakeTicket` it answers."""
    number: str | None
    """The number to tell the caller; None when the ticket could not be written."""


@dataclass(frozen=True, slots=True)
class LookedUp:
    """A look-up has ended, with a result or without one."""

    order: int
    """Order of the :class:`~ivr.dialogue.commands.BeginLookUp` it answers."""
    found: Found


@dataclass(frozen=True, slots=True)
class CallerHungUp:
    """The caller has hung up."""


@dataclass(frozen=True, slots=True)
class LineLost:
    """The connection to the PBX is lost, or the PBX refuses to go on with the call."""

    reason: str
    """Why, in one sentence for the record."""


CallerEvent = (
    SpeechPossible
    | SpeechDismissed
    | SpeechStarted
    | WordsAppeared
    | SpeechEnded
    | KeyPressed
    | LineChanged
)
"""The events that come from the caller: from the ear, the recogniser and the keys."""

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
