"""Sentences on a terminal and in reports: Chinese where the locale says so, else English."""

import os
import string
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ivr.cli import app
from ivr.translation import LIBRARY_SENTENCES, library_tr, tr
from tools import translations

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("IVR_", "LC_"))}
SCENARIO = "电话号码按键输入"


def chinese(*words: str, **variables: str) -> str:
    """Return what the command writes in a process of its own: typer is translated at import."""
    done = subprocess.run(
        [sys.executable, "-m", "ivr", *words],
        env=CLEAN | {"LANGUAGE": "zh_CN", "COLUMNS": "100"} | variables,
        text=True, capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


def english(*words: str, language: str = "en", **variables: str) -> str:
    """Return what the command writes in this process."""
    runner = CliRunner(env={"LANGUAGE": language, "COLUMNS": "100"} | variables)
    return runner.invoke(app, words, prog_name="ivr").output


def fields(sentence: str) -> list[tuple[str, str | None, str | None]]:
    """Return the fields of a sentence with format and conversion, in alphabetical order."""
    return sorted(
        (name, form, conversion)
        for _, name, form, conversion in string.Formatter().parse(sentence)
        if name is not None
    )


@pytest.mark.slow
def test_the_catalogue_has_exactly_the_sentences_of_the_code() -> None:
    known = {message.id for message in translations.read_catalogue() if message.id}
    assert known == translations.collected(), "run `make translations`"


def test_every_sentence_is_translated_with_its_fields() -> None:
    messages = [message for message in translations.read_catalogue() if message.id]
    assert not [message.id for message in messages if not message.string]
    assert not [each.id for each in messages if fields(str(each.id)) != fields(str(each.string))]


def test_commands_and_names_in_backticks_stay_as_they_are() -> None:
    for message in translations.read_catalogue():
        for command in str(message.id).split("`")[1::2]:
            assert command in str(message.string)


def test_what_the_program_reads_is_compiled_from_the_catalogue(tmp_path: Path) -> None:
    translations.compile_catalogue(translations.read_catalogue(), tmp_path / "ivr.mo")
    assert (tmp_path / "ivr.mo").read_bytes() == translations.MO.read_bytes()


def test_an_update_keeps_translations_adds_new_sentences_and_drops_old_ones() -> None:
    old = translations.read_catalogue()
    new = translations.updated(old, {"Error", "a new sentence"})
    told = {message.id: message.string for message in new if message.id}
    assert told == {"Error": "错误", "a new sentence": ""}


@pytest.mark.parametrize(
    ("sentence", "chinese"),
    [
        ("a sentence of nobody", "a sentence of nobody"),
        ("Missing argument 'number'.", "缺少参数 'number'。"),
        (
            "Invalid value for '--limit': Input should be greater than or equal to 1",
            "'--limit' 的值无效：应大于或等于 1",
        ),
        ("Input should be 'off', 'on' or 'consent'", "应为 'off', 'on' 或 'consent'"),
    ],
)
def test_sentences_of_libraries_are_recognised(
    sentence: str, chinese: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert library_tr(sentence) == sentence
    monkeypatch.setenv("LANGUAGE", "zh_CN")
    assert library_tr(sentence) == chinese


def test_no_library_sentence_is_taken_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "zh_CN")
    for template in LIBRARY_SENTENCES:
        filled = {name: "x" for name, _, _ in fields(template)}
        assert library_tr(template.format(**filled)) == tr(template).format(**filled)


@pytest.mark.parametrize(
    ("words", "ours", "theirs"),
    [
        (("--help",), "接听热线，直到收到停止信号。", "Answer the hotline until told to stop."),
        (("tickets", "list", "--nope"), "没有选项：--nope", "No such option: --nope"),
        *(
            pytest.param(*case, marks=pytest.mark.slow)
            for case in (
                (("--help",), "用法：ivr [选项] 命令", "Usage: ivr [OPTIONS] COMMAND"),
                (("--help",), "为当前 shell 安装命令补全。", "Install completion"),
                (("tickets", "--help"), "把工单标为已办结。", "Mark a ticket as done."),
                (
                    ("tickets", "list", "--help"),
                    "显示本帮助并退出。",
                    "Show this message and exit.",
                ),
                (("tickets", "show"), "缺少参数 'number'。", "Missing argument 'number'."),
                (("servee",), "您是否想输入 'serve'？", "Did you mean 'serve'?"),
                (("models", "fetch", "huge"), "没有模型 'huge'", "there is no model 'huge'"),
            )
        ),
    ],
)
def test_commands_speak_the_language_of_the_locale(
    words: tuple[str, ...], ours: str, theirs: str
) -> None:
    assert ours in chinese(*words)
    assert theirs in english(*words)


@pytest.mark.slow
def test_the_doctor_speaks_the_language_of_the_locale() -> None:
    told = chinese("doctor", IVR_AGI__PORT="x")
    assert "处理办法" in told
    assert "故障  配置    agi.port = 'x' 无法使用  应为有效的整数" in told
    assert "broken  settings  agi.port = 'x' cannot be used  give a integer" in english(
        "doctor", language="C", IVR_AGI__PORT="x"
    )


@pytest.mark.slow
def test_json_has_the_same_names_in_every_language() -> None:
    found = chinese("doctor", "--json", IVR_AGI__PORT="x")
    assert '"verdict": "broken"' in found
    assert '"name": "settings"' in found


def test_an_error_in_the_settings_speaks_the_language_of_the_locale() -> None:
    assert "IVR_NOPE__X 不是配置项" in chinese("tickets", "list", IVR_NOPE__X="1")
    assert "IVR_NOPE__X is not a setting" in english("tickets", "list", IVR_NOPE__X="1")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ivr", "told", "page"),
    [
        (
            chinese,
            ("验收表", "听到的话", "1 条中 1 条通过"),
            ('lang="zh-CN"', "情形", "秒后客户挂机"),
        ),
        (english, ("acceptance sheet", "1 of 1 rows green"), ('lang="en"', "caller hung up after")),
    ],
)
def test_a_report_speaks_the_language_of_the_locale(
    ivr: Callable[..., str], told: tuple[str, ...], page: tuple[str, ...], tmp_path: Path
) -> None:
    output = ivr("scenario", "run", "--fast", "--only", SCENARIO, "--out", str(tmp_path))
    assert not [each for each in told if each not in output]
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert not [each for each in page if each not in report]
