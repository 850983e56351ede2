"""The notice of a recording, and refusals by key or by words, in virtual time."""

from functools import partial

import pytest

from ivr.dialogue.commands import DropRecording, StartRecording
from ivr.etiquette.conversation import hotline
from ivr.etiquette.recording import ANSWER_SECONDS, Policy
from ivr.etiquette.sheet import Sheet
from tests.caller import Caller


def calling(sheet: Sheet, policy: Policy) -> Caller:
    """Return a caller whose call is treated by ``policy``."""
    return Caller(sheet, "system", partial(hotline, sheet.company, recording=policy))


def test_without_recording_the_greeting_comes_first(sheet: Sheet) -> None:
    """Row 1 comes first, and nothing is recorded."""
    caller = calling(sheet, "off")
    caller.hears("greeting.ask")
    assert caller.recording == []


def test_a_recorded_caller_hears_the_notice_first(sheet: Sheet) -> None:
    """The recording begins before it, and it is heard out."""
    caller = calling(sheet, "on")
    assert caller.recording == [StartRecording()]
    caller.hears_begin("recorded", seconds=0.5)
    caller.says("喂", seconds=0.3)
    caller.hears_the_rest("recorded")
    caller.hears("greeting.ask")
    caller.stays_silent(1.0)
    caller.says("不要录音")
    assert caller.recording == [StartRecording()]


def test_a_caller_who_does_not_refuse_is_recorded_after_the_notice(sheet: Sheet) -> None:
    """It begins after the time for a refusal."""
    caller = calling(sheet, "consent")
    caller.hears("recorded_unless")
    caller.stays_silent(ANSWER_SECONDS)
    assert caller.recording == [StartRecording()]
    caller.hears("greeting.ask")


@pytest.mark.parametrize("after", [2.0, None], ids=["into the notice", "after it"])
@pytest.mark.parametrize("how", ["0", "不同意", "不同意录音", "不行", "我不想被录音"])
def test_a_caller_who_refuses_is_not_recorded(sheet: Sheet, how: str, after: float | None) -> None:
    """They refuse by key or by words, and are greeted then."""
    caller = calling(sheet, "consent")
    caller.hears_begin("recorded_unless", seconds=after or 0.0)
    if after is None:
        caller.hears_the_rest("recorded_unless")
    if how == "0":
        caller.presses(how)
    else:
        caller.says(how)
    if after is not None:
        caller.hears_the_rest("recorded_unless")
    caller.hears("not_recorded")
    caller.stays_silent(ANSWER_SECONDS)
    caller.hears("greeting.ask")
    assert caller.recording == []


@pytest.mark.parametrize("how", ["0", "不同意", "别录音"])
def test_a_refusal_after_the_greeting_is_granted_as_well(sheet: Sheet, how: str) -> None:
    """Nothing is kept, and the caller is listened to."""
    caller = calling(sheet, "consent")
    caller.hears("recorded_unless")
    caller.stays_silent(ANSWER_SECONDS)
    caller.hears("greeting.ask")
    caller.stays_silent(1.0)
    if how == "0":
        caller.presses(how)
    else:
        caller.says(how)
    caller.hears("not_recorded")
    assert caller.recording == [StartRecording(), DropRecording()]
    caller.says("你好")
    caller.hears_begin("ask_topic.ask")


def test_later_in_a_call_a_refusal_must_name_the_recording(sheet: Sheet) -> None:
    """不同意 answers the question there; 不要录音 refuses the recording."""
    caller = calling(sheet, "consent")
    caller.hears("recorded_unless")
    caller.stays_silent(ANSWER_SECONDS)
    caller.hears("greeting.ask")
    caller.says("我想买企业QQ")
    caller.hears("purchase_intent.buyer")
    caller.says("不同意")
    assert caller.recording == [StartRecording()]
    caller.waits(0.1)
    caller.says("你们不要录音")
    assert caller.recording == [StartRecording(), DropRecording()]


def test_other_keys_and_words_do_not_refuse(sheet: Sheet) -> None:
    """The caller is recorded and greeted."""
    caller = calling(sheet, "consent")
    caller.hears("recorded_unless")
    caller.presses("1")
    caller.hears("greeting.ask")
    assert caller.recording == [StartRecording()]
