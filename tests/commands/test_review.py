"""``ivr calls review`` and ``learn``: what operators see, what they write, what becomes of it."""

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner, Result

from ivr.cli import app
from ivr.commands.people_corpus import read_people_corpus
from ivr.config import RecordsSettings as Settings
from ivr.dialogue.commands import StartRecording
from ivr.dialogue.meaning import Intent
from ivr.records.call_record import CallRecord
from ivr.records.database import connect, url_of
from ivr.records.recorder import RecordingKeeper
from ivr.records.recording_files import legs_of
from ivr.words import phrase_files
from tests.records.asked_back import GUESSED, enters, says
from tests.records.kept import ANSWERED, begun, ended, running
from tests.records.recorded import recording_into, write_leg
from tests.understanding.test_phrases import COMPLETE

Ivr = Callable[..., Result]
ONSET, BEGUN = 3.0, 1.0
"""Seconds from the answer at which the caller speaks, and at which the recording begins."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(directory=tmp_path / "records")


@pytest.fixture
def sheet(tmp_path: Path, root: Path) -> Path:
    """A sheet with the smallest phrase file beside it, which is checked quickly."""
    (tmp_path / "prompts" / "phrases").mkdir(parents=True)
    for name in ("sheet.toml", "values.toml", "surnames.toml", "company.toml"):
        shutil.copy(root / "prompts" / name, tmp_path / "prompts" / name)
    (tmp_path / "prompts" / "phrases" / "all.toml").write_text(COMPLETE, encoding="utf-8")
    return tmp_path / "prompts" / "sheet.toml"


@pytest.fixture
def ivr(settings: Settings, sheet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ivr:
    """Runs a command on a machine without a player."""
    monkeypatch.setenv("PATH", str(tmp_path))
    config = tmp_path / "ivr.toml"
    config.write_text(
        f'[records]\ndirectory = "{settings.directory}"\n'
        f'[recording]\ndirectory = "{tmp_path / "sounds"}"\nmin_free_gb = 0\n'
        f'[prompts]\nsheet = "{sheet}"\n'
    )

    def run(*words: str, answers: str = "") -> Result:
        words = ("calls", *words, "-c", str(config))
        return CliRunner().invoke(app, [*words], input=answers, catch_exceptions=False)

    return run


@pytest.fixture
def learned(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """A list of the sheets whose phrases were learned; learning itself has its own tests."""
    sheets: list[Path] = []

    def learn(sheet: Path) -> bool:
        sheets.append(sheet)
        return True

    monkeypatch.setattr(phrase_files, "learn", learn)
    return sheets


@pytest.fixture
def called(settings: Settings, tmp_path: Path) -> CallRecord:
    """A recorded call: three utterances that are not understood, two of which sound alike."""

    async def call() -> CallRecord:
        async with running(settings) as records:
            record = begun(records)
            record.note(StartRecording(), ANSWERED + BEGUN)
            for at, text in ((ONSET, "我腰头数"), (9.0, "电话费是多少"), (15.0, "我要投书")):
                says(record, at, text, GUESSED)
                enters(record, "ask_repeat")
            enters(record, "complaint_deferred")
            ended(record, 20.0)
        return record

    record = asyncio.run(call())
    caller, hotline = legs_of(tmp_path / "sounds", record.recording)
    write_leg(caller, np.arange(19 * 8000).astype(np.int16))
    write_leg(hotline, np.zeros(19 * 8000, np.int16))
    keeper = RecordingKeeper(recording_into(tmp_path / "sounds"), connect(url_of(settings)))
    keeper.look()
    keeper.stop(1.0)
    return record


def listed(ivr: Ivr) -> list[list[str]]:
    groups = json.loads(ivr("review", "--days", "9999", "--json").stdout)
    assert [group["times"] for group in groups] == [len(group["utterances"]) for group in groups]
    return [[one["text"] for one in group["utterances"]] for group in groups]


def names(ivr: Ivr) -> dict[str, str]:
    groups = json.loads(ivr("review", "--days", "9999", "--json").stdout)
    return {one["text"]: one["utterance"] for group in groups for one in group["utterances"]}


def test_a_review_lists_groups_with_the_place_of_their_sound(ivr: Ivr, called: CallRecord) -> None:
    assert listed(ivr) == [["我腰头数", "我要投书"], ["电话费是多少"]]
    group = json.loads(ivr("review", "--days", "9999", "--json").stdout)[0]
    first = group["utterances"][0]
    assert first["recording"] == called.recording
    assert (first["at"], first["start"], first["seconds"]) == (ONSET, ONSET - BEGUN, 1.0)
    assert (first["asked"], first["then"]) == ("ask_repeat", "complaint_deferred")
    assert (first["intent"], first["score"]) == ("complaint_deferred", 0.5)
    told = ivr("review", "--days", "9999")
    assert told.exit_code == 0
    assert f"ivr calls play {first['utterance']}" in told.stdout
    assert json.loads(ivr("review", "--days", "1", "--json").stdout) == []


def test_a_sentence_goes_to_the_phrases_and_leaves_the_list(
    ivr: Ivr, called: CallRecord, sheet: Path, learned: list[Path]
) -> None:
    name = names(ivr)["我腰头数"]
    told = ivr("learn", name, "complaint_deferred", "--words", "我要去告你们", "--later")
    assert told.exit_code == 0, told.output
    assert (
        "我要去告你们"
        in phrase_files.read_files(sheet)[str(sheet.with_name("phrases") / "from-calls.toml")]
    )
    assert learned == []
    assert listed(ivr) == [["电话费是多少"], ["我要投书"]]
    assert ivr("learn", names(ivr)["我要投书"], "27").exit_code == 0  # the row; words as heard
    assert learned == [sheet]
    phrases = phrase_files.read_phrases(sheet).say[Intent.COMPLAINT_DEFERRED]
    assert ("我要投书",) in [template.wordings for template in phrases]
    assert ivr("learn", names(ivr)["电话费是多少"], "-").exit_code == 0
    assert listed(ivr) == []
    assert learned == [sheet]


def test_a_sound_goes_to_a_corpus_cut_out_of_the_callers_side(
    ivr: Ivr, called: CallRecord, tmp_path: Path
) -> None:
    corpus = tmp_path / "corpus"
    name = names(ivr)["我腰头数"]
    words = ("learn", name, "complaint_deferred", "--words", "我要投诉", "--corpus", str(corpus))
    told = ivr(*words)
    assert told.exit_code == 0, told.output
    (one,) = read_people_corpus(corpus).recordings
    assert (one.words, one.intent) == ("我要投诉", Intent.COMPLAINT_DEFERRED)
    sound, rate = soundfile.read(one.path, dtype="int16")
    first = round((ONSET - BEGUN - 0.4) * 8000)
    assert rate == 8000
    assert np.array_equal(sound, np.arange(first, first + round(1.8 * 8000)).astype(np.int16))


def test_a_person_answers_one_by_one(
    ivr: Ivr, called: CallRecord, sheet: Path, learned: list[Path]
) -> None:
    """A group is done when its first utterance is; what cannot be used is asked again."""
    answers = "lunch\nproduct_question\n……\ncomplaint_deferred\n我要投诉你们\n\n"
    told = ivr("review", "--days", "9999", "--ask", answers=answers)
    assert told.exit_code == 0, told.output
    assert "'lunch' is no intent" in told.stdout
    assert "has no sound" in told.stdout
    assert listed(ivr) == [["电话费是多少"]]
    assert learned == [sheet]
    assert ivr("review", "--days", "9999", "--ask", answers="q\n").exit_code == 0
    assert ivr("review", "--days", "9999", "--ask").exit_code == 0  # the input ends
    assert listed(ivr) == [["电话费是多少"]]
    assert ivr("review", "--days", "9999", "--ask", answers="-\n").exit_code == 0
    assert listed(ivr) == []
    assert learned == [sheet]


def test_a_mistake_is_one_sentence_and_the_utterance_stays(
    ivr: Ivr, called: CallRecord, tmp_path: Path
) -> None:
    name = names(ivr)["我腰头数"]
    for words in (
        ("learn", "0f3a52c1-17", "hello"),
        ("learn", name, "lunch"),
        ("learn", name, "hello", "--words", "yes 一句话", "--later"),  # sounds like another intent
        ("learn", name, "hello", "--corpus", str(tmp_path / "ivr.toml")),
    ):
        told = ivr(*words)
        assert told.exit_code == 2, words
        assert (told.stdout, told.stderr.count("\n")) == ("", 1)
    shutil.rmtree(tmp_path / "sounds")
    told = ivr("learn", name, "hello", "--corpus", str(tmp_path / "corpus"))
    assert told.exit_code == 2
    assert "is not there: move it back" in told.stderr
    assert not (tmp_path / "corpus").exists()
    assert len(listed(ivr)) == 2


def test_only_the_utterance_is_played(
    ivr: Ivr, called: CallRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    played: list[int] = []
    monkeypatch.setattr("ivr.commands.replay.play_here", lambda sound: played.append(len(sound)))
    told = ivr("play", names(ivr)["我腰头数"])
    assert told.exit_code == 0, told.output
    assert played == [round(1.8 * 8000)]
