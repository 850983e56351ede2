"""What happened on a call: facts, in the past tense. The shell delivers them with the time."""

from dataclasses import dataclass, field
from enum import StrEnum

from ivr.dialogue.look_up import Found
from ivr.dialogue.meaning import Words


class Condition(StrEnum):
    """What is wrong with the line, or that nothing is."""

    NO_RTP = "no_rtp"
    """No packet arrives: a dead handset, one-way audio, or comfort noise that the PBX keeps."""
    UNHEARD = "unheard"
    """The caller's audio does not reach us, by our own fault: only keys are left."""
    DEAD_LINE = "dead_line"
    """Packets arrive and carry nothing but the codec's idle code."""
    NOBODY = "nobody"
    """A live line on which nobody speaks: room or comfort noise, breathing, hum."""
    TONE = "tone"
    """Ring-back, busy, howler or a key held down: a machine of the network, not a caller."""
    FAX = "fax"
    """The tones of a fax machine or a modem: CNG or CED."""
    MUSIC = "music"
    """Music, as when the caller has put us on hold."""
    OWN_PROMPT = "own_prompt"
    """Nothing but our own prompt coming back."""
    NOISE = "noise"
    """So loud, with or without a caller, that he cannot be understood."""
    TOO_QUIET = "too_quiet"
    """A caller too quiet to be understood."""
    HANDS_FREE = "hands_free"
    """A caller far from his microphone, in a room that is heard with him."""
    OK = "ok"
    """A caller is heard."""


@dataclass(frozen=True, slots=True)
class PromptFinished:
    """The last packet of a prompt has been heard by the caller."""

    play: int
    """Number of the :class:`~ivr.dialogue.commands.Play` it answers."""


@dataclass(frozen=True, slots=True)
class PromptFailed:
    """A prompt could not be played; the call goes on without it."""

    play: int
    reason: str


@dataclass(frozen=True, slots=True)
class EarOpened:
    """The first of the caller's audio has reached us."""


@dataclass(frozen=True, slots=True)
class SpeechPossible:
    """Something began that may turn out to be speech: a deadline waits for the answer."""

    onset: float
    """When it began, in the seconds of ``now``."""


@dataclass(frozen=True, slots=True)
class SpeechDismissed:
    """What had been possible was a cough, a click or our own echo."""


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """A caller speaks."""

    onset: float
    """When the speech began, in the seconds of ``now``; earlier than the event itself."""


@dataclass(frozen=True, slots=True)
class WordsAppeared:
    """What a caller is saying holds words: the recogniser's first guess, while he still speaks."""


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """The caller has stopped speaking."""

    seconds: float
    """How long the speech lasted."""
    words: Words | None = None
    """What was said; None when that is not known, by no fault of the caller."""


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """The caller pressed a key of the telephone."""

    key: str


@dataclass(frozen=True, slots=True)
class LineChanged:
    """The verdict on the line is another one than before."""

    condition: Condition
    why: str = field(default="", compare=False)
    """The rule that decided, with what was measured; for the record."""


@dataclass(frozen=True, slots=True)
class TicketMade:
    """A ticket is on the disk and will not be lost; or it could not be written."""

    order: int
    """Of the :class:`~ivr.dialogue.commands.MakeTicket` it answers."""
    number: str | None
    """What the caller may be told; None when there is no ticket."""


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What was looked up is known now, or will never be."""

    order: int
    """Of the :class:`~ivr.dialogue.commands.BeginLookUp` it answers."""
    found: Found


@dataclass(frozen=True, slots=True)
class CallerHungUp:
    """The caller has put down the receiver."""


@dataclass(frozen=True, slots=True)
class LineLost:
    """The PBX is gone or refuses to go on; nobody is left to speak to."""

    reason: str


CallerEvent = (
    SpeechPossible
    | SpeechDismissed
    | SpeechStarted
    | WordsAppeared
    | SpeechEnded
    | KeyPressed
    | LineChanged
)
"""What the caller does, as far as the ear and the keys tell."""

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
