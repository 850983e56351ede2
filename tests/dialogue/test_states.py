"""The table of a call's states is whole, and no course of events leads out of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.dialogue import events
from ivr.dialogue.call import Call, Limits
from ivr.dialogue.commands import BeginLookUp, MakeTicket, Play
from ivr.dialogue.events import Condition, Event
from ivr.dialogue.look_up import Found, Query
from ivr.dialogue.meaning import Certainty, Intent, Meaning, Words
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.row import MUSIC, Prompt, Row
from ivr.dialogue.states import (
    TABLE,
    CallState,
    IllegalSignalError,
    Reaction,
    Signal,
    move,
    state_of,
)
from ivr.dialogue.ticket import Ticket, TicketKind
from ivr.dialogue.verbs import (
    Listen,
    Say,
    TimedRequest,
    draft,
    listen,
    look_up,
    make_ticket,
    play_music,
    say,
)

HELLO = Prompt("test", "hello", "你好")
RESUMING = {
    Reaction.GO_ON, Reaction.INTERRUPT, Reaction.WITHDRAW, Reaction.TAKE_KEY, Reaction.ANSWER,
    Reaction.ANSWER_SPEECH, Reaction.ANSWER_SILENCE,
}  # fmt: skip
"""Reactions after which the script runs."""
WITH_PROMPT = {
    CallState.SPEAKING, CallState.HEARD_OUT, CallState.ON_HOLD, CallState.LAST_WORDS,
    CallState.REPLAYING, CallState.TALKED_OVER,
}  # fmt: skip


def states_with(signal: Signal) -> set[CallState]:
    return {state for state, cells in TABLE.items() if signal in cells}


def test_the_table_has_every_state_and_uses_every_reaction() -> None:
    assert set(TABLE) == set(CallState)
    assert {one.reaction for cells in TABLE.values() for one in cells.values()} == set(Reaction)


@pytest.mark.parametrize("state", CallState)
def test_the_script_runs_after_the_reactions_that_resume_it_and_no_others(state: CallState) -> None:
    for signal, (reaction, to) in TABLE[state].items():
        assert (to is CallState.RUNNING) == (reaction in RESUMING), signal


def test_signals_arise_only_where_they_can() -> None:
    listens = {CallState.LISTENING, CallState.HEARING, CallState.REPLAYING, CallState.TALKED_OVER}
    assert states_with(Signal.PROMPT_ENDED) == WITH_PROMPT
    assert states_with(Signal.EARLIER_SPEECH) == WITH_PROMPT
    assert states_with(Signal.DEADLINE) == listens | {CallState.ON_HOLD, CallState.KEEPING}
    assert states_with(Signal.FOUND) == {CallState.ON_HOLD}
    waiting = set(CallState) - {CallState.RUNNING, CallState.ENDED}
    assert states_with(Signal.KEY) == states_with(Signal.TICKET) == waiting


def test_a_pair_that_is_not_in_the_table_is_a_defect() -> None:
    with pytest.raises(IllegalSignalError, match="PROMPT_ENDED cannot arise in the state KEEPING"):
        move(CallState.KEEPING, Signal.PROMPT_ENDED)


@pytest.mark.parametrize(
    ("request_", "state"),
    [
        (Say(HELLO, True), CallState.SPEAKING),
        (Say(HELLO, False), CallState.HEARD_OUT),
        (Say(MUSIC, True, until=1), CallState.ON_HOLD),
        (Listen(5.0), CallState.LISTENING),
        (MakeTicket(Ticket(TicketKind.CALLBACK)), CallState.KEEPING),
    ],
)
def test_a_request_begins_in_its_state(request_: TimedRequest, state: CallState) -> None:
    assert state_of(request_, last_words=False, caller_speaks=False) is state


def test_last_words_and_a_caller_who_speaks_have_states_of_their_own() -> None:
    last = state_of(Say(HELLO, True), last_words=True, caller_speaks=False)
    assert last is CallState.LAST_WORDS
    speaks = state_of(Listen(5.0), last_words=False, caller_speaks=True)
    assert speaks is CallState.HEARING


async def everything() -> Outcome:
    """Request all there is, again and again."""
    while True:
        await say(HELLO)
        await listen(2.0)
        await draft(Ticket(TicketKind.COMPLAINT))
        await say(HELLO, barge_in=False)
        await listen(1.0)
        await make_ticket(Ticket(TicketKind.COMPLAINT))
        await play_music(MUSIC, await look_up(Query("ticket")))


async def goodbye(outcome: Outcome) -> Outcome:
    await say(HELLO, barge_in=False)
    return outcome


def rows(id: str) -> Row:
    raise KeyError(id)


NO_WORDS = Words(Meaning("", Intent.OTHER, Certainty.UNSURE, 0.0))
BACK = st.sampled_from([0.0, 0.1, 0.5, 2.0])
HAPPENINGS = st.one_of(
    st.sampled_from(["prompt ends", "prompt ends", "time passes", "time passes", "found", "kept"]),
    st.builds(events.SpeechPossible, BACK),
    st.builds(events.SpeechStarted, BACK),
    st.builds(events.SpeechEnded, st.sampled_from([0.4, 2.0]), st.sampled_from([None, NO_WORDS])),
    st.builds(events.LineChanged, st.sampled_from(Condition)),
    st.sampled_from(
        [events.SpeechDismissed(), events.WordsAppeared(), events.KeyPressed("1"),
         events.CallerHungUp()]
    ),
)  # fmt: skip


@given(st.lists(HAPPENINGS, max_size=60), st.sampled_from([3.0, 60.0]))
def test_no_course_of_events_leads_out_of_the_table(
    happenings: list[Event | str], longest: float
) -> None:
    """The ear, the keys and the disk may tell anything at any time: nothing raises."""
    call = Call(everything, goodbye, rows, Limits(60.0, longest, 100))
    call.start(0.0)
    now, play, order, ticket = 0.0, 0, 0, 0
    for happening in happenings:
        for command in call.commands():
            match command:
                case Play(number):
                    play = number
                case BeginLookUp(order=order):
                    pass
                case MakeTicket(order=ticket):
                    pass
        now += 0.1
        match happening:
            case "prompt ends":
                call.receive(events.PromptFinished(play), now)
            case "found":
                call.receive(events.LookedUp(order, Found("done")), now)
            case "kept":
                call.receive(events.TicketMade(ticket, "582369"), now)
            case "time passes":
                now = max(now, call.next_deadline() or now)
                call.wake(now)
            case events.SpeechPossible(back):
                call.receive(events.SpeechPossible(now - back), now)
            case events.SpeechStarted(back):
                call.receive(events.SpeechStarted(now - back), now)
            case str():
                raise AssertionError(happening)
            case event:
                call.receive(event, now)
    call.receive(events.CallerHungUp(), now)
    assert call.outcome is not None
    assert call.next_deadline() is None
