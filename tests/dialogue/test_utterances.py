"""Speech and waits: an utterance ends a wait, and says how long it was and on what line."""

import pytest

from ivr.dialogue import events
from ivr.dialogue.call import Call, Limits
from ivr.dialogue.commands import StopPlaying
from ivr.dialogue.events import Condition
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.verbs import Heard, Nobody, Speech, Unheard, listen, say
from tests.dialogue.scripts import HELLO, NO_WORDS, UNDERSTOOD, call_of, goodbye, rows


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
