"""The data files from which the tiny model's graph is built."""

import pytest

from tools.tiny_vosk import text

pytestmark = pytest.mark.slow


def test_every_phrase_is_made_of_known_words_and_classes() -> None:
    known = set(text.words())
    pieces = {piece for phrase in text.phrases() for piece in text.cut(phrase, known)}
    assert all(piece in known for piece in pieces if not piece.startswith("{"))
    pieces.update(piece for said, _ in text.callers() for piece in text.covered(said, known) or [])
    assert {piece[1:-1] for piece in pieces if piece.startswith("{")} == set(text.classes())


def test_nearly_all_that_callers_say_is_covered() -> None:
    """Only words in Latin letters, such as CRM and hello, are missing."""
    known = set(text.words())
    missed = [said for said, _ in text.callers() if text.covered(said, known) is None]
    assert len(missed) < 0.01 * len(text.callers()), missed


def test_wordings_of_one_template_count_as_one_sentence() -> None:
    shares = [share for said, share in text.callers() if "业务员骗我" in said]
    assert shares == [1.0]
    assert min(share for _, share in text.callers()) == pytest.approx(1 / 6)


def test_common_words_of_callers_are_words_and_rare_ones_are_characters() -> None:
    assert {"电脑", "老板", "俺", "撅"} <= set(text.words())
    assert text.cut("教导主任", set(text.words())) == ["教", "导", "主任"]


def test_the_words_of_classes_are_known() -> None:
    known = set(text.words())
    assert [word for words in text.classes().values() for word in words if word not in known] == []


def test_the_surnames_of_the_hotline_are_in_the_vocabulary() -> None:
    """It has the most common surname of each sound, because tones are not recognised."""
    surnames = text.classes()["姓"]
    assert {"张", "欧阳", "甄", "柴"} <= set(surnames)
    assert "章" not in surnames  # has the same sound as 张
    assert sum(surnames.values()) == pytest.approx(1)
    assert surnames["张"] > 3 * surnames["甄"]


def test_sentences_for_tests_are_not_used_for_training() -> None:
    assert set(text.unseen()).isdisjoint(text.phrases())
    assert len(text.unseen()) >= 70


def test_a_sentence_can_count_more_than_once() -> None:
    weights = text.weighted()
    assert weights["要"] > weights["你好"] == 1
    assert not [phrase for phrase in weights if phrase.startswith("*")]


def test_a_phrase_with_an_unknown_word_is_refused() -> None:
    with pytest.raises(ValueError, match="鸵"):
        text.cut("我要鸵鸟", set(text.words()))
