"""Numerals and digits survive a round trip, and any text is read without an exception."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.understanding.counts import cardinal_at
from ivr.understanding.features import features
from ivr.understanding.numerals import cardinal, digit_by_digit
from ivr.understanding.phrases import PhraseError, Phrases
from ivr.understanding.syllables import MOST_SYLLABLES, syllables_of
from ivr.understanding.telephone import numbers

MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


@given(st.integers(0, 99_999_999))
def test_a_numeral_means_its_number(number: int) -> None:
    found = cardinal_at(syllables_of(cardinal(number)).sounds, 0)
    assert found is not None
    assert found.value == number


@given(MOBILES)
def test_a_mobile_number_is_read_from_its_digits(number: str) -> None:
    assert numbers(syllables_of(digit_by_digit(number))).phone == number
    assert numbers(syllables_of(number)).phone == number


@given(MOBILES, MOBILES)
def test_a_corrected_number_is_the_last_one(first: str, second: str) -> None:
    words = f"{digit_by_digit(first)}不对，是{digit_by_digit(second)}"
    assert numbers(syllables_of(words)).phone == second


@given(st.text(max_size=2000))
def test_any_text_has_sounds_and_no_exception(text: str) -> None:
    heard = syllables_of(text)
    assert len(heard) <= MOST_SYLLABLES
    features(heard.sounds)
    numbers(heard)


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("腰三八零三七要二三四五", "13803712345"),
        ("一三八三个八一二三四五", "13888812345"),
        ("零三七一六六三八五二五五转八零零一", "037166385255"),
    ],
)
def test_numbers_as_people_say_them(said: str, number: str) -> None:
    assert numbers(syllables_of(said)).phone == number


def test_an_unknown_intent_is_refused_with_its_file() -> None:
    with pytest.raises(PhraseError, match=r"one\.toml: \[nonsense\] is not an intent"):
        Phrases.parse({"one.toml": '[nonsense]\nsay = ["好"]'})
