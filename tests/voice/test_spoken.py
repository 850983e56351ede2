"""Signs become words as a person says them."""

import pytest
from rendered_sheet import Rendered

from ivr.voice.spoken import cardinal, spoken


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("您好，腾讯企业 QQ 河南服务中心", "您好，腾讯企业QQ河南服务中心"),
        ("咨询电话：0371-66385255", "咨询电话：零三七幺，六六三八五二五五"),
        ("腾讯企业 QQ 咨询电话：0371-66385255", "腾讯企业QQ咨询电话：零三七幺，六六三八五二五五"),
        ("并在 2 小时之内给您", "并在两小时之内给您"),
        ("并在 24 小时之内给您", "并在二十四小时之内给您"),
        ("12 小时", "十二小时"),
        ("银丰商务 0608", "银丰商务零六零八"),
        ("13803712345", "幺三八零三七幺二三四五"),
        ("工号是 8 号", "工号是八号"),
        ("网址：www.qq.com", "网址：W，W，W，点，Q，Q，点，C，O，M"),
        ("总经销——河南口口", "总经销，河南口口"),
        ("，请问您贵姓？", "请问您贵姓？"),
        ("：请问您贵姓？", "请问您贵姓？"),
    ],
)
def test_reads_as_a_person_does(text: str, words: str) -> None:
    assert spoken(text) == words


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
    ],
)
def test_cardinals(number: int, words: str) -> None:
    assert cardinal(number) == words


@pytest.mark.parametrize("number", [-1, 10_000])
def test_cardinals_beyond_the_table_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match=str(number)):
        cardinal(number)


def test_no_sign_of_the_sheet_is_left_to_the_engine(rendered: Rendered) -> None:
    for prompt in rendered.sheet.fragments():
        words = spoken(prompt.text)
        assert not any(sign in "0123456789-—{}. " for sign in words), words
