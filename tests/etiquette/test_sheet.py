"""The sheet is read, and a mistake in it is reported in one sentence."""

import pytest

from ivr.dialogue.row import Edges, Prompt
from ivr.etiquette.sheet import Sheet, SheetError, parse_sheet

GOOD = """
[[row]]
number = 1
id = "greeting"
situation = "客户打来电话"
never = ["喂，你好。"]
[row.say]
ask = "您好，请问有什么可以帮助您的？"

[[row]]
number = 2
id = "no_sound"
situation = "电话没有声音"
seconds = 4
tries = 2
[row.say]
ask = "您好！"
named = "{姓}{先生}，您好！"

[system.say]
apology = "对不起！"
"""


def changed(old: str, new: str) -> str:
    """Return the good sheet with its first ``old`` replaced."""
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def sheet_forbidding(*phrases: str) -> Sheet:
    """Return the good sheet whose first row forbids these phrases."""
    return parse_sheet(changed('["喂，你好。"]', "[" + ", ".join(f'"{p}"' for p in phrases) + "]"))


def test_rows_are_found_by_id_and_come_in_order() -> None:
    sheet = parse_sheet(GOOD)
    assert list(sheet) == ["greeting", "no_sound"]
    assert len(sheet) == 2
    assert sheet["no_sound"].situation == "电话没有声音"
    assert (sheet["no_sound"].seconds, sheet["no_sound"].tries) == (4.0, 2)
    assert (sheet["greeting"].seconds, sheet["greeting"].tries) == (5.0, 1)
    with pytest.raises(KeyError):
        sheet["thanks"]


def test_the_system_row_is_found_but_not_counted() -> None:
    sheet = parse_sheet(GOOD)
    assert sheet["system"] is sheet.system
    assert "system" not in list(sheet)
    assert (sheet.system.number, sheet.system.id) == (0, "system")


def test_prompts_have_slots_and_fragments_have_none() -> None:
    sheet = parse_sheet(GOOD)
    assert [prompt.id for prompt in sheet.prompts()] == [
        "greeting.ask",
        "no_sound.ask",
        "no_sound.named",
        "system.apology",
    ]
    assert Prompt("no_sound", "named.1", "，您好！", Edges.LAST) in sheet.fragments()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (changed("tries = 2", "trys = 2"), r"row no_sound has the unknown key trys; .*tries"),
        (changed("[system.say]", "[sytem.say]"), r"the sheet has the unknown key sytem; "),
        (changed("[system.say]", "[system.never]"), r"system has the unknown key never; "),
        (changed('"no_sound"', '"greeting"'), r"row greeting is there twice; .*another id"),
        (changed("number = 2", "number = 1"), r"row no_sound: number 1 .* row greeting; give"),
        (changed("number = 2", "number = 0"), r"row no_sound: number is 0; .*from 1"),
        (changed("number = 2", "number = true"), r"row no_sound: number is True; "),
        (changed("number = 2", ""), r"row no_sound: number is None; "),
        (changed('"电话没有声音"', '" "'), r"row no_sound: situation is ' '; .*in quotes"),
        (
            changed('ask = "您好！"\nnamed = "{姓}{先生}，您好！"', ""),
            r"row no_sound: say is missing",
        ),
        (changed('apology = "对不起！"', ""), r"system: say is missing; .*\[system\.say\]"),
        (changed('ask = "您好！"', 'ask = ""'), r"row no_sound: say\.ask has no words; write"),
        (changed('ask = "您好！"', 'ask = "……！"'), r"row no_sound: say\.ask has no words"),
        (changed('ask = "您好！"', "ask = 5"), r"row no_sound: say\.ask has no words"),
        (changed('ask = "您好！"', 'Ask = "您好！"'), r"row no_sound: say has the key 'Ask'; use"),
        (changed("{姓}", "{姓"), r"row no_sound: say\.named has a brace without partner; .*\{N\}"),
        (changed("seconds = 4", "seconds = 0"), r"row no_sound: seconds is 0; .*unit is seconds"),
        (changed("seconds = 4", "seconds = 5000"), r"seconds is 5000; .*at most 60"),
        (changed("seconds = 4", "seconds = nan"), r"seconds is nan; give a number"),
        (changed("seconds = 4", 'seconds = "4"'), r"seconds is '4'; give a number"),
        (changed("seconds = 4", "seconds = true"), r"seconds is True; give a number"),
        (changed("tries = 2", "tries = 0"), r"row no_sound: tries is 0; .*from 1 to 9"),
        (changed("tries = 2", "tries = 10"), r"tries is 10; "),
        (changed("tries = 2", "tries = 1.5"), r"tries is 1\.5; "),
        (
            changed('["喂，你好。"]', '"喂，你好。"'),
            r"row greeting: never is not a list of phrases",
        ),
        (changed('["喂，你好。"]', '["！"]'), r"row greeting: never is not a list of phrases"),
        (changed('"no_sound"', '"no sound"'), r"row at place 2 has the id 'no sound': use small"),
        (changed('"no_sound"', '"system"'), r"row at place 2 has the id 'system'"),
        (changed('id = "no_sound"', ""), r"row at place 2 has the id None"),
        (
            changed('"您好！"', '"喂！你好！"'),
            r"row no_sound: say\.ask .*'喂，你好。', .*row greeting",
        ),
        (changed('"对不起！"', '"喂你好"'), r"row system: say\.apology contains"),
        (changed("number = 1", "number = "), r"the sheet is not valid TOML: .*line 3"),
        (changed("tries = 2", "seconds = 2"), r"the sheet is not valid TOML: .*line 15"),
        ("", r"the sheet has no rows: .*\[\[row\]\]"),
        ("row = [1]", r"row at place 1 is not a table"),
        ("system = 1\n[[row]]", r"system is not a table"),
    ],
)
def test_a_mistake_is_named_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(SheetError, match=sentence) as raised:
        parse_sheet(text)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("phrase", "sentence"),
    [
        ("喂，你好。", "喂，你好。"),
        ("喂，你好。", "喂你好，这里是河南服务中心"),
        ("喂，你好。", "您好。喂 —— 你好呀！"),
        ("喂，说话呀！再不说话，我就挂了。", "喂！说话呀。再不说话我就挂了"),
        ("什么意思？", "您这是什么 意思呢"),
        ("你等着。", "请你，等着"),
        ("您想买企业 QQ 吗？", "请问您想买企业qq吗"),
        ("您想买企业 QQ 吗？", "您想买企业ＱＱ吗"),
        ("您挂……电话吧！", "没事了吧，您挂电话吧"),
        ("喂", "喂，您好"),
        ("喂！", "您好！喂"),
    ],
)
def test_finds_a_forbidden_phrase_however_it_is_punctuated(phrase: str, sentence: str) -> None:
    row, found = sheet_forbidding("不会出现的话", phrase).forbidden_in(sentence) or (None, "")
    assert row is not None
    assert ("greeting", phrase) == (row.id, found)


@pytest.mark.parametrize(
    ("phrase", "sentence"),
    [
        ("喂，你好。", "您好，请问有什么可以帮助您的？"),
        ("喂", "这里也卖喂养用品"),
        ("什么意思？", "请问您说的是购买的意思吗？"),
        ("什么意思？", "请问您需要什么？意思是想买吗？"),
        ("你好，请问有什么事？", "您好！请问有什么可以帮助您？"),
        ("你等着。", "感谢您的耐心等待。"),
        ("您想买企业 QQ 吗？", "您想了解企业 QQ 吗？"),
        ("a.c", "abc"),
    ],
)
def test_a_short_phrase_forbids_no_more_than_it_says(phrase: str, sentence: str) -> None:
    assert sheet_forbidding(phrase).forbidden_in(sentence) is None
