"""The check of readings: nothing of the shipped sheet is misread or left to the dictionary."""

import json
from pathlib import Path

import pytest

from ivr.dialogue.row import Prompt
from ivr.etiquette.sheet import Sheet
from ivr.voice.clip import Clip, Form, clips_of
from ivr.voice.reading import decisions
from ivr.voice.reading.aloud import read_prompt
from ivr.voice.reading.decisions import check_readings
from ivr.voice.reading.lexicon import Lexicon
from ivr.voice.reading.pinyin import syllables_in
from ivr.voice.reading.syllables import Source
from ivr.words.wording import read_sheet


def _clip(id: str, text: str) -> Clip:
    return Clip(Prompt.named(id, text), Form())


def test_every_reading_of_the_shipped_sheet_is_decided(sheet: Sheet) -> None:
    found = check_readings(clips_of(sheet))
    assert found.misread == ()
    assert found.undecided == ()
    assert found.unreadable == ()
    assert {one.source for one in found.decisions} >= {
        Source.TABLE,
        Source.RULE,
        Source.USUAL,
        Source.SURNAME,
    }


def test_every_reading_of_another_company_is_decided(root: Path) -> None:
    found = check_readings(clips_of(read_sheet(root / "prompts/example-clinic/sheet.toml")))
    assert not found.misread
    assert not found.undecided
    assert not found.unreadable


def test_a_polyphone_is_listed_with_its_neighbours() -> None:
    found = check_readings([_clip("system.x", "QQ，请您重新登记。")])
    assert [(one.clip, one.around, one.reading, one.source) for one in found.decisions] == [
        ("system.x", "，请您重新登记", "chong2", Source.TABLE)
    ]


def test_a_prompt_is_read_once_for_all_renderings() -> None:
    prompt = Prompt.named("system.x", "重新")
    clips = [Clip(prompt, Form()), Clip(prompt, Form("slow"))]
    assert len(check_readings(clips).decisions) == 1


def test_what_only_the_dictionary_knows_is_undecided() -> None:
    found = check_readings([_clip("system.x", "行囊")])
    assert [one.character for one in found.undecided] == ["行"]


def test_a_word_whose_characters_belong_to_two_others_is_listed_apart() -> None:
    lexicon = Lexicon({"会计": syllables_in("kuai4 ji4")})
    found = check_readings([_clip("system.x", "我不会计较，会计")], lexicon)
    assert found.misread == ()
    assert [(one.word, one.expected, one.read) for one in found.crossed] == [
        ("会计", "kuai4 ji4", "hui4 ji4")
    ]


def test_a_reading_against_the_table_is_misread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table outranks everything, so this takes a front end that reads by another one."""
    monkeypatch.setattr(decisions, "read_prompt", lambda text, _: read_prompt(text, Lexicon()))
    found = check_readings([_clip("system.x", "请重新登记")])
    assert [(one.word, one.expected, one.read) for one in found.misread] == []
    lexicon = Lexicon({"登记": syllables_in("deng3 ji1")})
    found = check_readings([_clip("system.x", "请重新登记")], lexicon)
    assert [(one.word, one.expected, one.read) for one in found.misread] == [
        ("登记", "deng3 ji1", "deng1 ji4")
    ]


def test_a_word_does_not_reach_across_a_pause() -> None:
    lexicon = Lexicon({"会计": syllables_in("kuai4 ji4")})
    assert check_readings([_clip("system.x", "不会，计算")], lexicon).crossed == ()


def test_a_name_against_the_pinyin_of_its_clip_is_misread() -> None:
    found = check_readings([_clip("name.ceng2.sir", "曾先生")])
    assert [(one.word, one.expected, one.read) for one in found.misread] == [
        ("曾", "ceng2", "zeng1")
    ]


def test_what_cannot_be_read_is_listed() -> None:
    found = check_readings([_clip("system.x", "您☃"), _clip("system.y", "重新")])
    assert [(one.clip, "'☃', sign 2" in one.reason) for one in found.unreadable] == [
        ("system.x", True)
    ]
    assert len(found.decisions) == 1


def test_the_result_is_json() -> None:
    dumped = json.loads(json.dumps(check_readings([_clip("system.x", "行囊")]).dump()))
    assert len(dumped["decisions"]) == 1
    assert dumped["undecided"][0]["reading"] == "xing2"
    assert dumped["misread"] == dumped["crossed"] == dumped["unreadable"] == []
