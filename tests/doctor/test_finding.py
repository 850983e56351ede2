"""Findings: an error's sentence is divided into what is wrong and what to do, in both languages."""

import pytest

from ivr.doctor.finding import wrong


@pytest.mark.parametrize(
    ("sentence", "says", "remedy"),
    [
        ("row a: it is wrong; reword it", "row a: it is wrong", "reword it"),
        ("there is no file a.toml: add it", "there is no file a.toml", "add it"),
        ("条目 a：不对；请换一种说法", "条目 a：不对", "请换一种说法"),
        ("没有文件 a.toml：请加上", "没有文件 a.toml", "请加上"),
        ("it is at 127.0.0.1:80", "it is at 127.0.0.1:80", ""),
    ],
)
def test_the_remedy_follows_the_last_colon_or_semicolon(
    sentence: str, says: str, remedy: str
) -> None:
    check = wrong("a check", sentence)
    assert (check.says, check.remedy) == (says, remedy)
