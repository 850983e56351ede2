"""Mistakes in phrase files are refused with the file, the key and the remedy."""

import pytest

from ivr.dialogue.meaning import Intent
from ivr.understanding.phrases import PhraseError, Phrases

SENTENCES = {intent: f"{intent.value} 一句话" for intent in Intent if intent is not Intent.OTHER}
COMPLETE = "\n".join(f'[{intent}]\nsay = ["{say}"]' for intent, say in SENTENCES.items())
"""The smallest accepted phrase file: one sentence for each intent."""


def test_every_intent_has_its_sentences() -> None:
    phrases = Phrases.parse({"all.toml": COMPLETE})
    assert phrases.say[Intent.YES][0].wordings == ("yes 一句话",)


def test_files_are_read_together() -> None:
    more = {"all.toml": COMPLETE, "more.toml": '[yes]\nsay = ["对头", "[是|就是]的"]'}
    wordings = [template.wordings for template in Phrases.parse(more).say[Intent.YES]]
    assert wordings == [("yes 一句话",), ("对头",), ("是的", "就是的")]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[yes", "more.toml is not valid TOML"),
        ("yes = 1", "more.toml: yes is not a table"),
        ('[yess]\nsay = ["对"]', "more.toml: [yess] is not an intent: use one of"),
        ('[yes]\nsays = ["对"]', "[yes] says is unknown: write sentences in `say`"),
        ('[yes]\nsay = "对"', "[yes] say is not a list of sentences"),
        ('[yes]\nsay = ["[对"]', "more.toml: [yes] '[对'"),
        ('[yes]\nsay = ["(对|)"]', "can be empty or has no sound"),
        ('[yes]\nsay = ["！"]', "can be empty or has no sound"),
        ('[yes]\nsay = ["找{谁}"]', "{谁} is not a class: use"),
        ('[no]\nsay = ["yes 一句话"]', "sounds like all.toml: [yes]"),
        ('[topics]\n"价格" = ""', "[topics] 价格 has no words"),
        ('[facts]\nprice = "价格"', "[facts] price is unknown: use"),
        ('[departments]\n"月球部" = "月球"', "[departments] 月球部 cannot be spoken"),
        ('[classes]\n"姓" = "张"', "[classes] 姓 is built in"),
        (f'[yes]\nsay = ["{"对" * 201}"]', "has more than 200 characters"),
        (f'[yes]\nsay = ["对{"[啊|呀]" * 10}"]', "has 1024 wordings, more than 512"),
    ],
)
def test_a_mistake_is_refused_with_its_place_and_remedy(text: str, sentence: str) -> None:
    with pytest.raises(PhraseError) as refused:
        Phrases.parse({"all.toml": COMPLETE, "more.toml": text})
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_intent_without_sentences_is_refused() -> None:
    with pytest.raises(PhraseError, match=r"no file has sentences for .*: add \["):
        Phrases.parse({"one.toml": '[yes]\nsay = ["对"]'})


def test_files_parsed_without_checks_give_the_same_phrases() -> None:
    assert Phrases.parse({"a": COMPLETE}, proved=True) == Phrases.parse({"a": COMPLETE})
