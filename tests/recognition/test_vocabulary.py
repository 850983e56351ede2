"""The data files that the tiny model's graph is built from."""

import pytest

from tools.tiny_vosk import text


def test_every_phrase_is_made_of_known_words_and_classes() -> None:
    known = set(text.words())
    pieces = {piece for phrase in text.phrases() for piece in text.cut(phrase, known)}
    assert {piece[1:-1] for piece in pieces if piece.startswith("{")} == set(text.classes())


def test_the_words_of_classes_are_known() -> None:
    known = set(text.words())
    assert [word for words in text.classes().values() for word in words if word not in known] == []


def test_a_phrase_with_an_unknown_word_is_refused() -> None:
    with pytest.raises(ValueError, match="鸵"):
        text.cut("我要鸵鸟", set(text.words()))
