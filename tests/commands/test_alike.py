"""What sounds alike is one group, however the recogniser has written it."""

from ivr.commands.alike import groups_alike
from ivr.dialogue.meaning import Certainty, Intent, Meaning, Words
from ivr.records.misunderstood import Misunderstood


def heard(text: str | None, step: int = 1) -> Misunderstood:
    words = None if text is None else Words(Meaning(text, Intent.OTHER, Certainty.UNSURE, 0.3))
    return Misunderstood("0f3a52c1" * 4, step, 1.0, 1.0, words)


def grouped(*texts: str | None) -> list[list[str]]:
    found = groups_alike([heard(text, step) for step, text in enumerate(texts)])
    return [[one.text for one in group.members] for group in found]


def test_the_most_frequent_group_comes_first_and_the_newest_stands_for_it() -> None:
    assert grouped("电话费是多少", "我腰头数", "我要投诉", "电话费四多少", "我咬头书", "喂") == [
        ["我腰头数", "我要投诉", "我咬头书"],
        ["电话费是多少", "电话费四多少"],
        ["喂"],
    ]


def test_an_utterance_joins_the_nearest_group() -> None:
    assert grouped("我要投诉你们", "我要买你们", "我要卖你们") == [
        ["我要买你们", "我要卖你们"],
        ["我要投诉你们"],
    ]


def test_utterances_without_words_cannot_be_compared() -> None:
    assert grouped(None, "", "……", "喂") == [[""], [""], ["……"], ["喂"]]
    assert grouped() == []
