"""Wishes that every row grants: say it again, speak slowly, wait."""

import pytest

from tests.caller import Caller
from tests.etiquette.turns import wants


@pytest.mark.row("wrong_number")
@pytest.mark.parametrize(("asks", "rendering"), [("请再说一遍", "normal"), ("请说慢一点", "slow")])
def test_the_last_prompt_is_repeated_on_request(caller: Caller, asks: str, rendering: str) -> None:
    """The caller may ask for it in any row, also for a slower voice."""
    wants(caller, "打错了")
    caller.hears("explain")
    caller.says(asks)
    caller.hears_begin("explain")
    assert caller.rendering == rendering


@pytest.mark.row("ask_topic")
def test_a_caller_who_asks_us_to_wait_gets_twenty_seconds(caller: Caller) -> None:
    """To find a pen, or to ask a colleague."""
    wants(caller, "你好")
    caller.hears("ask")
    caller.says("等一下")
    caller.hears("system.take_your_time")
    caller.stays_silent(20.0)
    caller.hears_begin("closing.ask")
