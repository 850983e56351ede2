"""A deployment in which all is well, and helpers to spoil it and to find a check."""

import asyncio
import functools
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.doctor import deployment, words
from ivr.etiquette.sheet import Sheet
from ivr.recognition import embedded
from ivr.recognition.check import Checked, check_model
from ivr.voice.check import PromptReport, check_prompts
from ivr.words.phrase_files import read_phrases
from ivr.words.wording import read_sheet
from tests.conftest import ROOT

SHEET = ROOT / "prompts" / "sheet.toml"


@functools.cache
def _shipped() -> tuple[Sheet, PromptReport]:
    """Return the shipped sheet and the report on its 4,500 rendered clips, which takes 2 s."""
    sheet = read_sheet(SHEET)
    return sheet, check_prompts(SHEET.with_name("rendered"), sheet)


def _checked_once(directory: Path, sheet: Sheet) -> PromptReport:
    unchanged = directory == SHEET.with_name("rendered") and sheet == _shipped()[0]
    return _shipped()[1] if unchanged else check_prompts(directory, sheet)


@functools.cache
def _trial() -> Checked:
    """Return what the built-in model makes of a sentence, in a process of its own."""
    return asyncio.run(check_model(None))


_phrases = functools.cache(read_phrases)


@pytest.fixture
def place(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return settings in which all is well; their two ports accept connections.

    What no test changes is looked at once: the shipped prompts and phrases, and the trial of the
    built-in model.
    """
    trial, built_in = _trial(), embedded.unpacked()

    async def tried_once(model: Path | None) -> Checked:
        return trial if model in (None, built_in) else await check_model(model)

    monkeypatch.setattr(deployment, "check_model", tried_once)
    monkeypatch.setattr(words, "check_prompts", _checked_once)
    monkeypatch.setattr(words, "read_phrases", _phrases)
    listening = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    agi, audio = (each.getsockname()[1] for each in listening)
    (tmp_path / "token").write_text("a-token\n")
    (tmp_path / "ivr.toml").write_text(f"""
[agi]
port = {agi}
token_file = "{tmp_path}/token"
[audio]
port = {audio}
[prompts]
sheet = "{root}/prompts/sheet.toml"
directory = "{root}/prompts/rendered"
[recognition]
model = "{built_in}"
[records]
directory = "{tmp_path}/records"
""")
    yield tmp_path / "ivr.toml"
    for each in listening:
        each.close()
