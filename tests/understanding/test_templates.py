"""The notation of templates in phrase files: parsed into wordings, or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.understanding.templates import TemplateError, count, parse_template, slots, wordings


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("我要投诉", ["我要投诉"]),
        ("[我|我们]要投诉", ["我要投诉", "我们要投诉"]),
        ("我要投诉(你们|)", ["我要投诉你们", "我要投诉"]),
        ("（请｜）帮我", ["请帮我", "帮我"]),
        ("[a[b|c]|d]", ["ab", "ac", "d"]),
        ("我姓{姓}", ["我姓{姓}"]),
    ],
)
def test_a_template_stands_for_its_wordings(template: str, says: list[str]) -> None:
    parts = parse_template(template)
    assert sorted(wordings(parts, 100)) == sorted(says)
    assert count(parts) == len(says)


def test_classes_are_named() -> None:
    assert list(slots(parse_template("我找[{部门}|{姓}经理]"))) == ["部门", "姓"]


@pytest.mark.parametrize("template", ["[我|我们", "我]要", "{姓", "(a]", "(请)帮我"])
def test_brackets_that_do_not_match_are_refused(template: str) -> None:
    with pytest.raises(TemplateError):
        parse_template(template)


@given(st.text(alphabet="我要[]()|{}姓", max_size=40))
def test_any_text_is_a_template_or_refused(template: str) -> None:
    try:
        parts = parse_template(template)
    except TemplateError:
        return
    assert len(list(wordings(parts, 50))) <= 50
