"""The states of a call as one table: what the script waits for, and what may happen meanwhile.

Theory of operation. Three requests of a script take time: ``Say``, ``Listen`` and ``MakeTicket``.
The script is suspended in one of them at a time. That request, together with what is heard on the
line, makes the state of the call.

:class:`~ivr.dialogue.call.Call` turns each event and each deadline into one :class:`Signal`, finds
the pair of state and signal in :data:`TABLE`, and carries out the :class:`Reaction` there.
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

* If an event and a deadline fall on the same instant, the shell delivers the event first.
* Speech belongs to the moment at which it *began*. If it began before a prompt did, the prompt was
  a mistake and is cut, even a prompt that is otherwise heard to its end. Speech that began before a
  prompt and ends while that prompt is played does not answer the next question: the prompt was the
  answer to that speech. While a sound may still turn out to be speech, a deadline waits.

A sound without words was no speech. The wait goes on as if there had been no sound. A prompt that
was cut because of the sound is said again. The repetition is cut only by words, as soon as the
recogniser has found the first of them.

Four things are not in the table because they are the same in every state:

* The caller hangs up or the line is lost: the call is over at once.
* The call reaches its limit or is ended from outside: the last words are spoken.
* A prompt or the script fails: the apology is spoken. If the last words fail, the PBX takes over.
* Speech becomes possible, or is dismissed: deadlines begin to wait, or wait no longer.
"""

from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple

from ivr.dialogue.commands import MakeTicket
from ivr.dialogue.verbs import Listen, Say, TimedRequest


class CallState(Enum):
    """A state of a call, described by what the call waits for."""

    RUNNING = auto()
    """The call waits for nothing: the script runs. This lasts no time."""
    SPEAKING = auto()
    """The call waits for the end of a prompt, which speech or a key interrupts."""
    HEARD_OUT = auto()
    """The call waits for the end of a prompt that the caller cannot interrupt.

    Only speech that began before the prompt, and is noticed during it, cuts the prompt.
    Speech and keys during the prompt are the answer to the script's next Listen.
    """
    ON_HOLD = auto()
    """The call waits for the end of a look-up while the caller hears music on hold."""
    LAST_WORDS = auto()
    """The call waits for the end of its last words, which nothing cuts."""
    LISTENING = auto()
    """The call waits for the caller, who is silent."""
    HEARING = auto()
    """The call waits for the end of what the caller is saying."""
    REPLAYING = auto()
    """The call repeats a prompt that a sound without words has cut; the caller is silent.

    If the caller answers meanwhile, the wait ends.
    """
    TALKED_OVER = auto()
    """The call repeats a prompt while the caller speaks, and waits for the end of the speech."""
    KEEPING = auto()
    """The call waits for a ticket to be written to the disk."""
    ENDED = auto()
    """The call is over and waits for nothing."""


class Signal(Enum):
    """Something that happens to a waiting call. The state of the call decides what follows."""

    PROMPT_ENDED = auto()
    """The caller has heard the prompt to its end."""
    SPEECH = auto()
    """The caller has begun to speak."""
    EARLIER_SPEECH = auto()
    """Speech has been noticed during a prompt, but it began before the prompt."""
    WORDS = auto()
    """The recogniser has found words in what the caller is saying."""
    SAID = auto()
    """The caller has finished speaking. This was more than a short sound without words."""
    SOUND = auto()
    """A short sound without words has ended: the caller did not speak."""
    SOUND_CUT_PROMPT = auto()
    """A short sound without words has ended. It has cut a prompt, which may now be said again."""
    ANSWERED_SPEECH = auto()
    """Speech that began before the present prompt has ended.

    The prompt counts as our answer to that speech, so the speech gets no other answer.
    """
    KEY = auto()
    """The caller has pressed a key."""
    FAX = auto()
    """The caller is a fax machine, which will not speak."""
    DEAF = auto()
    """The caller's audio does not reach us any more, by our own fault."""
    FOUND = auto()
    """The look-up has ended, so the music on hold that the caller hears may end."""
    TICKET = auto()
    """The ticket has been written to the disk, or could not be written."""
    DEADLINE = auto()
    """The time limit for waiting in the present state has passed."""


class Reaction(Enum):
    """An action of a call when a signal arrives, as TABLE names it."""

    GO_ON = auto()
    """Resume the script. It gets the ticket's number after TICKET, otherwise None."""
    INTERRUPT = auto()
    """Cut the prompt and resume the script.

    The prompt is remembered, because it is repeated if the speech turns out to have no words.
    """
    WITHDRAW = auto()
    """Cut the prompt, do not say it again later, and resume the script."""
    TAKE_KEY = auto()
    """Cut the prompt, store the key as the answer to the next listen, and resume the script."""
    REMEMBER = auto()
    """Store what the caller said or pressed as the answer to the next listen."""
    HEAR = auto()
    """Wait for the end of the speech, but not longer than ``Limits.utterance_seconds``."""
    STOP_PROMPT = auto()
    """Cut the prompt, and go on waiting for the end of the speech."""
    ANSWER = auto()
    """Resume the script with what the caller said or pressed."""
    ANSWER_SPEECH = auto()
    """Resume the script as if the caller had finished speaking, although they still speak."""
    ANSWER_SILENCE = auto()
    """Resume the script with the answer that nobody spoke."""
    REPLAY = auto()
    """Say the prompt again: a sound without words has cut it."""
    SPEAK_ON = auto()
    """Go on with the repeated prompt, without a deadline, because the sound was not speech."""
    WAIT_ON = auto()
    """Go on waiting for the caller. The sound does not change the end of the wait."""
    WAIT_ANEW = auto()
    """The repeated prompt has ended: wait for the caller once more, for the listen's full time."""
    END_WAIT = auto()
    """End the wait now.

    If a sound may be speech, the wait ends only when this is confirmed or dismissed.
    """
    END_MUSIC = auto()
    """End the music on hold as soon as it has been played for at least ``MUSIC_SECONDS``."""
    NOTHING = auto()
    """Do nothing: the signal has no effect in this state."""


class Move(NamedTuple):
    """One cell of TABLE: what a call does when one signal arrives in one state."""

    reaction: Reaction
    to: CallState | None
    """The next state; None when the state stays the same."""


_SCRIPT = CallState.RUNNING
"""The next state when the script is resumed. The script's next request then sets the state."""
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
"""The cells of the state SPEAKING, which has no deadline. In HEARD_OUT, ON_HOLD and LAST_WORDS a
prompt is played, too. These states differ from SPEAKING in two or three cells."""

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
"""The move for each signal in each state. If a state has no move for a signal, the signal cannot
arise there. For example, speech that has not begun cannot end. Only ON_HOLD, KEEPING and the four
states of a listen (LISTENING, HEARING, REPLAYING, TALKED_OVER) have a deadline."""


def state_of(request: TimedRequest, *, last_words: bool, caller_speaks: bool) -> CallState:
    """Return the state in which the call begins to wait for the answer to ``request``.

    ``last_words`` is True if the call ends early and speaks its last prompt. ``caller_speaks`` is
    True if the caller is speaking already.
    """
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
    """Return what a call in ``state`` does when ``signal`` arrives: reaction and next state.

    Raise IllegalSignalError if TABLE has no move: the signal cannot arise in this state.
    """
    found = TABLE[state].get(signal)
    if found is None:
        raise IllegalSignalError(f"{signal.name} cannot arise in the state {state.name}")
    return found
