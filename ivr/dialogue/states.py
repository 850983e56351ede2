"""The states of a call as one table: what the script waits for, and what may happen meanwhile.

Theory of operation. A script is suspended in one request at a time that takes time: ``Say``,
``Listen`` or ``MakeTicket``. The request, together with what the line does, is the state of the
call. :class:`~ivr.dialogue.call.Call` turns each event and each deadline into one :class:`Signal`,
finds the pair of state and signal in :data:`TABLE`, and carries out the :class:`Reaction` there.
The reaction ends in the next state::

    Say, may be interrupted          SPEAKING
    Say, heard to its end            HEARD_OUT
    Say, until a look-up has ended   ON_HOLD
    Say, of the last words           LAST_WORDS
    Listen  ─ no prompt,  silence    LISTENING ◀──▶ HEARING     ─ the caller speaks
            ─ prompt again, silence  REPLAYING ◀──▶ TALKED_OVER ─ the caller speaks
    MakeTicket                       KEEPING

A reaction that resumes the script leads to RUNNING, which lasts no time, and from there to the
state of the script's next request. A ``Listen`` begins in HEARING when the caller speaks already.

Two rules decide every race:

* At equal instants an event beats a deadline: the shell delivers events first.
* Speech belongs to the moment at which it *began*. If it began before a prompt did, the prompt was
  a mistake and is withdrawn, even one that is otherwise heard to its end. Speech that began before
  a prompt and ends in it has been answered already: it does not answer the next question. While
  something that may be speech is being decided, a deadline waits for the decision.

A sound without words was no speech. The wait goes on as if the sound had not been, and a prompt
that was cut for it is said again. The repetition gives way to words alone, by the recogniser's
first guess.

Four things are not in the table because they are the same in every state: the caller hangs up or
the line is lost (the call is over at once), the call reaches its limit or is ended from outside
(the last words), a prompt or the script fails (the apology, or, if the last words fail, the PBX),
and speech becomes possible or is dismissed (deadlines wait, or no longer).
"""

from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple

from ivr.dialogue.commands import MakeTicket
from ivr.dialogue.verbs import Listen, Say, TimedRequest


class CallState(Enum):
    """A state of a call. Each docstring names what the call is waiting for."""

    RUNNING = auto()
    """Nothing: the script runs. This lasts no time."""
    SPEAKING = auto()
    """The end of a prompt, which speech or a key interrupts."""
    HEARD_OUT = auto()
    """The end of a prompt that nothing cuts; what the caller says answers the next listen."""
    ON_HOLD = auto()
    """The end of a look-up, with music on hold."""
    LAST_WORDS = auto()
    """The end of a prompt that nothing cuts, after which the call is over."""
    LISTENING = auto()
    """The caller, who is silent."""
    HEARING = auto()
    """The end of what the caller is saying."""
    REPLAYING = auto()
    """The caller, who is silent, while the prompt that was cut for a sound is said again."""
    TALKED_OVER = auto()
    """The caller, who has begun to speak, while the prompt is said again."""
    KEEPING = auto()
    """A ticket, which is being written to the disk."""
    ENDED = auto()
    """Nothing any more."""


class Signal(Enum):
    """Something that happens to a waiting call, if its state decides what follows."""

    PROMPT_ENDED = auto()
    """The caller has heard the prompt to its end."""
    SPEECH = auto()
    """The caller has begun to speak."""
    EARLIER_SPEECH = auto()
    """The caller speaks, and began before the prompt did."""
    WORDS = auto()
    """There are words in what the caller is saying."""
    SAID = auto()
    """The caller has finished speaking."""
    SOUND = auto()
    """The caller has finished, and there were no words."""
    SOUND_CUT_PROMPT = auto()
    """The caller has finished without words, and the sound has cut a prompt that may be said again.
    """
    ANSWERED_SPEECH = auto()
    """The caller has finished what began before the prompt did: the prompt is the answer to it."""
    KEY = auto()
    """The caller has pressed a key."""
    FAX = auto()
    """The caller is a fax, which will not speak."""
    DEAF = auto()
    """The caller cannot be heard any more, by our own fault."""
    FOUND = auto()
    """The look-up has ended for which the music is played."""
    TICKET = auto()
    """The ticket is on the disk, or could not be written."""
    DEADLINE = auto()
    """The time is up that the state allows."""


class Reaction(Enum):
    """An action of a call at a signal."""

    GO_ON = auto()
    """Resume the script; with the number after a ticket, and with None when time was up."""
    INTERRUPT = auto()
    """Cut the prompt, remember it in case there are no words in the speech, and resume."""
    WITHDRAW = auto()
    """Cut the prompt and resume the script."""
    TAKE_KEY = auto()
    """Cut the prompt, keep the key for the next listen and resume."""
    REMEMBER = auto()
    """Keep what the caller said or pressed for the next listen."""
    HEAR = auto()
    """Wait for the end of the speech, at most the longest utterance."""
    STOP_PROMPT = auto()
    """Cut the prompt and go on hearing."""
    ANSWER = auto()
    """Resume the script with what the caller said or pressed."""
    ANSWER_SPEECH = auto()
    """Resume the script as if the caller, who still speaks, had finished."""
    ANSWER_SILENCE = auto()
    """Resume the script with the silence."""
    REPLAY = auto()
    """Say the prompt again that was cut."""
    SPEAK_ON = auto()
    """Go on with the repetition, which has no deadline."""
    WAIT_ON = auto()
    """Go on with the wait, up to the end that it had."""
    WAIT_ANEW = auto()
    """Begin the wait of the listen from its start: the repetition has been heard."""
    END_WAIT = auto()
    """Put the deadline at this instant; possible speech is still decided before it."""
    END_MUSIC = auto()
    """Put the deadline at the end of the shortest music."""
    NOTHING = auto()
    """Do nothing, although the signal may arrive here."""


class Move(NamedTuple):
    """One cell of the table."""

    reaction: Reaction
    to: CallState | None
    """The next state; None when the state stays the same."""


_SCRIPT = CallState.RUNNING
"""The script runs on, to the state of its next request."""
_SAME = None


class IllegalSignalError(Exception):
    """A signal arrived in a state in which it cannot arise: a defect of :mod:`ivr.dialogue`."""


def _nothing(*signals: Signal) -> dict[Signal, Move]:
    return dict.fromkeys(signals, Move(Reaction.NOTHING, _SAME))


_S, _R, _C = Signal, Reaction, CallState

_SPEAKING = {
    _S.PROMPT_ENDED: Move(_R.GO_ON, _SCRIPT),
    _S.SPEECH: Move(_R.INTERRUPT, _SCRIPT),
    _S.EARLIER_SPEECH: Move(_R.WITHDRAW, _SCRIPT),
    _S.SAID: Move(_R.REMEMBER, _SAME),
    _S.KEY: Move(_R.TAKE_KEY, _SCRIPT),
    **_nothing(_S.WORDS, _S.SOUND, _S.ANSWERED_SPEECH, _S.FAX, _S.DEAF, _S.TICKET),
}
"""The cells of SPEAKING, which has no deadline. The other prompts differ from it in a few cells."""

TABLE: Mapping[CallState, Mapping[Signal, Move]] = {
    _C.RUNNING: {},
    _C.SPEAKING: _SPEAKING,
    _C.HEARD_OUT: _SPEAKING | {
        _S.KEY: Move(_R.REMEMBER, _SAME),
        **_nothing(_S.SPEECH),
    },
    _C.ON_HOLD: _SPEAKING | {
        _S.SPEECH: Move(_R.WITHDRAW, _SCRIPT),
        _S.FOUND: Move(_R.END_MUSIC, _SAME),
        _S.DEADLINE: Move(_R.WITHDRAW, _SCRIPT),
    },
    _C.LAST_WORDS: _SPEAKING | {
        _S.KEY: Move(_R.REMEMBER, _SAME),
        **_nothing(_S.SPEECH, _S.EARLIER_SPEECH),
    },
    _C.LISTENING: {
        _S.SPEECH: Move(_R.HEAR, _C.HEARING),
        _S.KEY: Move(_R.ANSWER, _SCRIPT),
        _S.FAX: Move(_R.END_WAIT, _SAME),
        _S.DEADLINE: Move(_R.ANSWER_SILENCE, _SCRIPT),
        **_nothing(_S.WORDS, _S.DEAF, _S.TICKET),
    },
    _C.HEARING: {
        _S.SPEECH: Move(_R.HEAR, _SAME),
        _S.SAID: Move(_R.ANSWER, _SCRIPT),
        _S.SOUND: Move(_R.WAIT_ON, _C.LISTENING),
        _S.SOUND_CUT_PROMPT: Move(_R.REPLAY, _C.REPLAYING),
        _S.KEY: Move(_R.ANSWER, _SCRIPT),
        _S.DEAF: Move(_R.END_WAIT, _C.LISTENING),
        _S.DEADLINE: Move(_R.ANSWER_SPEECH, _SCRIPT),
        **_nothing(_S.WORDS, _S.FAX, _S.TICKET),
    },
    _C.REPLAYING: {
        _S.PROMPT_ENDED: Move(_R.WAIT_ANEW, _C.LISTENING),
        _S.SPEECH: Move(_R.HEAR, _C.TALKED_OVER),
        _S.EARLIER_SPEECH: Move(_R.HEAR, _C.TALKED_OVER),
        _S.KEY: Move(_R.ANSWER, _SCRIPT),
        _S.FAX: Move(_R.END_WAIT, _SAME),
        _S.DEADLINE: Move(_R.ANSWER_SILENCE, _SCRIPT),
        **_nothing(_S.WORDS, _S.DEAF, _S.TICKET),
    },
    _C.TALKED_OVER: {
        _S.PROMPT_ENDED: Move(_R.WAIT_ANEW, _C.HEARING),
        _S.SPEECH: Move(_R.HEAR, _SAME),
        _S.EARLIER_SPEECH: Move(_R.HEAR, _SAME),
        _S.WORDS: Move(_R.STOP_PROMPT, _C.HEARING),
        _S.SAID: Move(_R.ANSWER, _SCRIPT),
        _S.SOUND: Move(_R.SPEAK_ON, _C.REPLAYING),
        _S.SOUND_CUT_PROMPT: Move(_R.SPEAK_ON, _C.REPLAYING),
        _S.ANSWERED_SPEECH: Move(_R.NOTHING, _C.REPLAYING),
        _S.KEY: Move(_R.ANSWER, _SCRIPT),
        _S.DEAF: Move(_R.END_WAIT, _C.REPLAYING),
        _S.DEADLINE: Move(_R.ANSWER_SPEECH, _SCRIPT),
        **_nothing(_S.FAX, _S.TICKET),
    },
    _C.KEEPING: {
        _S.TICKET: Move(_R.GO_ON, _SCRIPT),
        _S.DEADLINE: Move(_R.GO_ON, _SCRIPT),
        _S.SAID: Move(_R.REMEMBER, _SAME),
        _S.KEY: Move(_R.REMEMBER, _SAME),
        **_nothing(_S.SPEECH, _S.WORDS, _S.SOUND, _S.SOUND_CUT_PROMPT, _S.FAX, _S.DEAF),
    },
    _C.ENDED: {},
}  # fmt: skip
"""The move at each signal in each state. A pair that is missing cannot arise: speech that has not
begun cannot end, a prompt that is not played cannot end, and only ON_HOLD, the four states of a
listen and KEEPING have a deadline."""


def state_of(request: TimedRequest, *, last_words: bool, caller_speaks: bool) -> CallState:
    """Return the state in which a request begins."""
    match request:
        case Say() if last_words:
            return CallState.LAST_WORDS
        case Say(until=int()):
            return CallState.ON_HOLD
        case Say(barge_in=barge_in):
            return CallState.SPEAKING if barge_in else CallState.HEARD_OUT
        case Listen():
            return CallState.HEARING if caller_speaks else CallState.LISTENING
        case MakeTicket():
            return CallState.KEEPING


def move(state: CallState, signal: Signal) -> Move:
    """Return the cell of the table; raise IllegalSignalError if there is none."""
    found = TABLE[state].get(signal)
    if found is None:
        raise IllegalSignalError(f"{signal.name} cannot arise in the state {state.name}")
    return found
