"""Digits, numbers and letters are spelt out as a person says them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.etiquette.sheet import Sheet
from ivr.understanding.numerals import LARGEST, cardinal
from ivr.voice.reading.pronunciation import Pronunciation
from ivr.voice.reading.spoken import spoken_text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("您好，腾讯企业 QQ 河南服务中心", "您好，腾讯企业QQ河南服务中心"),
        ("总经销——河南口口", "总经销，河南口口"),
        ("，请问您贵姓？", "请问您贵姓？"),
        ("：请问您贵姓？", "请问您贵姓？"),
        ("先生/女士", "先生，女士"),
        # Telephone numbers, in groups; 一 is 幺.
        ("咨询电话：0371-66385255", "咨询电话：零三七幺，六六三八，五二五五"),
        ("腾讯企业 QQ 咨询电话：0371-66385255", "腾讯企业QQ咨询电话：零三七幺，六六三八，五二五五"),
        ("010-62345678", "零幺零，六二三四，五六七八"),
        ("13803712345", "幺三八，零三七幺，二三四五"),
        ("138-0371-2345", "幺三八，零三七幺，二三四五"),
        ("+86 13803712345", "幺三八，零三七幺，二三四五"),
        ("请拨 400-600-1234", "请拨四零零，六零零，幺二三四"),
        ("4006001234", "四零零，六零零，幺二三四"),
        # Codes: an address, a QQ number, a ticket.
        ("银丰商务 0608", "银丰商务零六零八"),
        ("企业 QQ 800012345", "企业QQ八零零，零幺二，三四五"),
        ("工号是 8 号", "工号是八号"),
        # Numbers of things that are counted.
        ("并在 2 小时之内给您", "并在两小时之内给您"),
        ("并在 24 小时之内给您", "并在二十四小时之内给您"),
        ("12 小时", "十二小时"),
        ("２４小时", "二十四小时"),
        ("1.5 小时", "一点五小时"),
        ("2-3 天", "二到三天"),
        ("2 个工号", "两个工号"),
        ("第 2 个", "第二个"),
        ("12000 人", "一万二千人"),
        # Decimals, percent, money.
        ("3.14", "三点一四"),
        ("版本 1.2.3", "版本一点二点三"),
        ("12.5%", "百分之十二点五"),
        ("100%", "百分之一百"),
        ("¥1280.50", "一千二百八十元五角"),
        ("3.05 元", "三元零五分"),
        ("0.05 元", "五分"),
        ("2 元", "两元"),
        ("1,280 元", "一千二百八十元"),
        # Dates and times.
        ("2026-11-22", "二零二六年十一月二十二日"),
        ("2026 年 11 月 2 日", "二零二六年十一月二日"),
        ("2026/13/45", "二零二六，幺三，四五"),
        ("8:30", "八点三十分"),
        ("2：05", "两点零五分"),
        ("17:30:09", "十七点三十分零九秒"),
        ("营业时间 8:00-18:00", "营业时间八点整到十八点整"),
        ("晚上 9 点 30 分", "晚上九点三十分"),
        # Keys of the telephone.
        ("请按 # 键", "请按井号键"),
        ("按＊返回", "按星号返回"),
        # Letters.
        ("网址：www.qq.com", "网址：W，W，W，点，Q，Q，点，C，O，M"),
        ("qqhenan.com", "Q，Q，H，E，N，A，N，点，C，O，M"),
        ("a@b.cn", "A，艾特，B，点，C，N"),
        # Surnames, which are not said as elsewhere.
        ("曾先生，您好", "增先生，您好"),
        ("我曾经", "我曾经"),
        ("万俟女士", "墨棋女士"),
        ("请问解小姐在吗", "请问谢小姐在吗"),
        ("解决", "解决"),
    ],
)
def test_spells_out_what_is_written_in_signs(text: str, words: str) -> None:
    assert spoken_text(text) == words


@given(st.text() | st.text("0123456789-:.,%¥元年月日小时www@/ ~+２²①QQ号"))
def test_never_raises_and_leaves_no_digit(text: str) -> None:
    assert not any(sign.isdigit() for sign in spoken_text(text)), spoken_text(text)


@pytest.mark.parametrize(
    "text", ["1", "1-", "1.", "a.", "a@", "1:", "，", "12,", "¥", "www.", "—— "]
)
def test_thousands_of_signs_take_seconds(text: str) -> None:
    """An expression that backtracks over every split of the text would take minutes."""
    began = time.thread_time()  # time of computing, because the machine may be busy
    spoken_text(text * 2_000)
    assert time.thread_time() - began < 5.0


def test_words_of_the_table_are_replaced_the_longest_first() -> None:
    table = Pronunciation.parse('[words]\n"重庆" = "虫庆"\n"重庆路" = "虫庆大路"\n"B2B" = "B to B"')
    assert spoken_text("重庆，重庆路，B2B", table) == "虫庆，虫庆大路，B to B"


def test_without_a_table_nothing_is_replaced() -> None:
    assert spoken_text("曾先生", Pronunciation()) == "曾先生"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "零"),
        (2, "二"),
        (10, "十"),
        (11, "十一"),
        (20, "二十"),
        (48, "四十八"),
        (100, "一百"),
        (110, "一百一十"),
        (306, "三百零六"),
        (1001, "一千零一"),
        (9999, "九千九百九十九"),
        (10_001, "一万零一"),
        (100_010, "十万零一十"),
        (120_000, "十二万"),
        (10_010_000, "一千零一万"),
        (100_000_001, "一亿零一"),
    ],
)
def test_cardinals(number: int, words: str) -> None:
    assert cardinal(number) == words


@pytest.mark.parametrize("number", [-1, LARGEST + 1])
def test_cardinals_beyond_the_table_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match=str(number)):
        cardinal(number)


def test_the_engine_is_given_no_signs_of_the_sheet(sheet: Sheet) -> None:
    for prompt in sheet.fragments():
        words = spoken_text(prompt.text)
        assert not any(sign in "0123456789-—{}. " for sign in words), words
