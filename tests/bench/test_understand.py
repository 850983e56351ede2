"""The understanding bench, its sentences, and the files that these may come from."""

import re
from collections import Counter
from pathlib import Path

import pytest

from ivr.bench.paraphrases_file import ParaphrasesError, read_corpus
from ivr.bench.understand import RATES, measure
from ivr.dialogue.meaning import Intent
from ivr.words.phrase_files import read_phrases
from tests.caller import understander


def bare(sentence: str) -> str:
    """Return the sentence without punctuation and in lower case."""
    return re.sub(r"[\W_]+", "", sentence).lower()


@pytest.mark.slow
def test_the_understander_has_not_learned_from_any_test_sentence(root: Path) -> None:
    phrases = read_phrases(root / "prompts" / "sheet.toml")
    learned = {
        bare(wording)
        for templates in phrases.say.values()
        for template in templates
        for wording in template.wordings
    }
    assert [text for text, _ in read_corpus().intents if bare(text) in learned] == []


def test_every_intent_has_thirty_test_sentences() -> None:
    corpus = read_corpus()
    counted = Counter(label for _, label in corpus.intents)
    assert set(counted) == set(Intent)
    assert min(counted.values()) >= 30
    assert len({bare(text) for text, _ in corpus.intents}) == len(corpus.intents)


CORPUS = """
[yes]
say = ["就是这个意思"]
[row]
27 = ["我要投诉你们"]
[names]
"免贵姓王" = "王"
[[numbers]]
text = "幺三八三七一二三四五六"
phone = "13837123456"
[[labelled]]
text = "麻烦转一下财务"
intent = "other_department"
"""


def test_a_file_of_sentences_is_read_and_measured(tmp_path: Path) -> None:
    """The sentences stand under intents and rows, and in a list with labels."""
    path = tmp_path / "mine.toml"
    path.write_text(CORPUS, encoding="utf-8")
    corpus = read_corpus(path)
    assert corpus.intents == [
        ("就是这个意思", Intent.YES),
        ("我要投诉你们", Intent.COMPLAINT_DEFERRED),
        ("麻烦转一下财务", Intent.OTHER_DEPARTMENT),
    ]
    steps: list[int] = []
    result = measure(understander(), corpus, 1, lambda: steps.append(1)).result
    assert len(steps) == len(RATES)
    assert result.figures["intent_accuracy_cer0"] == 1.0
    assert result.figures["name_accuracy"] == 1.0
    assert result.figures["phone_accuracy"] > 0.8  # one number, said by ten callers
    assert "false_action_out_of_domain" not in result.limits  # the file has no such sentence


def test_a_mistaken_label_is_a_wrong_answer(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('[yes]\nsay = ["我要投诉", "打错了"]', encoding="utf-8")
    result = measure(understander(), read_corpus(path), 1, lambda: None).result
    assert result.figures["intent_accuracy_cer0"] == 0.0
    assert result.figures["false_action_rate_max"] > 0.9
    assert not result.passed


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[yes", "cannot be read as TOML"),
        ("", "holds no sentences"),
        ('[yess]\nsay = ["对"]', "yess.say is neither a row, an intent"),
        ("[yes]\nsay = [1]", "1 is not a sentence"),
        ('[[all]]\ntext = "对"', "lacks text or a known intent"),
        ('[names]\nsay = ["我姓王"]', "has no text or no value"),
    ],
)
def test_an_error_in_a_file_of_sentences_is_named_with_its_place(
    tmp_path: Path, text: str, sentence: str
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ParaphrasesError) as refused:
        read_corpus(path)
    assert sentence in str(refused.value)
    assert str(path) in str(refused.value)
