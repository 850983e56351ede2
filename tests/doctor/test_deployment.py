"""The checks of this machine: each thing that may be wrong is named with its remedy."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ivr.config import RecordsSettings, load_settings
from ivr.doctor import Check, CheckVerdict, deployment, examine
from ivr.doctor.words import words_checks
from ivr.lab.ports import free_ports
from ivr.records.database import newest
from tests.doctor.findings import changed, found
from tests.records.kept import migrated


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "name", "verdict", "says", "remedy"),
    [
        ("port", "prot", "settings", "broken", "agi.prot is not a setting", "known here are host"),
        ("sheet.toml", "none.toml", "sheet", "broken", "prompts.sheet", "correct it"),
        ("/rendered", "/nowhere", "prompts", "broken", "no prompts are rendered", "ivr prompts"),
        ("model =", "models =", "recognition", "warning", "other people", "ivr models fetch"),
        ('model = "', 'model = "x', "recognition", "broken", "go on by keys", "directory of"),
        ("/records", "/token/x", "records", "broken", "records.directory", "make it writable"),
        ("/token", "/nowhere", "token", "broken", "agi.token_file", "create the file"),
        ("token_file", "#", "token", "warning", "agi.token_file is not set", "IVR_TOKEN"),
    ],
)
def test_each_fault_is_named_with_its_remedy(
    place: Path, old: str, new: str, name: str, verdict: str, says: str, remedy: str
) -> None:
    check = found(examine(changed(place, old, new)), name)
    assert check.verdict == verdict
    assert says in check.says
    assert remedy in check.remedy


@pytest.mark.slow
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
        monkeypatch.setattr(shutil, "disk_usage", lambda _, n=free: usage._replace(free=n))
        assert deployment._records(tmp_path).verdict == verdict


@pytest.mark.slow
def test_the_pbx_sounds_are_compared(place: Path, root: Path, tmp_path: Path) -> None:
    sounds = tmp_path / "sounds"

    def verdict() -> Check:
        return found(list(words_checks(load_settings(place), sounds)), "pbx sounds")

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


def test_a_database_that_is_not_as_it_should_be(tmp_path: Path) -> None:
    settings = RecordsSettings(directory=tmp_path)
    assert "is made at the first start" in deployment._database(settings).says
    migrated(settings, "0001")
    assert "is migrated to our version" in deployment._database(settings).says
    migrated(settings)
    assert deployment._database(settings).says.endswith(f"has version {newest()}")
    with closing(sqlite3.connect(tmp_path / "records.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0099'")
    newer = deployment._database(settings)
    assert (newer.verdict, newer.remedy[:19]) == (CheckVerdict.BROKEN, "install the version")
    (port,) = free_ports(1)
    down = deployment._database(
        RecordsSettings(directory=tmp_path, database=f"postgresql://ivr@127.0.0.1:{port}/ivr")
    )
    assert down.verdict == CheckVerdict.BROKEN
    assert "cannot be read" in down.says
    assert "the spool keeps the records" in down.says


@pytest.mark.parametrize("name", ["a.0001.damaged", "refused.lines"])
def test_records_that_the_database_refused_are_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / name).touch()
    check = deployment._records(tmp_path)
    assert check.verdict == CheckVerdict.WARNING
    assert name in check.says
