"""What the doctor finds, without a PBX."""

import asyncio
import functools
import json
import os
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ivr.asterisk.ami_link import AmiError
from ivr.cli import app
from ivr.config import RecordsSettings, Settings, load_settings
from ivr.doctor import Check, CheckVerdict, deployment, examine, pbx
from ivr.etiquette.sheet import Sheet
from ivr.lab.pbx import free_ports
from ivr.recognition import embedded
from ivr.records.database import newest
from ivr.voice.check import PromptReport, check_prompts
from ivr.words.phrase_files import read_phrases
from ivr.words.wording import read_sheet
from tests.conftest import ROOT
from tests.records.kept import migrated

SHEET = ROOT / "prompts" / "sheet.toml"


class Manager:
    """Answers what it was given to answer; what it was not given is refused."""

    def __init__(self, **answers: dict[str, str]) -> None:
        self._answers = answers

    async def ask(self, action: str, **fields: str) -> dict[str, str]:
        key = fields.get("Variable", fields.get("Extension", action))
        if key not in self._answers:
            raise AmiError(f"AMI refuses {action}: Permission denied")
        if "refused" in self._answers[key]:
            raise AmiError(f"AMI refuses {action}: {self._answers[key]['refused']}")
        return self._answers[key]


HEALTHY = {
    "CoreSettings": {"AsteriskVersion": "22.10.1+dfsg+~cs6.17"},
    "ShowDialPlan": {},
    "IVR_SERVICE": {"Value": "127.0.0.1:4573"},
    "IVR_SERVICE_2": {"Value": ""},
    "IVR_TOKEN": {"Value": "a-token"},
    "CoreStatus": {"CoreCurrentCalls": "3"},
}


@functools.cache
def shipped() -> tuple[Sheet, PromptReport]:
    """The shipped sheet and what is found in its 4,500 rendered prompts: once, it takes 2 s."""
    sheet = read_sheet(SHEET)
    return sheet, check_prompts(SHEET.with_name("rendered"), sheet)


def check_once(directory: Path, sheet: Sheet) -> PromptReport:
    """Prompts that nobody has touched are not looked at again for each test."""
    untouched = directory == SHEET.with_name("rendered") and sheet == shipped()[0]
    return shipped()[1] if untouched else check_prompts(directory, sheet)


phrases_of = functools.cache(read_phrases)
"""Nobody changes phrases here; how all of them sound takes five seconds."""


@pytest.fixture
def place(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Settings in which all is well, but the two ports of it nobody serves."""
    monkeypatch.setattr(deployment, "check_prompts", check_once)
    monkeypatch.setattr(deployment, "read_phrases", phrases_of)
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
        model = "{embedded.unpacked()}"
        [records]
        directory = "{tmp_path}/records"
    """)
    yield tmp_path / "ivr.toml"
    for each in listening:
        each.close()


def changed(place: Path, old: str, new: str) -> Path:
    text = place.read_text()
    assert old in text
    place.write_text(text.replace(old, new))
    return place


def found(checks: list[Check], name: str) -> Check:
    (check,) = [check for check in checks if check.name == name]
    return check


def answers(settings: Settings | None = None, **given: dict[str, str]) -> list[Check]:
    async def all_of() -> list[Check]:
        manager = Manager(**given)
        return [one async for one in pbx._answers(manager, settings or Settings())]

    return asyncio.run(all_of())


def test_all_is_well(place: Path) -> None:
    checks = examine(place)
    assert [check.name for check in checks] == [
        "settings", "sheet", "phrases", "prompts", "recognition", "records", "database",
        "recording", "notify", "token", "agi port", "audio port", "ami",
    ]  # fmt: skip
    assert {check.verdict for check in checks} == {CheckVerdict.OK}
    assert not (place.parent / "records").exists()  # looking changes nothing


@pytest.mark.parametrize(
    ("old", "new", "name", "verdict", "says", "remedy"),
    [
        ("port", "prot", "settings", "broken", "agi.prot is not a setting", "known here are host"),
        ("sheet.toml", "none.toml", "sheet", "broken", "prompts.sheet", "correct it"),
        ("/rendered", "/nowhere", "prompts", "broken", "no prompts are rendered", "ivr prompts"),
        ("model =", "models =", "recognition", "warning", "not people", "ivr models fetch small"),
        ('model = "', 'model = "x', "recognition", "broken", "go on by keys", "directory of"),
        ("/records", "/token/x", "records", "broken", "records.directory", "make it writable"),
        ("/token", "/nowhere", "token", "broken", "agi.token_file", "create the file"),
        ("token_file", "#", "token", "warning", "agi.token_file is not set", "IVR_TOKEN"),
    ],
)
def test_what_is_wrong_is_named_with_its_remedy(
    place: Path, old: str, new: str, name: str, verdict: str, says: str, remedy: str
) -> None:
    check = found(examine(changed(place, old, new)), name)
    assert check.verdict == verdict
    assert says in check.says
    assert remedy in check.remedy


def test_a_service_that_is_down(place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    place.write_text(f"[agi]\nport = {port}\n")
    agi, audio = examine(place, service_only=True)
    assert (agi.name, agi.verdict) == ("agi port", CheckVerdict.BROKEN)
    assert f"127.0.0.1:{port}" in agi.says
    assert "ivr serve" in agi.remedy
    assert audio.name == "audio port"


def test_an_out_of_date_prompt_is_a_warning(place: Path, root: Path) -> None:
    sheet = place.parent / "sheet.toml"
    text = (root / "prompts" / "sheet.toml").read_text(encoding="utf-8")
    sheet.write_text(text.replace("请您换一部电话再打来好吗", "请您换一部电话再打来"), "utf-8")
    shutil.copy(root / "prompts" / "company.toml", sheet.parent)
    check = found(examine(changed(place, f"{root}/prompts/sheet.toml", str(sheet))), "prompts")
    assert check.verdict == CheckVerdict.WARNING
    assert "no_sound.farewell is out of date" in check.says
    assert "ivr prompts render" in check.remedy


def test_a_disk_that_fills_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")
    for free, verdict in ((1_000_000, "broken"), (100_000_000, "warning"), (10**9, "ok")):
        monkeypatch.setattr(
            deployment.shutil, "disk_usage", lambda _, n=free: usage._replace(free=n)
        )
        assert deployment._records(tmp_path).verdict == verdict


def test_the_pbx_sounds_are_compared(place: Path, root: Path, tmp_path: Path) -> None:
    sounds = tmp_path / "sounds"

    def verdict() -> Check:
        return found(list(deployment._words(load_settings(place), sounds)), "pbx sounds")

    assert verdict().verdict == CheckVerdict.BROKEN
    shutil.copytree(root / "prompts" / "rendered" / "zh", sounds / "zh", copy_function=os.link)
    assert verdict().verdict == CheckVerdict.OK
    stem = sounds / "zh" / "ivr" / "no_sound-ask"
    stem.with_suffix(".sln").unlink()
    assert verdict().verdict == CheckVerdict.OK  # Asterisk needs one format of each
    stem.with_suffix(".alaw").unlink()  # the link: what it leads to is not touched
    stem.with_suffix(".alaw").write_bytes(b"old")
    old = verdict()
    assert (old.verdict, "no_sound.ask" in old.says) == (CheckVerdict.WARNING, True)
    for file in stem.parent.glob("no_sound-ask.*"):
        file.unlink()
    none = verdict()
    assert (none.verdict, "no_sound.ask" in none.says) == (CheckVerdict.BROKEN, True)
    assert str(sounds) in none.remedy


def test_a_healthy_pbx(tmp_path: Path) -> None:
    checks = answers(**HEALTHY)
    assert [check.name for check in checks] == ["asterisk", "dialplan", "channels"]
    assert {check.verdict for check in checks} == {CheckVerdict.OK}
    assert checks[2].says == "3 live"


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        ("22.10.1", "ok"),
        ("22.11.0-rc1", "ok"),
        ("23.0.0", "ok"),
        ("22.10.0", "warning"),
        ("22.10", "warning"),
        ("certified-22.8-cert1", "warning"),
        ("20.20.0", "warning"),
        ("GIT-master", "warning"),
        ("", "warning"),
    ],
)
def test_the_version_of_asterisk(version: str, verdict: str) -> None:
    (check, *_) = answers(**HEALTHY | {"CoreSettings": {"AsteriskVersion": version}})
    assert check.verdict == verdict


@pytest.mark.parametrize(
    ("change", "verdict", "says"),
    [
        ({"ShowDialPlan": {"refused": "Did not find context ivr-hotline"}}, "broken", "no context"),
        ({"ShowDialPlan": {"refused": "Permission denied"}}, "warning", "Permission denied"),
        ({"IVR_SERVICE": {"Value": "127.0.0.1:4600"}}, "warning", "but agi.port is 4573"),
        ({"IVR_SERVICE": {"Value": ""}}, "warning", "to nobody"),
        ({"IVR_TOKEN": {"Value": "another"}}, "broken", "every call is refused"),
    ],
)
def test_the_dialplan(
    tmp_path: Path, change: dict[str, dict[str, str]], verdict: str, says: str
) -> None:
    (tmp_path / "token").write_text("a-token")
    settings = Settings(agi={"token_file": tmp_path / "token"})
    check = found(answers(settings, **HEALTHY | change), "dialplan")
    assert (check.verdict, says in check.says) == (verdict, True)
    assert check.remedy


def test_whom_callers_are_put_through_to_must_be_there() -> None:
    settings = Settings(transfer={"human": "people", "supervisor": "boss"})
    gone = {"refused": "Did not find extension boss@ivr-transfer"}
    human, supervisor = [
        check
        for check in answers(settings, **HEALTHY, people={}, boss=gone)
        if check.name == "transfer"
    ]
    assert (human.verdict, human.says) == (
        CheckVerdict.OK,
        "transfer.human leads to people of ivr-transfer",
    )
    assert supervisor.verdict == CheckVerdict.BROKEN
    assert "transfer.supervisor" in supervisor.says
    assert "ivr-transfer.conf" in supervisor.remedy


def test_a_user_without_rights_is_told_which_he_needs() -> None:
    checks = answers()
    assert {check.verdict for check in checks} == {CheckVerdict.WARNING}
    assert all("write = reporting" in check.remedy for check in checks)


def test_a_manager_interface_that_is_down_is_a_warning(place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    secret = place.parent / "token"
    ami = f'[ami]\nhost = "127.0.0.1"\nport = {port}\nsecret_file = "{secret}"\n'
    place.write_text(place.read_text().replace("        ", "") + ami)
    check = found(examine(place), "ami")
    assert check.verdict == CheckVerdict.WARNING
    assert "calls go on without it" in check.says
    assert "ami.port" in check.remedy


def test_the_command_tells_the_worst_by_its_exit_code(place: Path) -> None:
    def doctor_says(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["doctor", "--config", str(place), *words])
        return result.exit_code, result.stdout

    assert doctor_says("--service")[0] == 0
    code, text = doctor_says("--json")
    assert (code, json.loads(text)["verdict"]) == (0, "ok")
    changed(place, "token_file", "#")
    code, text = doctor_says()
    assert code == 1
    assert "IVR_TOKEN" in text
    changed(place, "/records", "/token/x")
    code, text = doctor_says("--json")
    assert (code, json.loads(text)["verdict"]) == (2, "broken")
    assert set(json.loads(text)["checks"][0]) == {"name", "verdict", "says", "remedy"}


def test_a_database_that_is_not_as_it_should_be(tmp_path: Path) -> None:
    settings = RecordsSettings(directory=tmp_path)
    assert "is made at the first start" in deployment._database(settings).says
    migrated(settings, "0001")
    assert "is brought to our version" in deployment._database(settings).says
    migrated(settings)
    assert deployment._database(settings).says.endswith(f"has version {newest()}")
    with closing(sqlite3.connect(tmp_path / "records.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0099'")
    newer = deployment._database(settings)
    assert (newer.verdict, newer.remedy[:15]) == (CheckVerdict.BROKEN, "install the ivr")
    (port,) = free_ports(1)
    down = deployment._database(
        RecordsSettings(directory=tmp_path, database=f"postgresql://ivr@127.0.0.1:{port}/ivr")
    )
    assert down.verdict == CheckVerdict.BROKEN
    assert "cannot be read" in down.says
    assert "the spool keeps the records" in down.says


@pytest.mark.parametrize("name", ["a.0001.damaged", "refused.lines"])
def test_what_the_database_did_not_take_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / name).touch()
    check = deployment._records(tmp_path)
    assert check.verdict == CheckVerdict.WARNING
    assert name in check.says
