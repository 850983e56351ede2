"""Questions that the company answers at once, and others."""

import pytest

from ivr.dialogue.meaning import Certainty, Intent, Meaning
from ivr.etiquette.company import SheetError
from ivr.etiquette.sheet import Sheet, parse_sheet
from tests.caller import Caller, understander
from tests.etiquette.turns import wants


@pytest.mark.parametrize(
    ("asks", "id"),
    [
        ("请问你们几点上班啊", "hours"),
        ("你们是不是腾讯直营的", "who"),
        ("号码可以自己挑吗", "choosing"),
        ("投诉多久有答复", "complaints"),
    ],
)
def test_a_question_is_found_in_other_words(sheet: Sheet, asks: str, id: str) -> None:
    answer = sheet.knowledge.find(understander().meaning(asks))
    assert answer is not None
    assert answer.id == id


@pytest.mark.parametrize(
    "asks", ["企业QQ怎么收费", "有什么功能", "我要投诉", "图书馆几点关门", "晚上一起吃个饭吧", ""]
)
def test_other_words_find_no_answer(sheet: Sheet, asks: str) -> None:
    assert sheet.knowledge.find(understander().meaning(asks)) is None


def test_every_question_of_the_file_finds_its_answer(sheet: Sheet) -> None:
    """The words of the file find it with any intent."""
    for answer in sheet.knowledge.answers:
        for question in answer.questions:
            meaning = Meaning(question, Intent.OTHER, Certainty.UNSURE, 0.0)
            assert sheet.knowledge.find(meaning) == answer


@pytest.mark.row("confirm_understood")
def test_an_answer_is_explained_in_other_words_and_then_slowly(caller: Caller) -> None:
    """Row 16: 直到客户明白为止。"""
    wants(caller, "办理流程是怎么样的")
    caller.hears("knowledge.buying_1")
    caller.hears("knowledge.buying_2")
    caller.hears("confirm_understood.understood")
    caller.says("不太明白")
    for part in (1, 2, 3):
        caller.hears(f"knowledge.buying_again_{part}")
    caller.hears("confirm_understood.clear")
    caller.says("不太明白")
    caller.hears_begin("knowledge.buying_1")
    assert caller.rendering == "slow"


@pytest.mark.row("cannot_answer_now")
def test_a_question_without_an_answer_is_a_call_back(caller: Caller) -> None:
    """Row 20: 查询后将尽快与您联系。"""
    wants(caller, "企业QQ怎么收费")
    caller.hears_begin("cannot_answer_now.phone")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x", "not valid TOML"),
        ("x = 1", "something else than answers"),
        ("[[answer]]\nid = '为'", "at place 1 has the id '为'"),
        ("[[answer]]\nid = 'a'\nsay = ['好。']", "answer a has no questions"),
        ("[[answer]]\nid = 'a'\nquestions = ['问']", "answer a: write say, or"),
        ("[[answer]]\nid = 'a'\nquestions = ['问']\nsay = ['<谁>']", "uses <谁>, which is unknown"),
        (
            "[[answer]]\nid = 'a'\nquestions = ['问']\nsay = ['。']",
            "say is not a list of sentences",
        ),
        ("[[answer]]\nid = 'a'\nquestions = ['问']\nsay = ['好']\nx = 1", "the unknown key x"),
        ("[[answer]]\nid = 'a'\nquestions = ['问']\nsay = ['喂']", "which row hello forbids"),
        ("[[answer]]\nid = 'a'\nquestions = ['问']\nask = '几号？'", "write say, or"),
        ("[[answer]]\nid = 'a'\nquestions = ['问']\nsay = ['好']\n" * 2, "answer a is there twice"),
    ],
)
def test_a_wrong_answer_is_refused_in_one_sentence(text: str, sentence: str) -> None:
    rows = (
        '[[row]]\nnumber = 1\nid = "hello"\nsituation = "s"\nnever = ["喂"]\n[row.say]\n'
        'ask = "您好。"\n[system.say]\nbusy = "忙。"\n'
    )
    with pytest.raises(SheetError) as error:
        parse_sheet(rows, "", text)
    assert sentence in str(error.value)
