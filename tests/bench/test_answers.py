"""The bench of expected answers, and how its sentences are drawn."""

import pytest

from ivr.bench.answers import (
    BARE,
    SENTENCES,
    AnswerSentence,
    measure,
    right_after_read_back,
    sentences_for,
)
from ivr.bench.paraphrases_file import read_corpus
from ivr.dialogue.meaning import Certainty, Intent, LikelyNumber, Meaning, Slots, Words
from ivr.etiquette.contact import NUMBER_ATTEMPTS
from ivr.understanding.numerals import is_telephone_number
from tests.caller import understander


def test_numbers_and_other_sentences_are_drawn_and_the_seed_decides_which() -> None:
    drawn = sentences_for(read_corpus(), 1)
    numbers = [said for said in drawn if said.number]
    assert len(numbers) == BARE + SENTENCES
    assert all(is_telephone_number(said.number) for said in numbers[:BARE])
    others = [said.text for said in drawn if not said.number]
    assert len(others) > 100
    assert not [text for text in others if set("0123456789零一二三四五六七八九幺") & set(text)]
    assert sentences_for(read_corpus(), 1) == drawn != sentences_for(read_corpus(), 2)


@pytest.mark.slow
def test_numbers_and_sentences_are_counted_for_both_decoders() -> None:
    done: list[None] = []
    said = [AnswerSentence("幺三六七零九二五四八九", "13670925489"), AnswerSentence("转人工", "")]
    result = measure(understander(), said, 1, None, natural=False, done=lambda: done.append(None))
    assert (result.samples, len(done)) == (4, 2)
    assert result.figures["numbers_right_percent"] == 100.0
    assert result.figures["numbers_after_read_back_percent"] == 100.0
    assert result.figures["digit_error_percent"] == 0.0
    assert result.figures["taken_for_numbers_percent"] == 0.0
    assert result.figures["talking_core_without_percent"] > 0
    assert result.passed


def heard(*numbers: str) -> Words:
    """Return a telling in which these numbers are equally likely; the first was heard."""
    return Words(
        Meaning(numbers[0], Intent.GIVE_NUMBER, Certainty.SURE, 1.0, slots=Slots(phone=numbers[0])),
        numbers=tuple(LikelyNumber(number, 1 / len(numbers)) for number in numbers),
    )


def test_a_number_that_was_wrong_is_told_again_in_groups() -> None:
    told: list[str] = []

    def again(text: str) -> Words:
        told.append(text)
        return heard("13670925480" if len(told) == 1 else "13670925489")

    assert right_after_read_back("13670925489", heard("13670925481"), again)
    assert told == ["幺三六，七零九二，五四八九"] * 2
    assert not right_after_read_back("13670925488", heard("13670925481"), again)
    assert len(told) == 2 + NUMBER_ATTEMPTS - 1


def test_a_number_that_was_denied_is_not_read_back_again() -> None:
    said = heard("13670925480", "13670925489")
    assert right_after_read_back("13670925489", said, lambda text: said)
