"""The bench of spoken sentences, and how its sentences are drawn."""

from collections import Counter
from pathlib import Path

import pytest

from ivr.bench.paraphrases_file import read_corpus
from ivr.bench.understand_spoken import PER_INTENT, SAID_NATURALLY, measure, of_corpus, of_phrases
from ivr.dialogue.meaning import Intent
from ivr.words.phrase_files import read_fillers, read_phrases
from tests.caller import understander


def test_as_many_sentences_are_drawn_for_each_intent_and_the_seed_decides_which() -> None:
    drawn = of_corpus(read_corpus(), 1)
    counted = Counter(label for _, label in drawn)
    assert counted == {
        intent: PER_INTENT["unseen"] for intent in Intent if intent is not Intent.OTHER
    }
    assert of_corpus(read_corpus(), 1) == drawn != of_corpus(read_corpus(), 2)


@pytest.mark.slow
def test_the_phrases_are_drawn_with_words_in_their_slots(root: Path) -> None:
    sheet = root / "prompts" / "sheet.toml"
    drawn = of_phrases(read_phrases(sheet), read_fillers(sheet), 1)
    assert {label for _, label in drawn} == set(Intent) - {Intent.OTHER}
    assert not [text for text, _ in drawn if set("{}[]|") & set(text)]


@pytest.mark.slow
def test_the_accuracy_of_each_row_and_of_the_worst_is_counted_in_both_voices(root: Path) -> None:
    done: list[None] = []
    said = {
        "mine": [("我要投诉你们的产品", Intent.COMPLAINT_DEFERRED), ("再见", Intent.WRONG_NUMBER)]
    }
    result = measure(understander(), said, 1, None, lambda: done.append(None))
    assert (result.samples, len(done)) == (4, 2)
    assert result.figures["accuracy_mine"] == 0.5
    assert result.figures["accuracy_row_27_mine"] == 1.0
    assert result.figures["worst_row_accuracy_mine"] == result.figures["accuracy_row_4_mine"] == 0
    assert result.limits == {}


@pytest.mark.slow
def test_natural_callers_say_the_unseen_sentences(root: Path) -> None:
    said = {"unseen": [("我要投诉你们的产品", Intent.COMPLAINT_DEFERRED)]}
    result = measure(understander(), said, 1, None, lambda: None)
    assert result.samples == 2 + len(SAID_NATURALLY)
    for name in SAID_NATURALLY:
        assert result.figures[f"accuracy_{name}"] == 1.0
        assert result.figures[f"surely_wrong_{name}"] == 0.0
        assert {f"accuracy_{name}", f"surely_wrong_{name}"} <= result.limits.keys()
    assert not any(name.startswith("surely") for name in result.at_least)
