"""Rows 13, 14, 16, 18, 22 and 36, in the sheet's own words and in virtual time."""

import pytest

from tests.caller import Caller
from tests.etiquette.turns import wants


@pytest.mark.row("use_name")
def test_a_name_once_known_is_used(caller: Caller) -> None:
    """Row 13: 张先生，请问您需要了解企业 QQ 哪方面的信息？"""
    wants(caller, "我姓张，张先生")
    assert "张先生，请问您需要" in caller.transcript[-1]


@pytest.mark.row("ask_topic")
def test_a_caller_who_only_says_hello_is_asked_for_the_topic(caller: Caller) -> None:
    """Row 14: 请问您需要了解企业 QQ 哪方面的信息？"""
    wants(caller, "你好")
    caller.hears("ask")


@pytest.mark.row("company_facts")
@pytest.mark.row("take_note")
@pytest.mark.row("confirm_understood")
def test_an_address_is_announced_spoken_slowly_and_repeated(caller: Caller) -> None:
    """Row 18: 麻烦您记录一下; row 36: 地址; row 16: 请问我刚才的解释您是否明白？"""
    wants(caller, "你们公司在哪里")
    caller.hears("take_note.ask")
    caller.says("好的")
    for question in ("understood", "clear", "clear", "clear"):
        caller.hears_begin("company_facts.address")
        assert caller.rendering == "slow"
        caller.hears_the_rest("company_facts.address")
        caller.hears(f"confirm_understood.{question}")
        caller.says("没听明白")
    caller.hears_begin("cannot_answer_now.phone")


@pytest.mark.row("company_facts")
@pytest.mark.row("confirm_understood")
def test_the_part_that_was_not_understood_is_explained_again(caller: Caller) -> None:
    """Row 16: 应将客户不明白的地方重新解释: that part alone, without row 18 again."""
    wants(caller, "你们公司的地址和网址是什么")
    caller.hears("take_note.ask")
    caller.says("好的")
    caller.hears("company_facts.address")
    caller.hears("company_facts.website")
    caller.hears("confirm_understood.understood")
    caller.says("你们网址是什么")
    caller.hears("company_facts.website")
    caller.hears_begin("confirm_understood.understood")


@pytest.mark.row("confirm_understood")
@pytest.mark.parametrize("answer", ["请再说一遍", "请说慢一点", "不明白", "不清楚"])
def test_the_explanation_is_repeated_and_not_the_question_after_it(
    caller: Caller, answer: str
) -> None:
    """Row 16: 应将客户不明白的地方重新解释."""
    wants(caller, "你们公司在哪里")
    caller.hears("take_note.ask")
    caller.says("好的")
    caller.hears("company_facts.address")
    caller.hears("confirm_understood.understood")
    caller.says(answer)
    caller.hears_begin("company_facts.address")


@pytest.mark.row("slow_service")
def test_a_caller_who_finds_us_slow_hears_an_apology(caller: Caller) -> None:
    """Row 22: 让您久等了，我将尽快帮您处理。"""
    wants(caller, "你怎么这么慢，能不能快点")
    caller.hears("apology")
    caller.hears_begin("closing.ask")
