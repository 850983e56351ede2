"""A prompt that was cut by a sound without words is said again."""

import pytest

from ivr.dialogue import events
from ivr.dialogue.call import REPLAYS, Limits
from ivr.dialogue.commands import Play, StopPlaying
from ivr.dialogue.verbs import Keys, Speech
from tests.dialogue.scripts import HELLO, NO_WORDS, UNDERSTOOD, call_of


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
