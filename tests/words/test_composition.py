"""Sentences with slots: the clips they are joined from, and the wording if a clip is missing."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.dialogue.row import Prompt
from ivr.etiquette.sheet import Sheet, parse_sheet
from ivr.voice.fragments import fragments_to_render
from ivr.words.composition import Composer, Vocabulary, VocabularyError

PROMPTS = Path(__file__).parents[2] / "prompts"
TABLES = [(PROMPTS / name).read_text(encoding="utf-8") for name in ("surnames.toml", "values.toml")]
VOCABULARY = Vocabulary.parse(*TABLES)
SLOTS = ("姓", "先生", "意思", "部门", "N", "小时", "电话", "单号", "工号", "天气")


def said(text: str, **values: str) -> Prompt:
    """Return the prompt ``row.key`` with these words, composed."""
    return Composer(VOCABULARY)(Prompt("row", "key", text), values)


def without(*clips: str) -> Composer:
    """Return a composer for a PBX on which these clips are missing."""
    return Composer(VOCABULARY, lambda id: id not in clips)


def test_a_sentence_without_slots_is_its_own_clip() -> None:
    prompt = Prompt("greeting", "ask", "您好")
    assert Composer(VOCABULARY)(prompt, {"姓": "张"}) is prompt
    assert prompt.clips == ("greeting.ask",)


@pytest.mark.row("use_name")
def test_surname_and_title_are_one_clip() -> None:
    prompt = said("{姓}{先生}，请问您需要什么？", 姓="张", 先生="先生")
    assert prompt.clips == ("name.zhang1.sir", "row.key.1")
    assert prompt.text == "张先生，请问您需要什么？"
    assert prompt.id == "row.key"


@pytest.mark.parametrize(
    ("surname", "title", "clip"),
    [
        ("章", "先生", "name.zhang1.sir"),
        ("王", "小姐", "name.wang2.miss"),
        ("曾", "女士", "name.zeng1.madam"),
        ("单", "先生", "name.shan4.sir"),
        ("解", "先生", "name.xie4.sir"),
        ("仇", "先生", "name.qiu2.sir"),
        ("区", "先生", "name.ou1.sir"),
        ("查", "先生", "name.zha1.sir"),
        ("盖", "先生", "name.ge3.sir"),
        ("任", "先生", "name.ren2.sir"),
        ("华", "先生", "name.hua4.sir"),
        ("朴", "先生", "name.piao2.sir"),
        ("翟", "先生", "name.zhai2.sir"),
        ("冼", "先生", "name.xian3.sir"),
        ("尉迟", "先生", "name.yu4chi2.sir"),
        ("万俟", "先生", "name.mo4qi2.sir"),
        ("欧阳", "女士", "name.ou1yang2.madam"),
        ("司马", "先生", "name.si1ma3.sir"),
    ],
)
def test_surnames_are_pronounced_as_surnames(surname: str, title: str, clip: str) -> None:
    assert said("{姓}{先生}，", 姓=surname, 先生=title).clips == (clip,)


def test_a_title_that_is_written_out_is_part_of_the_name() -> None:
    """Row 13: {姓}小姐."""
    prompt = said("{姓}小姐", 姓="王")
    assert (prompt.text, prompt.clips) == ("王小姐", ("name.wang2.miss",))
    assert said("{姓}小姐", 姓="犇").clips == ("title.miss",)


@pytest.mark.parametrize(
    ("values", "text", "clips"),
    [
        ({"姓": "犇", "先生": "先生"}, "先生，您好", ("title.sir", "row.key.1")),
        ({"先生": "女士"}, "女士，您好", ("title.madam", "row.key.1")),
        ({"姓": "张"}, "先生/女士，您好", ("title.neutral", "row.key.1")),
        ({"姓": "张", "先生": "同志"}, "先生/女士，您好", ("title.neutral", "row.key.1")),
        ({}, "先生/女士，您好", ("title.neutral", "row.key.1")),
    ],
)
def test_an_unknown_name_becomes_a_neutral_address(
    values: dict[str, str], text: str, clips: tuple[str, ...]
) -> None:
    prompt = said("{姓}{先生}，您好", **values)
    assert (prompt.text, prompt.clips) == (text, clips)


def test_a_missing_clip_is_replaced_by_a_neutral_one() -> None:
    prompt, values = Prompt("row", "key", "{姓}{先生}，您好"), {"姓": "张", "先生": "先生"}
    assert without("name.zhang1.sir")(prompt, values).clips == ("title.sir", "row.key.1")
    composer = without("name.zhang1.sir", "title.sir")
    assert composer(prompt, values).clips == ("title.neutral", "row.key.1")
    composer = without("name.zhang1.sir", "title.sir", "title.neutral")
    assert composer(prompt, values) == Prompt("row", "key", "您好", parts=("row.key.1",))


@pytest.mark.parametrize(
    ("text", "hours", "clip"),
    [
        ("在{N}小时内", "2", "number.liang"),
        ("在{N}小时内", "24", "number.24"),
        ("在{N}小时内", "１２", "number.12"),
        ("在{N}小时内", "100", "number.neutral"),
        ("在{N}小时内", "两", "number.neutral"),
        ("在{N}楼", "2", "number.2"),
        ("在{小时}内", "2", "hours.2"),
        ("在{小时}内", "72", "hours.72"),
        ("在{小时}内", "0", "hours.neutral"),
        ("在{小时}内", "-3", "hours.neutral"),
        ("请找{部门}处理", "技术部", "department.technical"),
        ("请找{部门}处理", "天文部", "department.neutral"),
        ("您说的是{意思}吧", "开发票", "meaning.invoice"),
        ("您说的是{意思}吧", "去月球", "meaning.neutral"),
    ],
)
def test_a_value_is_one_clip(text: str, hours: str, clip: str) -> None:
    slot = text[text.index("{") + 1 : text.index("}")]
    assert said(text, **{slot: hours}).clips == ("row.key.1", clip, "row.key.2")


@pytest.mark.parametrize(
    ("slot", "value", "text", "clips"),
    [
        (
            "电话",
            "13803712345",
            "138-0371-2345",
            "yao.start 3.middle 8.end 0.start 3.middle 7.middle yao.end "
            "2.start 3.middle 4.middle 5.end",
        ),
        ("工号", "1007", "1007", "yao.start 0.middle 0.middle 7.end"),
        (
            "单号",
            "20260042",
            "202-600-42",
            "2.start 0.middle 2.end 6.start 0.middle 0.end 4.start 2.end",
        ),
        ("单号", "7", "7", "7.end"),
    ],
)
def test_digits_are_said_by_their_place_in_the_group(
    slot: str, value: str, text: str, clips: str
) -> None:
    prompt = said(f"{{{slot}}}", **{slot: value})
    assert prompt.text == text
    assert prompt.clips == tuple(f"digit.{clip}" for clip in clips.split())


@pytest.mark.row("agent_identity")
def test_the_staff_number_is_read_digit_by_digit() -> None:
    prompt = said("我的工号是{N}号。", N="12")
    assert prompt.clips == ("row.key.1", "digit.yao.start", "digit.2.end", "row.key.2")
    assert said("我的工号是{N}号。", N="").clips == ("row.key.1", "code.attribute", "row.key.2")


def test_letters_of_a_ticket_are_spelt() -> None:
    assert said("{单号}", 单号="TS-9").clips == ("letter.t", "letter.s", "digit.9.end")


@pytest.mark.parametrize("number", ["", "没有", "1" * 100])
def test_a_missing_or_too_long_number_is_not_read_out(number: str) -> None:
    assert said("{电话}", 电话=number).clips == ("code.number",)


def test_a_value_that_completes_a_forbidden_phrase_is_left_out() -> None:
    sheet = parse_sheet(
        '[[row]]\nnumber = 1\nid = "row"\nsituation = "一"\nnever = ["喂，张先生"]\n'
        '[row.say]\nkey = "您好"\n[system.say]\napology = "对不起"\n'
    )
    composer = Composer(VOCABULARY, forbids=sheet.forbidden_in)
    prompt = composer(Prompt("row", "key", "喂！{姓}{先生}"), {"姓": "张", "先生": "先生"})
    assert prompt.text == "喂！先生/女士"


@given(
    text=st.lists(
        st.sampled_from([*(f"{{{slot}}}" for slot in SLOTS), "小姐", "，", "号", "小时内"])
    ),
    values=st.dictionaries(
        st.sampled_from(SLOTS),
        st.text() | st.sampled_from(["张", "先生", "技术部", "24", "0371-66385255", "²", "1" * 30]),
    ),
)
def test_every_composition_has_clips_and_no_slot_left(
    sheet: Sheet, text: list[str], values: dict[str, str]
) -> None:
    rendered = {prompt.id for prompt in fragments_to_render(sheet, VOCABULARY)}
    prompt = Composer(VOCABULARY)(Prompt("row", "key", "".join(text)), values)
    assert {id for id in prompt.clips if not id.startswith("row.key")} <= rendered
    assert not any(f"{{{slot}}}" in prompt.text for slot in SLOTS if text)


def test_every_prompt_of_the_sheet_can_be_spoken_with_and_without_values(sheet: Sheet) -> None:
    rendered = {prompt.id for prompt in (*sheet.fragments(), *fragments_to_render(sheet))}
    values = {"姓": "张", "先生": "先生", "意思": "开发票", "N": "24"}
    composer = Composer(VOCABULARY, rendered.__contains__, sheet.forbidden_in)
    for prompt in sheet.prompts():
        for given_values in (values, {}):
            spoken = composer(prompt, given_values)
            assert set(spoken.clips) <= rendered, spoken
            assert "{" not in spoken.text
            assert sheet.forbidden_in(spoken.text) is None


def test_there_are_more_than_400_surnames_and_the_common_ones() -> None:
    assert len(VOCABULARY.surnames) >= 400
    assert set("王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑") <= VOCABULARY.surnames.keys()
    assert sum(len(surname) == 2 for surname in VOCABULARY.surnames) >= 30


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[surnames", "not valid TOML"),
        ("[names]", "unknown table names"),
        ('[surnames]\nzhang = "张"', "'zhang' is not a name of a clip"),
        ("[surnames]\nzhang1 = 1", "zhang1 has no words"),
        ('[meanings]\n"买" = "买"', "'买' is not a name of a clip"),
    ],
)
def test_a_mistake_in_a_table_is_named(text: str, sentence: str) -> None:
    with pytest.raises(VocabularyError, match=sentence):
        Vocabulary.parse(text)
