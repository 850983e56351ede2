"""A call runs its script: races of events and deadlines, limits, and ends from outside."""

from collections.abc import Mapping

import pytest

from ivr.dialogue import events
from ivr.dialogue.call import REPLAYS, Call, Limits
from ivr.dialogue.commands import (
    BeginLookUp,
    HandBack,
    HangUp,
    MakeTicket,
    Play,
    StopPlaying,
    Transfer,
)
from ivr.dialogue.events import Condition
from ivr.dialogue.look_up import Found, Query
from ivr.dialogue.meaning import Certainty, Intent, Meaning, Words
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.row import Prompt, Row
from ivr.dialogue.ticket import Ticket, TicketKind
from ivr.dialogue.verbs import (
    Heard,
    Keys,
    Nobody,
    Speech,
    Unheard,
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

HELLO = Prompt("test", "hello", "你好")
UNDERSTOOD = Words(Meaning("我姓张", Intent.GIVE_NAME, Certainty.SURE, 1.0))
NO_WORDS = Words(Meaning("", Intent.OTHER, Certainty.UNSURE, 0.0))


def rows(id: str) -> Row:
    """Find no row: these scripts need none."""
    raise KeyError(id)


async def goodbye(outcome: Outcome) -> Outcome:
    """Say the last words."""
    await say(Prompt("test", "goodbye", "再见"), barge_in=False)
    return outcome


def call_of(*, barge_in: bool = True, limits: Limits | None = None) -> tuple[Call, list[Heard]]:
    """Return a call that says hello, listens for five seconds and ends, and what it has heard."""
    heard: list[Heard] = []

    async def script() -> Outcome:
        await say(HELLO, barge_in=barge_in)
        heard.append(await listen(5.0))
        return Outcome.NO_SOUND

    return Call(script, goodbye, rows, limits), heard


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


def test_speech_into_a_heard_out_prompt_answers_the_next_listen() -> None:
    """The prompt is not interrupted, and the speech is not lost."""
    call, heard = call_of(barge_in=False)
    call.start(0.0)
    call.receive(events.SpeechStarted(0.2), 0.4)
    call.receive(events.SpeechEnded(0.3), 1.0)
    assert StopPlaying(1) not in call.commands()
    assert heard == []
    call.receive(events.PromptFinished(1), 2.0)
    assert heard == [Speech(0.3)]


def test_possible_speech_holds_a_deadline_but_not_for_ever() -> None:
    """If the ear never decides, the wait ends a little late."""
    call, heard = call_of()
    call.start(0.0)
    call.receive(events.PromptFinished(1), 1.0)
    call.receive(events.SpeechPossible(5.9), 5.95)
    call.wake(6.0)
    assert heard == []
    call.wake(6.36)
    assert len(heard) == 1


def test_endless_speech_is_answered_in_the_end() -> None:
    """A listen cannot last for ever."""
    call, heard = call_of(limits=Limits(utterance_seconds=60.0))
    call.start(0.0)
    call.receive(events.PromptFinished(1), 1.0)
    call.receive(events.SpeechStarted(2.0), 2.2)
    call.wake(62.2)
    assert heard == [Speech(60.0)]


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
    """Here the call reaches its limit, and then the service is told to stop."""
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


def test_a_caller_who_speaks_without_an_end_is_never_taken_for_silent() -> None:
    """They are answered in mid-sentence after each minute, and still speak."""
    heard: list[Heard] = []

    async def script() -> Outcome:
        while len(heard) < 3:
            await say(HELLO)
            heard.append(await listen(5.0))
        return Outcome.NO_SOUND

    call = Call(script, goodbye, rows, Limits(utterance_seconds=60.0))
    call.start(0.0)
    now = 1.0
    call.receive(events.SpeechStarted(0.9), now)
    for play in (2, 3, 4):
        due = call.next_deadline()
        assert due is not None
        now = due
        call.wake(now)
        call.receive(events.PromptFinished(play), now + 1.0)
    assert heard == [Speech(60.0)] * 3


def test_speech_that_was_answered_does_not_answer_the_next_question() -> None:
    """The rest of a long sentence, which ends during the next prompt, is dropped."""
    heard: list[Heard] = []

    async def script() -> Outcome:
        for _ in range(2):
            await say(HELLO)
            heard.append(await listen(5.0))
        return Outcome.NO_SOUND

    call = Call(script, goodbye, rows, Limits(utterance_seconds=60.0))
    call.start(0.0)
    call.receive(events.PromptFinished(1), 1.0)
    call.receive(events.SpeechStarted(2.0), 2.2)
    call.wake(62.2)
    call.receive(events.SpeechEnded(61.0), 63.0)
    call.receive(events.PromptFinished(2), 64.0)
    assert heard == [Speech(60.0)]
    call.wake(69.0)
    assert heard == [Speech(60.0), Nobody(events.Condition.NOBODY)]


def test_a_listen_ends_at_once_when_the_ear_fails_during_speech() -> None:
    """The end of a sentence that cannot be heard is not waited for."""
    call, heard = call_of()
    call.start(0.0)
    call.receive(events.PromptFinished(1), 1.0)
    call.receive(events.SpeechStarted(2.0), 2.2)
    call.receive(events.LineChanged(events.Condition.UNHEARD), 3.0)
    assert call.next_deadline() == 3.0
    call.wake(3.0)
    assert heard == [Unheard()]


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


def test_values_fill_the_slots_of_what_is_said() -> None:
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


def test_speech_has_the_condition_of_the_line_at_its_end() -> None:
    """A verdict during the speech counts; a verdict after it does not."""
    call, heard = call_of()
    call.start(0.0)
    call.receive(events.PromptFinished(1), 1.0)
    call.receive(events.SpeechStarted(2.0), 2.2)
    call.receive(events.LineChanged(Condition.TOO_QUIET), 3.0)
    call.receive(events.SpeechEnded(1.5), 4.0)
    call.receive(events.LineChanged(Condition.NOISE), 4.1)
    assert heard == [Speech(1.5, Condition.TOO_QUIET)]


def test_speech_that_is_answered_in_mid_sentence_has_its_condition() -> None:
    """The utterance has reached its limit here."""
    call, heard = call_of(limits=Limits(utterance_seconds=10.0))
    call.start(0.0)
    call.receive(events.PromptFinished(1), 1.0)
    call.receive(events.SpeechStarted(2.0), 2.0)
    call.receive(events.LineChanged(Condition.NOISE), 3.0)
    call.wake(12.0)
    assert heard == [Speech(10.0, Condition.NOISE)]


def test_speech_has_the_seconds_that_were_left_of_the_wait() -> None:
    """They count from the end of the prompt; speech into the prompt leaves all of them."""
    call, heard = call_of()
    call.start(0.0)
    call.receive(events.PromptFinished(1), 1.0)
    call.receive(events.SpeechStarted(2.0), 2.2)
    call.receive(events.SpeechEnded(1.0, UNDERSTOOD), 3.5)
    assert isinstance(heard[0], Speech)
    assert (heard[0].left, heard[0].understood) == (2.5, True)

    call, heard = call_of(barge_in=False)
    call.start(0.0)
    call.receive(events.SpeechStarted(0.1), 0.3)
    call.receive(events.SpeechEnded(0.2), 0.8)
    call.receive(events.PromptFinished(1), 1.0)
    assert isinstance(heard[0], Speech)
    assert heard[0].left == 5.0


def test_a_fax_is_not_waited_for_but_possible_speech_is_decided_first() -> None:
    """The wait ends when the fax is found, unless there is possible speech."""
    call, heard = call_of()
    call.start(0.0)
    call.receive(events.PromptFinished(1), 1.0)
    call.receive(events.SpeechPossible(1.9), 2.0)
    call.receive(events.LineChanged(Condition.FAX), 2.0)
    assert call.next_deadline() == 2.4
    call.wake(2.4)
    assert heard == [Nobody(Condition.FAX)]


def test_a_prompt_that_was_cut_for_a_cough_is_said_again() -> None:
    """The wait begins after the repetition."""
    call, heard = call_of()
    call.start(0.0)
    call.commands()
    call.receive(events.SpeechStarted(1.1), 1.3)
    assert call.commands() == [StopPlaying(1)]
    call.receive(events.SpeechEnded(0.4, NO_WORDS), 1.9)
    (again,) = call.commands()
    assert isinstance(again, Play)
    assert (again.prompt, again.play) == (HELLO, 2)
    call.receive(events.PromptFinished(again.play), 10.0)
    assert call.next_deadline() == 15.0
    call.receive(events.SpeechStarted(11.0), 11.2)  # and nothing is said a second time
    call.receive(events.SpeechEnded(0.4, NO_WORDS), 11.9)
    assert call.commands() == []
    assert heard == []


def test_a_repetition_is_cut_by_words_alone() -> None:
    """A noisy room cuts each prompt, and the caller would never hear a whole one."""
    call, heard = call_of()
    call.start(0.0)
    call.receive(events.SpeechStarted(1.1), 1.3)
    call.receive(events.SpeechEnded(0.4, NO_WORDS), 1.9)
    call.commands()
    call.receive(events.SpeechStarted(2.5), 2.7)
    call.receive(events.SpeechEnded(0.4, NO_WORDS), 3.3)
    assert call.commands() == []
    assert call.next_deadline() == Limits().call_seconds
    call.receive(events.SpeechStarted(4.0), 4.2)
    assert call.commands() == []
    call.receive(events.WordsAppeared(), 4.5)
    assert call.commands() == [StopPlaying(2)]
    call.receive(events.SpeechEnded(1.0, UNDERSTOOD), 5.5)
    assert heard == [Speech(1.0, words=UNDERSTOOD)]


def test_a_repetition_that_was_cut_for_no_words_is_said_once_more() -> None:
    """There are two repetitions at most; then the wait goes on."""
    call, heard = call_of()
    call.start(0.0)
    call.receive(events.SpeechStarted(1.1), 1.3)
    call.receive(events.SpeechEnded(0.4, NO_WORDS), 1.9)
    for number in range(1, REPLAYS + 1):
        call.commands()
        call.receive(events.SpeechStarted(number + 1.5), number + 1.7)
        call.receive(events.WordsAppeared(), number + 2.0)
        assert call.commands() == [StopPlaying(number + 1)]
        call.receive(events.SpeechEnded(0.4, NO_WORDS), number + 2.3)
    assert call.commands() == []
    assert heard == []
    assert call.next_deadline() == pytest.approx(1.3 + 5.0)


def test_a_caller_who_speaks_into_the_repetition_is_answered() -> None:
    """The recogniser has no first guess here before the speech ends."""
    call, heard = call_of()
    call.start(0.0)
    call.receive(events.SpeechStarted(1.1), 1.3)
    call.receive(events.SpeechEnded(0.4, NO_WORDS), 1.9)
    call.commands()
    call.receive(events.SpeechStarted(2.5), 2.7)
    assert call.commands() == []
    call.receive(events.SpeechEnded(1.0, UNDERSTOOD), 4.0)
    assert call.commands()[0] == StopPlaying(2)
    assert heard == [Speech(1.0, words=UNDERSTOOD)]


def test_speech_that_outlasts_the_repetition_is_answered() -> None:
    call, heard = call_of()
    call.start(0.0)
    call.receive(events.SpeechStarted(1.1), 1.3)
    call.receive(events.SpeechEnded(0.4, NO_WORDS), 1.9)
    call.commands()
    call.receive(events.SpeechStarted(2.5), 2.7)
    call.receive(events.PromptFinished(2), 3.0)
    call.receive(events.WordsAppeared(), 3.1)
    assert call.commands() == []
    call.receive(events.SpeechEnded(2.0, UNDERSTOOD), 5.0)
    assert heard == [Speech(2.0, words=UNDERSTOOD)]


def test_a_key_pressed_during_the_repetition_answers() -> None:
    call, heard = call_of()
    call.start(0.0)
    call.receive(events.SpeechStarted(1.1), 1.3)
    call.receive(events.SpeechEnded(0.4, NO_WORDS), 1.9)
    call.receive(events.KeyPressed("1"), 2.0)
    assert heard == [Keys("1")]
    assert StopPlaying(2) in call.commands()


def test_a_sound_without_words_does_not_lengthen_the_wait() -> None:
    call, heard = call_of()
    call.start(0.0)
    call.receive(events.PromptFinished(1), 1.0)
    call.receive(events.SpeechStarted(5.0), 5.2)
    call.receive(events.SpeechEnded(0.4, NO_WORDS), 5.9)
    assert call.next_deadline() == 6.0
    call.wake(6.0)
    assert heard == [Nobody(Condition.NOBODY)]


@pytest.mark.parametrize(("seconds", "condition"), [(1.0, Condition.OK), (0.4, Condition.NOISE)])
def test_long_or_disturbed_speech_without_words_is_speech(
    seconds: float, condition: Condition
) -> None:
    """The caller speaks a language that the recogniser does not know, or is on a bad line."""
    call, heard = call_of()
    call.start(0.0)
    call.receive(events.PromptFinished(1), 1.0)
    call.receive(events.LineChanged(condition), 1.5)
    call.receive(events.SpeechStarted(2.0), 2.2)
    call.receive(events.SpeechEnded(seconds, NO_WORDS), 4.0)
    assert heard == [Speech(seconds, condition, NO_WORDS)]


MUSIC = Prompt("music", "hold", "（音乐）")


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
