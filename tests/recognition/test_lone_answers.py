"""Answers of one or two syllables, said alone by natural voices after a question for yes or no."""

import numpy as np
import pytest

from ivr.bench.recognition_sounds import on_the_line
from ivr.config import Settings
from ivr.dialogue.expected import Expected
from ivr.dialogue.meaning import Certainty, Intent
from ivr.lab.natural_callers import NATURAL_CALLERS, NaturalCaller
from ivr.lab.voices import FOREIGN
from ivr.recognition.explanation import words_that_count
from ivr.recognition.model import Model
from ivr.understanding.understander import Understander
from ivr.voice.espeak import Espeak
from ivr.voice.mastering import master
from ivr.words.phrase_files import read_understander

pytestmark = pytest.mark.slow
ANSWERS = {
    "对": Intent.YES,
    "嗯": Intent.YES,
    "是的": Intent.YES,
    "对的": Intent.YES,
    "没错": Intent.YES,
    "不": Intent.NO,
    "不对": Intent.NO,
    "不是": Intent.NO,
}


@pytest.fixture(scope="module")
def understander() -> Understander:
    return read_understander(Settings().prompts.sheet)


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("caller", NATURAL_CALLERS)
def test_a_lone_answer_is_heard(
    model: Model, understander: Understander, caller: NaturalCaller, answer: str
) -> None:
    """A 嗯 that is heard as 不 would reject the number that was read back rightly."""
    sound = on_the_line(master(*caller.synthesise(answer)), np.random.default_rng(1))
    heard = model.decode(sound, Expected.YES_NO).doubted()
    _, meaning = words_that_count(Expected.YES_NO, heard, understander.meaning)
    assert meaning.intent is ANSWERS[answer], heard.text


@pytest.mark.parametrize("words", [FOREIGN, "Guten Tag", "ich verstehe kein Wort"])
@pytest.mark.parametrize("variant", ["de+m3", "de+f4", "de"])
def test_no_answer_is_heard_in_foreign_speech(
    model: Model, understander: Understander, variant: str, words: str
) -> None:
    """A training with short answers once made the model hear a 嗯 in foreign sentences."""
    voice = Espeak(variant, words_per_minute=160)
    sound = on_the_line(master(*voice.synthesise(words)), np.random.default_rng(1))
    heard = model.decode(sound, Expected.YES_NO).doubted()
    _, meaning = words_that_count(Expected.YES_NO, heard, understander.meaning)
    answered = meaning.intent in (Intent.YES, Intent.NO)
    assert not (answered and meaning.certainty is Certainty.SURE)
