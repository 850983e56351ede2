"""A call runs its script: events against deadlines, limits, requests, and ends from outside."""

from collections.abc import Mapping

import pytest

from ivr.dialogue import events
from ivr.dialogue.call import Call, Limits
from ivr.dialogue.commands import (
    BeginLookUp,
    HandBack,
    HangUp,
    MakeTicket,
    Play,
    StopPlaying,
    Transfer,
)
from ivr.dialogue.look_up import Found, Query
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.row import MUSIC, Prompt
from ivr.dialogue.ticket import Ticket, TicketKind
from ivr.dialogue.verbs import (
    Keys,
    Speech,
    draft,
    listen,
    look_up,
    play_music,
    result,
    say,
    transfer,
)
from ivr.etiquette.sheet import Sheet
from tests.caller import Caller, Mismatch
from tests.dialogue.scripts import HELLO, call_of, goodbye, rows


def test_an_event_beats_the_deadline_at_the_same_instant() -> None:
    """Speech that is confirmed at exactly 5.00 s is in time."""
    call, heard = call_of()
    call.start(0.0)
    call.receive(events.PromptFinished(1), 1.0)
    call.receive(events.SpeechStarted(5.9), 6.0)
    call.wake(6.0)
    assert heard == []
    call.receive(events.SpeechEnded(1.0), 7.5)
    assert heard == [Speech(1.0)]


def test_waking_too_early_does_nothing() -> None:
    """A timer may fire a little before its time."""
    call, heard = call_of()
    call.start(0.0)
    call.receive(events.PromptFinished(1), 1.0)
    call.wake(5.9999)
    assert heard == []
    assert call.next_deadline() == 6.0


def test_the_end_of_a_prompt_that_was_cut_is_ignored() -> None:
    """The end may cross the command to stop the prompt."""
    call, heard = call_of()
    call.start(0.0)
    call.receive(events.SpeechStarted(0.1), 0.3)
    assert StopPlaying(1) in call.commands()
    call.receive(events.PromptFinished(1), 0.31)
    assert heard == []


def test_a_key_during_a_prompt_answers_the_next_listen() -> None:
    """The key ends the prompt, too."""
    call, heard = call_of()
    call.start(0.0)
    call.receive(events.KeyPressed("5"), 0.5)
    assert heard == [Keys("5")]
    assert call.outcome is Outcome.NO_SOUND


def test_a_call_at_its_limit_says_the_last_words() -> None:
    """The caller is not cut off without a word."""
    call, heard = call_of(limits=Limits(call_seconds=3.0))
    call.start(0.0)
    call.wake(3.0)
    plays = [command for command in call.commands() if isinstance(command, Play)]
    assert [play.prompt.id for play in plays] == ["test.hello", "test.goodbye"]
    call.receive(events.PromptFinished(2), 4.0)
    assert call.commands() == [HangUp(Outcome.LIMIT)]
    assert heard == []


def test_last_words_are_spoken_once_and_to_their_end() -> None:
    """The call reaches its limit, and then the service is told to stop."""
    call, _ = call_of()
    call.start(0.0)
    call.end_with(Outcome.LIMIT, 1.0)
    call.commands()
    call.end_with(Outcome.DRAINED, 2.0)
    assert call.commands() == []
    call.receive(events.PromptFinished(2), 3.0)
    assert call.commands() == [HangUp(Outcome.LIMIT)]


def test_a_prompt_that_fails_ends_with_the_apology() -> None:
    """Silence in place of a question would blame the caller for not answering it."""
    call, heard = call_of()
    call.start(0.0)
    call.receive(events.PromptFailed(1, "no such file"), 0.1)
    plays = [command.prompt.id for command in call.commands() if isinstance(command, Play)]
    assert plays == ["test.hello", "test.goodbye"]
    assert heard == []


def test_an_apology_that_fails_hands_the_caller_back() -> None:
    """The PBX has an apology of its own."""
    call, _ = call_of()
    call.start(0.0)
    call.receive(events.PromptFailed(1, "no such file"), 0.1)
    call.receive(events.PromptFailed(2, "no such file"), 0.2)
    assert call.commands()[-1] == HandBack()
    assert call.outcome is Outcome.FAILED


def test_a_script_that_never_listens_is_stopped() -> None:
    """The limit counts the steps of the script."""

    async def babble() -> Outcome:
        while True:
            await say(HELLO)

    call = Call(babble, goodbye, rows, Limits(steps=10))
    call.start(0.0)
    for play in range(1, 20):
        call.receive(events.PromptFinished(play), float(play))
    assert call.outcome is Outcome.LIMIT


def test_a_hang_up_runs_the_finally_clauses_of_the_script() -> None:
    done = []

    async def script() -> Outcome:
        try:
            await listen(5.0)
        finally:
            done.append("cleaned up")
        return Outcome.NO_SOUND

    call = Call(script, goodbye, rows)
    call.start(0.0)
    call.receive(events.CallerHungUp(), 1.0)
    assert done == ["cleaned up"]
    assert call.outcome is Outcome.CALLER_HUNG_UP
    assert call.next_deadline() is None


def test_after_the_end_nothing_happens() -> None:
    """Late events are no error."""
    call, _ = call_of()
    call.start(0.0)
    call.receive(events.LineLost("PBX gone"), 1.0)
    call.commands()
    call.receive(events.PromptFinished(1), 2.0)
    call.wake(10.0)
    assert call.commands() == []
    assert call.outcome is Outcome.LINE_LOST


def test_a_failed_expectation_prints_the_conversation(sheet: Sheet) -> None:
    """The caller of these tests can fail, and says why."""
    caller = Caller(sheet)
    caller.hears("greeting.ask")
    with pytest.raises(Mismatch, match=r"greeting\.ask: 您好"):
        caller.hears("closing.ask")
    with pytest.raises(Mismatch, match="did not wait"):
        caller.stays_silent(5.01)


def test_values_fill_the_slots_of_a_prompt() -> None:
    """``compose`` fills them; without it the literal words are spoken."""
    prompt = Prompt("ask_topic", "ask", "{姓}{先生}，请问您需要什么？")

    async def script() -> Outcome:
        await say(prompt, rendering="slow", 姓="张", 先生="先生")
        return Outcome.NO_SOUND

    def compose(asked: Prompt, values: Mapping[str, str]) -> Prompt:
        assert (asked, values) == (prompt, {"姓": "张", "先生": "先生"})
        return Prompt(asked.row, asked.key, "张先生", parts=("name.zhang1.sir",))

    call = Call(script, goodbye, rows, compose=compose)
    call.start(0.0)
    spoken = Prompt(prompt.row, prompt.key, "张先生", parts=("name.zhang1.sir",))
    assert call.commands() == [Play(1, spoken, True, "slow")]

    call = Call(script, goodbye, rows)
    call.start(0.0)
    (play,) = call.commands()
    assert isinstance(play, Play)
    assert play.prompt.clips == ("ask_topic.ask.1",)
    assert play.prompt.text == "，请问您需要什么？"


def waiting(call: Call, found: float) -> list[object]:
    """Start a call whose look-up ends at ``found`` seconds; return its first commands."""
    call.start(0.0)
    begun: list[object] = list(call.commands())
    call.receive(events.LookedUp(1, Found("done")), found)
    return begun


def test_the_end_of_a_look_up_cuts_the_music_but_not_its_first_two_seconds() -> None:
    results: list[Found | None] = []

    async def script() -> Outcome:
        order = await look_up(Query("ticket", "582369"))
        results.append(await result(order))
        await play_music(MUSIC, order)
        results.append(await result(order))
        await play_music(MUSIC, order)  # nothing is to be waited for any more
        return Outcome.NO_SOUND

    call = Call(script, goodbye, rows)
    assert waiting(call, 0.5) == [BeginLookUp(Query("ticket", "582369"), 1), Play(1, MUSIC, True)]
    call.wake(1.9)
    assert results == [None]
    call.wake(2.0)
    assert results == [None, Found("done")]
    assert call.commands() == [StopPlaying(1), HangUp(Outcome.NO_SOUND)]


def test_a_transfer_ends_the_script_and_the_call() -> None:
    ended: list[str] = []

    async def script() -> Outcome:
        try:
            await transfer("human")
        finally:
            ended.append("finally")
        return Outcome.FAILED

    call = Call(script, goodbye, rows)
    call.start(0.0)
    assert call.commands() == [Transfer("human")]
    assert (call.outcome, ended, call.next_deadline()) == (Outcome.TRANSFERRED, ["finally"], None)


@pytest.mark.parametrize("end", [events.CallerHungUp(), events.LineLost("gone"), None])
def test_a_draft_becomes_a_ticket_however_the_call_ends(end: events.Event | None) -> None:
    """With None the call ends at its limit."""
    left = Ticket(TicketKind.COMPLAINT, transcript="老是掉线")

    async def script() -> Outcome:
        await draft(left)
        await listen(5.0)
        return Outcome.NO_SOUND

    call = Call(script, goodbye, rows, Limits(call_seconds=3.0))
    call.start(0.0)
    if end is None:
        call.wake(3.0)
    else:
        call.receive(end, 1.0)
    assert [one for one in call.commands() if isinstance(one, MakeTicket)] == [MakeTicket(left, 1)]
