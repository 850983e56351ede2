"""The sheet of another company can take the place of this one."""

import re
from pathlib import Path

import pytest

from ivr.dialogue.row import Prompt
from ivr.etiquette.sheet import Sheet, SheetError, parse_sheet
from ivr.words.wording import read_sheet

PROMPTS = Path(__file__).parents[2] / "prompts"


@pytest.fixture(scope="module")
def clinic() -> Sheet:
    """Return the example sheet of a dental clinic."""
    return read_sheet(PROMPTS / "example-clinic" / "sheet.toml")


def _words(sheet: Sheet) -> list[Prompt]:
    """Return all prompts except the answers, which differ between companies."""
    return [prompt for prompt in sheet.prompts() if not prompt.id.startswith("knowledge.")]


def slots(text: str) -> list[str]:
    """Return the slots of ``text``, with their braces."""
    return re.findall(r"\{[^}]+\}", text)


def test_the_clinic_has_the_same_rows_keys_and_slots(clinic: Sheet, sheet: Sheet) -> None:
    assert list(clinic) == list(sheet)
    assert len(clinic) == 36
    for ours, theirs in zip(_words(sheet), _words(clinic), strict=True):
        assert (ours.id, slots(ours.text)) == (theirs.id, slots(theirs.text))


def test_the_clinic_names_only_its_own_company(clinic: Sheet, sheet: Sheet) -> None:
    words = "".join(prompt.text for prompt in clinic.prompts())
    assert clinic.company["公司"] in clinic["greeting"].say["ask"]
    for name in ("公司", "品牌", "全称", "热线", "地址", "网址"):
        assert sheet.company[name] not in words, name
    different = [
        one.id
        for one, other in zip(_words(sheet), _words(clinic), strict=True)
        if one.text != other.text
    ]
    assert len(different) >= 15


def test_no_variable_is_left_in_either_sheet(clinic: Sheet, sheet: Sheet) -> None:
    for prompt in (*clinic.prompts(), *sheet.prompts()):
        assert not re.search("[<>]", prompt.text), prompt


@pytest.mark.parametrize(
    ("words", "company", "sentence"),
    [
        ("您好，<公司>。", "", "row hello.say.ask uses <公司>, which is unknown"),
        ("您好，<公司。", '"公司" = "安心"', "has a bracket without partner"),
        ("您好。", '"公司" = ""', "the company's 公司 is ''; write its words in quotes"),
        ("您好。", '"公司" = 8', "the company's 公司 is 8"),
        ("您好。", '"公司" = "<热线>"', "has a bracket in '<热线>'"),
        ("您好。", "公司 = 8", "the company is not valid TOML"),
        ("您好。", '"公 司" = "安心"', "use letters and digits only"),
        ("您好，<公司>。", '"公司" = "喂"', "contains '喂', which row hello forbids"),
    ],
)
def test_a_wrong_variable_is_refused_in_one_sentence(
    words: str, company: str, sentence: str
) -> None:
    text = (
        '[[row]]\nnumber = 1\nid = "hello"\nsituation = "s"\nnever = ["喂"]\n[row.say]\n'
        f'ask = "{words}"\n[system.say]\nbusy = "忙。"\n'
    )
    with pytest.raises(SheetError) as error:
        parse_sheet(text, company)
    assert sentence in str(error.value)
