"""A telephone number that is told several times: which one is read back."""

from collections.abc import Mapping

import pytest

from ivr.dialogue.meaning import LikelyNumber
from ivr.etiquette.reading_back import number_to_read_back

WRONG, RIGHT = "13800001237", "13800001234"


def read_back(likely: Mapping[str, float], denials: Mapping[str, int] = {}) -> str:
    """Return what is read back after a telling; the first of ``likely`` is what was heard."""
    numbers = [LikelyNumber(*pair) for pair in likely.items()]
    return number_to_read_back(next(iter(likely)), numbers, denials)


def test_the_likeliest_number_is_read_back() -> None:
    assert read_back({WRONG: 0.6, RIGHT: 0.3}) == WRONG
    assert read_back({WRONG: 0.3, RIGHT: 0.6}) == RIGHT


def test_a_denied_number_is_followed_by_the_next_likely_one() -> None:
    assert read_back({WRONG: 0.6, RIGHT: 0.3}, {WRONG: 1}) == RIGHT


def test_a_denial_that_was_misheard_does_not_lose_a_clear_number() -> None:
    assert read_back({RIGHT: 0.99, WRONG: 0.01}, {RIGHT: 1}) == RIGHT
    assert read_back({RIGHT: 0.99, WRONG: 0.01}, {RIGHT: 2}) == WRONG


@pytest.mark.parametrize("numbers", [[], [LikelyNumber(WRONG, 1.0)]])
def test_typed_digits_are_read_back_as_they_are(numbers: list[LikelyNumber]) -> None:
    assert number_to_read_back(RIGHT, numbers, {RIGHT: 2}) == RIGHT
