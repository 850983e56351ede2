"""Telephone numbers as callers say them and as recognisers write them."""

import sys
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.understanding.numerals import digit_by_digit, is_telephone_number
from ivr.understanding.syllables import MOST_SYLLABLES, syllables_of
from ivr.understanding.telephone import numbers

MOBILE = "13812345678"

WHOLE = {
    MOBILE: """
        一三八一二三四五六七八 幺三八幺二三四五六七八 13812345678 １３８１２３４５６７８
        138-1234-5678
        我的电话是一三八一二三四五六七八 一三八一二三四五六七八就这个吧 是一三八一二三四五六七八
        我手机号一三八一二三四五六七八谢谢 电话一三八嗯一二三四然后五六七八
        一三八，一二三四，五六七八
        一三八那个一二三四那个五六七八 幺三八杠幺二三四杠五六七八 幺三八横杠幺二三四横杠五六七八
        一三八空格一二三四空格五六七八 要三八一二三四五六七八 要三八要二三四五六七八
        一三爸一二三四五六七八
        一三八以二三四五六七八 一三八一而三四五六七八 一三八一二山四五六七八 一三八一二三是五六七八
        一三八一二三十五六七八 一三八一二三四无六七八 一三八一二三四五刘七八 一三八一二三四五六起八
        一三八一二三四五六七把 一三八一二三四五六七吧 八六一三八一二三四五六七八
        零一三八一二三四五六七八
        我记得是一三八一二三四五六七八 有的我电话是一三八一二三四五六七八
        你记一下一三八一二三四五六七八
        一三八一二三四五六七八我重复一遍一三八一二三四五六七八
        一三八一二三四五六七八再说一遍一三八一二三四五六七八
        一三八一二三四五六七八一三八一二三四五六七八 一三八一二三四五六七八对一三八一二三四五六七八
        一三八一二三四五六七八五六七八 一三九一二三四五六七八不对一三八一二三四五六七八
        一三九不对一三八一二三四五六七八 一三九一二三四五六七八说错了是一三八一二三四五六七八
        一三八一二三四五六七九不对五六七八 一三八一二三四五六七九不是九是八
        一三八一二三四五六四八不是四是七 一三八一二三四五六七九最后一位是八
        一三八一二三四五六九九后两位是七八 一三八一二三四九九九九最后四位是五六七八
        一三八一二三四九九九九尾号是五六七八 一三九一二三四五六七八前三位是一三八
        一三九一二三四五六七八应该是一三八 前三位是一三八后八位是一二三四五六七八
        我找一下我的号一三八一二三四五六七八 五个工号电话一三八一二三四五六七八
        """,
    "037166385255": """
        零三七幺六六三八五二五五 零三七一六六三八五二五五 洞三七幺六六三八五二五五 0371-66385255
        零三七幺杠六六三八五二五五 区号零三七幺电话六六三八五二五五 零三七要六六三八五二五五
        零三七幺六六三八五二五五转八零一 零三七幺六六三八五二五五分机八零一
        我们单位是零三七幺六六三八五二五五 另三七幺六六三八五二五五
        """,
    "66385255": """
        六六三八五二五五 两个六三八五二五五 六六三八五二五五吧 就六六三八五二五五
        六六三八五二五五六六三八五二五五 六六三八五二两个五
        """,
    "4006338888": "四零零六三三八八八八 400-633-8888 四个零六三三八八八八不对四零零六三三八八八八",
    "13300001234": "一三三四个零一二三四 一三三四个零，一二三四",
    "13912388888": "一三九一二三五个八 一三九一二三两个八三个八",
}  # fmt: skip
PARTS = {
    "5678": "后四位是五六七八 五六七八 尾号五六七八 5678",
    "888": "三个八",
    "1381234": "一三八一二三四 一三八一二三四吧",
    "": """
        五个工号 二十五个 我要两三个 一百二十五个 十来个 二零一三年 我是张小姐 就是要吧 你等一下
        一会儿再说 再说一遍
        不对 不是 就这个吧 有事吗 三四天了 转财务部 企业QQ怎么卖
        """,
}  # fmt: skip
ALL = [(text, want) for table in (WHOLE, PARTS) for want, said in table.items()
       for text in said.split()]  # fmt: skip


@pytest.mark.parametrize(("text", "digits"), ALL)
def test_reads_a_number(text: str, digits: str) -> None:
    found = numbers(syllables_of(text))
    assert found.digits == digits
    assert found.phone == (digits if digits in WHOLE else None)


@pytest.mark.parametrize(
    ("text", "phone"),
    [("不对最后两位是五六", "13812345656"), ("不对一三九一二三四五六七八", "13912345678"),
     ("不是八是九", "13812345679"), ("五六七九", "13812345679"), ("对的", MOBILE)],
)  # fmt: skip
def test_corrects_what_was_read_back(text: str, phone: str) -> None:
    assert numbers(syllables_of(text), MOBILE).phone == phone


@given(st.from_regex(r"1[3-9][0-9]{9}|0371[2-8][0-9]{7}|400[0-9]{7}", fullmatch=True))
def test_every_number_is_read_from_its_words(number: str) -> None:
    assert numbers(syllables_of(f"我的电话是{digit_by_digit(number)}")).phone == number


@given(st.text(), st.text("0123456789", max_size=30))
def test_any_text_gives_a_valid_number_or_none(text: str, known: str) -> None:
    found = numbers(syllables_of(text), known)
    assert found.phone is None or is_telephone_number(found.phone)


def function_calls(text: str) -> int:
    """Return how many function calls reading a number in ``text`` takes, without cached work."""
    numbers(syllables_of(text), MOBILE)
    calls = 0

    def count(frame: FrameType, event: str, arg: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        numbers(syllables_of(text), MOBILE)
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", ["一吧", "不是八是九", "是", "三个八", "重复13812345678", "就是要"]
)
def test_the_work_for_a_long_text_is_limited(words: str) -> None:
    """Only MOST_SYLLABLES are read, and the work grows with their square at most."""
    half, whole, long = (
        function_calls((words * length)[:length]) for length in (150, MOST_SYLLABLES, 10_000)
    )
    assert whole < 5 * half
    assert long < 1.5 * whole
    assert long < 1_000_000  # a few tenths of a second
