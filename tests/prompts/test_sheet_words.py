"""The words of prompts/sheet.toml are exactly those of the paper."""

import re
from pathlib import Path

import pytest

from ivr.dialogue.row import Row
from ivr.etiquette.sheet import Sheet
from ivr.words.wording import read_sheet

PROMPTS = Path(__file__).parents[2] / "prompts"

IDS = [
    "greeting",
    "no_sound",
    "cannot_hear_agent",
    "wrong_number",
    "slow_answer",
    "other_department",
    "private_call",
    "low_volume",
    "speakerphone",
    "noisy_line",
    "dialect",
    "ask_name",
    "use_name",
    "ask_topic",
    "clarify",
    "confirm_understood",
    "hold",
    "take_note",
    "purchase_intent",
    "cannot_answer_now",
    "cannot_fulfil",
    "slow_service",
    "ask_forgiveness",
    "abusive_caller",
    "ask_repeat",
    "attitude_complaint",
    "complaint_deferred",
    "complaint_accepted",
    "agent_identity",
    "invitation",
    "suggestion",
    "nuisance_call",
    "closing",
    "thanks",
    "caller_stays_on",
    "company_facts",
]

# Corrections of the paper's typography, which would keep a sentence from being found in it.
CORRECTIONS = {
    "您说否能": "您是否能",  # a misprint
    "“若仍听不清楚，客户代表：”对不起": "”若仍听不清楚，客户代表：“对不起",  # quotes turned round
    "（稍微提高音量），": "",  # how to say it, not what
    "（根据投诉的类别和客户类别的不同而不同，见服务时限标准）": "",
}
# Sentences of the paper that stand for two each.
ALTERNATIVES = {
    "您是否明白/清楚？": ("您是否明白？", "您是否清楚？"),
    "在2小时之内（简单投诉）/24小时之内（复杂投诉）给": ("在2小时之内给", "在24小时之内给"),
}
# Gaps that the paper leaves for the name, the hours or the number.
GAPS = r"\*\*先生|……|先生/小姐|小姐/先生|先生/女士"


def plain(text: str) -> str:
    """Return ``text`` without a final stop and without spaces, which belong to the layout."""
    return re.sub(r"\s", "", text).rstrip("。")


def paper() -> list[list[str]]:
    """Return the rows of the paper as [situation, never, say]."""
    rows: list[list[str]] = []
    for line in (PROMPTS / "etiquette-original.txt").read_text(encoding="utf-8").splitlines():
        cells = line.split("\t")
        if cells[0].strip() and len(cells) > 1:
            rows.append([*cells, ""][:3])
        elif len(cells) == 3:  # a row that continues on the next page
            rows[-1][2] += cells[2]
    return rows[1:]


def quoted(cell: str) -> list[str]:
    """Return the texts between quotation marks that have words (客户：“……” has none)."""
    text = plain(cell)
    for printed, meant in CORRECTIONS.items():
        text = text.replace(printed, meant)
    pieces = [plain(piece) for piece in re.findall("“([^“”]*)”", text)]
    return [piece for piece in pieces if re.search(r"\w", piece)]


def sentences(cell: str) -> list[str]:
    """Return the sentences to say: alternatives one by one, gaps removed."""
    found: list[str] = []
    for piece in quoted(cell):
        versions = [piece]
        for both, each in ALTERNATIVES.items():
            if both in piece:
                versions = [piece.replace(both, one) for one in each]
        found += [re.sub(GAPS, "", version) for version in versions]
    return found


def said(row: Row) -> list[str]:
    """Return the words of the row, slots removed."""
    return [re.sub(r"\{[^}]+\}", "", plain(words)) for words in row.say.values()]


@pytest.fixture(scope="module")
def sheet() -> Sheet:
    """Return the company's sheet."""
    return read_sheet(PROMPTS / "sheet.toml")


PAPER = dict(zip(IDS, paper(), strict=True))
SAID_OTHERWISE = {"use_name", "agent_identity", "company_facts"}


def test_the_sheet_has_the_36_rows_of_the_paper_in_order(sheet: Sheet) -> None:
    assert list(sheet) == IDS
    assert list(range(1, 37)) == [row.number for row in sheet.values()]


@pytest.mark.parametrize("id", IDS)
def test_every_situation_is_in_the_words_of_the_paper(sheet: Sheet, id: str) -> None:
    assert plain(PAPER[id][0]) == plain(sheet[id].situation)


@pytest.mark.parametrize("id", [id for id in IDS if id not in SAID_OTHERWISE])
def test_every_row_says_what_the_paper_says_and_nothing_else(sheet: Sheet, id: str) -> None:
    """A question that the paper repeats is there once, with that number of tries."""
    found = sentences(PAPER[id][2])
    assert list(dict.fromkeys(found)) == said(sheet[id])
    assert max(map(found.count, found)) == sheet[id].tries


def test_use_name_puts_the_surname_before_the_title(sheet: Sheet) -> None:
    """Row 13 is only described on the paper: 在“先生/小姐”前加上客户的姓氏."""
    assert "“先生/小姐”前加上客户的姓氏" in plain(PAPER["use_name"][2])
    assert list(sheet["use_name"].say.values()) == ["{姓}先生", "{姓}小姐"]


def test_agent_identity_says_the_rule_as_the_paper_reports_it(sheet: Sheet) -> None:
    number, rule = said(sheet["agent_identity"])
    assert sentences(PAPER["agent_identity"][2]) == [number]
    assert rule in plain(PAPER["agent_identity"][2])


def test_company_facts_are_those_of_the_remark_and_the_page_heads(sheet: Sheet) -> None:
    name, address, website, phone, hotline = said(sheet["company_facts"])
    assert plain(PAPER["company_facts"][1]) == name + address + website
    whole = plain((PROMPTS / "etiquette-original.txt").read_text(encoding="utf-8"))
    assert hotline in whole
    assert phone in hotline


@pytest.mark.parametrize("id", IDS)
def test_every_row_forbids_the_phrases_that_the_paper_forbids(sheet: Sheet, id: str) -> None:
    assert quoted(PAPER[id][1]) == [plain(phrase) for phrase in sheet[id].never]


def test_no_prompt_contains_a_forbidden_phrase(sheet: Sheet) -> None:
    for prompt in sheet.prompts():
        assert sheet.forbidden_in(prompt.text) is None, prompt


def test_every_wait_of_the_paper_is_five_seconds(sheet: Sheet) -> None:
    waits = re.findall("(.)秒", plain("".join(cell for row in paper() for cell in row)))
    assert {"五", "5"} == set(waits)
    assert {5.0} == {row.seconds for row in sheet.values()}


def test_the_system_row_has_these_sentences(sheet: Sheet) -> None:
    assert list(sheet.system.say) == [
        "apology", "busy", "keys_only", "not_kept", "number_check", "number_again", "go_on",
        "recorded", "recorded_unless", "not_recorded", "take_your_time", "ticket", "other_phone",
        "ticket_ask", "status_open", "status_assigned", "status_done", "status_cancelled",
        "unknown", "transferring", "nobody_free", "closed",
    ]  # fmt: skip
