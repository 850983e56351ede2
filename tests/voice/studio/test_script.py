"""The script has every recording that the engine needs once, with all that a speaker must know."""

import re
from pathlib import Path

import pytest

from ivr.dialogue.row import Edges
from ivr.etiquette.sheet import Sheet, parse_sheet
from ivr.voice import VoiceError
from ivr.voice.clip import clips_of, takes_of
from ivr.voice.formats import is_wordless
from ivr.voice.studio.page import script_page
from ivr.voice.studio.recordings import Studio
from ivr.voice.studio.script import ScriptLine, StudioScript, studio_script, words_around
from tests.html import ReadPage
from tests.voice.rendered_sheet import COMPANY

pytestmark = pytest.mark.slow  # whole scripts are laid out


@pytest.fixture(scope="module")
def script(sheet: Sheet) -> StudioScript:
    return studio_script(sheet)


def line(script: StudioScript, id: str) -> ScriptLine:
    return next(one for one in script.lines if id in (one.id, *one.also))


def test_the_engine_needs_exactly_the_lines_of_the_script(
    script: StudioScript, sheet: Sheet, tmp_path: Path
) -> None:
    for one in script.lines:
        (tmp_path / f"{one.id}.wav").write_bytes(one.id.encode())
    studio = Studio(tmp_path)
    takes = [take for take in takes_of(clips_of(sheet)) if not is_wordless(take.clips[0])]
    assert all(studio.source(take) for take in takes)
    assert len({studio.source(take) for take in takes}) == len(script.lines)


def test_lines_are_numbered_in_the_order_of_the_sheet(script: StudioScript, sheet: Sheet) -> None:
    assert [one.number for one in script.lines] == list(range(1, len(script.lines) + 1))
    rows = [section.row for section in script.sections if section.row]
    assert rows == [str(row.number) for row in sheet.values() if str(row.number) in rows]
    assert script.lines[0].id == "greeting.ask"


def test_a_part_of_the_script_keeps_its_numbers(script: StudioScript, sheet: Sheet) -> None:
    for only in ("hold", "hold.ask", "name", "digit", "closing"):
        part = studio_script(sheet, only=only)
        assert set(part.lines) < set(script.lines)
        assert all(
            any(f"{id}.".startswith(f"{only}.") for id in (one.id, *one.also)) for one in part.lines
        )
    whole = studio_script(sheet, pieces=False)
    whole_ids = [(one.number, one.id) for one in whole.lines]
    assert whole_ids == [(one.number, one.id) for one in script.lines[: len(whole_ids)]]


def test_what_is_not_in_the_sheet_is_named(sheet: Sheet) -> None:
    with pytest.raises(VoiceError, match="neither a row nor a prompt 'nothing'"):
        studio_script(sheet, only="nothing")
    with pytest.raises(VoiceError, match="neither a row nor a prompt 'name'"):
        studio_script(sheet, only="name", pieces=False)


def test_sentences_with_the_same_words_are_read_once(script: StudioScript) -> None:
    """The sheet asks 请问还有什么可以帮助您？ in two rows."""
    assert line(script, "closing.ask") is line(script, "caller_stays_on.ask")
    assert line(script, "closing.ask").also == ("caller_stays_on.ask",)


def test_a_part_of_a_sentence_is_shown_in_its_sentence(script: StudioScript) -> None:
    topic = line(script, "ask_topic.ask.1")
    assert list(words_around(topic)) == [
        ("〔姓〕〔先生〕，", False),
        ("请问您需要了解企业 QQ 哪方面的信息？", True),
    ]
    assert topic.edges is Edges.LAST
    assert topic.delivery == "end of a sentence: begin as if you had just said the words before it"
    first = line(script, "complaint_accepted.farewell.1")
    assert next(words_around(first)) == ("很抱歉，", True)
    assert "as if going on" in first.delivery
    assert line(script, "greeting.ask").delivery == ""


def test_numbers_and_letters_are_shown_as_they_are_read(script: StudioScript) -> None:
    phone = line(script, "company_facts.phone")
    assert "0371-66385255" in phone.text
    assert "零三七幺，六六三八，五二五五" in phone.spoken
    website = line(script, "company_facts.website")
    assert website.spoken.endswith("W，W，W，点，Q，Q，H，E，N，A，N，点，C，O，M")
    assert phone.spelt_out
    assert not line(script, "hold.ask").spelt_out


def test_a_surname_is_shown_in_its_own_characters_with_its_reading(script: StudioScript) -> None:
    """The engine is given 增先生 for 曾先生; a person must not see that."""
    name = line(script, "name.zeng1.sir")
    assert (name.text, name.spoken, name.words) == ("曾先生", "曾先生", "增先生")
    assert name.reading == "zēng"
    assert line(script, "name.lv2qiu1.sir").reading == "lǘ qiū"
    assert line(script, "hold.ask").reading == ""


def test_digits_are_grouped_by_their_place(script: StudioScript) -> None:
    sections = {one.lines[0].id: one for one in script.sections}
    start, middle, end = (sections[f"digit.0.{place}"] for place in ("start", "middle", "end"))
    assert [len(one.lines) for one in (start, middle, end)] == [10, 10, 10]
    assert middle.advice == (
        "Say each line as it sounds inside the sentence: 您的联系电话是八〔…〕八四，对吗"
    )
    assert len({start.advice, middle.advice, end.advice}) == 3
    assert all(one.short for one in (start, middle, end))


def test_the_page_has_every_line(script: StudioScript, sheet: Sheet) -> None:
    html = script_page(script)
    page = ReadPage(html)
    assert html.count("<article ") == len(script.lines)
    assert all(one.id in page.values for one in script.lines)
    assert all(row.situation in page.text for row in sheet.values())
    assert "腾讯企业 QQ 河南服务中心 · script for the studio" in page.text
    assert "<script" not in html
    assert not re.search(r"(src|href)=", html)


def test_the_page_of_a_slow_session_says_so(sheet: Sheet) -> None:
    script = studio_script(sheet, only="hold")
    assert "Speak slowly" in script_page(script, slow=True)
    assert "Speak slowly" not in script_page(script)


def test_the_page_escapes_whatever_the_sheet_says(excerpt_path: Path) -> None:
    hostile = "a&b\"c'd"
    text = excerpt_path.read_text("utf-8")
    text = text.replace("对不起，我挂线了。", hostile.replace('"', '\\"'))
    sheet = parse_sheet(text, COMPANY.read_text("utf-8"))
    page = ReadPage(script_page(studio_script(sheet, pieces=False)))
    assert hostile in page.text
