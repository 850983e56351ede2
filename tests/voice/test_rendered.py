"""The rendered sheet: complete, at one level, and rendered again only where it changed."""

import io
import os
import shutil
import signal
import subprocess
import sys
import wave
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from rendered_sheet import PIECES, SHEET, Rendered

from ivr.dialogue.row import MUSIC
from ivr.etiquette.sheet import Sheet
from ivr.hearing.g711 import ALAW_IDLE, ULAW_IDLE
from ivr.hearing.level import active_speech_level, peak_dbfs
from ivr.voice import VoiceError
from ivr.voice.check import PromptReport
from ivr.voice.check import check_prompts as check_all
from ivr.voice.clip import Take
from ivr.voice.engine import Engine, RenderProgress
from ivr.voice.espeak import Espeak
from ivr.voice.loudness import word_level
from ivr.voice.render import Rendered as Outcome
from ivr.voice.render import render_prompts as render_all
from ivr.voice.staging import staging_directory
from ivr.words.catalogue import SILENCE, SOUNDS, Catalogue
from ivr.words.wording import read_sheet


def render(sheet: Sheet, directory: Path, engine: Engine, **options: Any) -> Outcome:
    return render_all(sheet, directory, engine, pieces=PIECES, **options)


def check(directory: Path, sheet: Sheet) -> PromptReport:
    return check_all(directory, sheet, pieces=PIECES)


OLD, NEW = "对不起，我挂线了。", "对不起，我先挂线了。"
CHANGED = "caller_stays_on-goodbye"


@dataclass
class Tone:
    """An engine that hums, so that a test can count its sentences or break it."""

    breaks_after: int = 10_000
    words: list[str] = field(default_factory=list)
    name: str = "tone"
    voice: str = "440 Hz"

    def source(self, take: Take) -> str:
        return ""

    def prepare(self, takes: Sequence[Take], progress: RenderProgress) -> None:
        """Nothing to fetch."""

    def sound(self, take: Take) -> tuple[NDArray[np.int16], int]:
        if len(self.words) == self.breaks_after:
            raise RuntimeError("the engine broke")
        self.words.append(take.words + " slowly" * take.slow)
        seconds = np.arange(2400 * len(take.words)) / 16000
        return (8000 * np.sin(2 * np.pi * 440 * seconds)).astype(np.int16), 16000


def test_every_prompt_is_there_current_and_fit_to_be_heard(rendered: Rendered) -> None:
    report = check(rendered.directory, rendered.sheet)
    assert report.problems == ()
    figures = report.figures
    assert len(rendered.sheet.fragments()) + len(PIECES) == figures.prompts
    assert figures.clips == 4 * figures.prompts == figures.present == figures.current
    assert figures.present_percent == 100.0
    assert list(figures.levels) == ["normal", "louder", "loudest", "slow"]
    for levels in figures.levels.values():
        assert levels.clips == figures.prompts
        assert levels.spread_db <= 1.5
        assert levels.peak_max_dbfs <= -3.0


def sentences(rendered: Rendered) -> list[str]:
    manifest = Catalogue.load(rendered.directory).manifest
    return [
        id
        for id, one in manifest.recordings.items()
        if not one.joint and id not in (SILENCE, MUSIC.id)
    ]


def test_louder_is_five_decibels_louder_and_not_clipped(rendered: Rendered) -> None:
    catalogue = Catalogue.load(rendered.directory)
    for id in sentences(rendered):
        normal = active_speech_level(catalogue.samples(id), 8000).level_dbov
        loud = catalogue.samples(id, "louder")
        assert active_speech_level(loud, 8000).level_dbov - normal >= 5.0, id
        assert peak_dbfs(loud) <= -3.0, id
        highest = np.abs(loud.astype(int)).max()
        together = np.diff(np.flatnonzero(np.abs(loud.astype(int)) == highest), prepend=-10)
        assert np.count_nonzero(together == 1) < 0.002 * len(loud), id


def test_loudest_is_louder_still_and_not_clipped(rendered: Rendered) -> None:
    """Row 3, the second complaint: 9 dB above the normal rendering."""
    catalogue = Catalogue.load(rendered.directory)
    for id in sentences(rendered):
        louder = active_speech_level(catalogue.samples(id, "louder"), 8000).level_dbov
        loudest = catalogue.samples(id, "loudest")
        assert active_speech_level(loudest, 8000).level_dbov - louder >= 2.5, id
        assert peak_dbfs(loudest) <= -3.0, id


def test_music_lasts_half_a_minute_and_is_softer_than_the_voice(rendered: Rendered) -> None:
    catalogue = Catalogue.load(rendered.directory)
    assert catalogue[MUSIC.id].seconds == 30.0
    assert catalogue[MUSIC.id].active_level_dbov < -23.0
    assert catalogue[MUSIC.id].peak_dbfs <= -3.0


def test_slow_takes_a_third_longer_and_its_pauses_more(rendered: Rendered) -> None:
    catalogue = Catalogue.load(rendered.directory)
    for id in sentences(rendered):
        normal, slow = catalogue[id].seconds, catalogue.clip(id, "slow").seconds
        assert 1.2 <= (slow - 0.23) / (normal - 0.23) <= 2.2, id


def test_pieces_are_as_loud_as_the_words_of_sentences(rendered: Rendered) -> None:
    catalogue = Catalogue.load(rendered.directory)
    words = [word_level(catalogue.samples(id), 8000) for id in sentences(rendered)]
    for piece in PIECES:
        assert word_level(catalogue.samples(piece.id), 8000) == pytest.approx(-20.5, abs=0.5)
    assert np.median(words) == pytest.approx(-20.5, abs=0.5)


def test_pieces_have_hardly_any_silence_at_their_edges(rendered: Rendered) -> None:
    """So that no joint has a gap above 120 ms; espeak's voice wavers by some milliseconds."""
    catalogue = Catalogue.load(rendered.directory)
    joints = [one for one in catalogue.manifest.recordings.values() if one.joint]
    assert len(joints) > len(PIECES)
    for piece in PIECES:
        loud = np.flatnonzero(np.abs(catalogue.samples(piece.id)) > 60)
        assert loud[0] <= 0.045 * 8000, piece
        assert len(catalogue.samples(piece.id)) - loud[-1] <= 0.065 * 8000, piece


def test_catalogue_falls_back_to_the_normal_rendering(rendered: Rendered) -> None:
    catalogue = Catalogue.load(rendered.directory)
    assert catalogue.clip("hold.ask", "louder").sound == "ivr-louder/hold-ask"
    assert catalogue.clip("hold.ask", "slow").sound == "ivr-slow/hold-ask"
    assert catalogue.clip(SILENCE, "slow").sound == catalogue[SILENCE].sound == "ivr/silence-10"


def test_all_formats_are_the_same_sound(rendered: Rendered) -> None:
    catalogue = Catalogue.load(rendered.directory)
    for id in sentences(rendered):
        linear = catalogue.path(id, "sln").read_bytes()
        with wave.open(io.BytesIO(catalogue.path(id, "wav").read_bytes())) as wav:
            assert (wav.getnchannels(), wav.getsampwidth(), wav.getframerate()) == (1, 2, 8000)
            assert wav.readframes(wav.getnframes()) == linear
        difference = np.frombuffer(linear, "<i2").astype(int) - catalogue.samples(id)
        assert np.abs(difference).max() <= 512


def test_silence_is_ten_seconds_of_each_laws_idle_code(rendered: Rendered) -> None:
    catalogue = Catalogue.load(rendered.directory)
    assert bytes([ALAW_IDLE]) * 80_000 == catalogue.path(SILENCE).read_bytes()
    assert bytes([ULAW_IDLE]) * 80_000 == catalogue.path(SILENCE, "ulaw").read_bytes()
    assert bytes(160_000) == catalogue.path(SILENCE, "sln").read_bytes()
    assert catalogue[SILENCE].seconds == 10.0


def test_speech_neither_hurries_nor_drags(rendered: Rendered) -> None:
    """The greeting has 26 syllables; 4.5 a second with its two pauses."""
    catalogue = Catalogue.load(rendered.directory)
    assert 5.0 <= catalogue["greeting.ask"].seconds <= 6.0


def test_a_second_run_touches_nothing(copied: Rendered) -> None:
    before = {path: path.stat().st_mtime_ns for path in copied.directory.rglob("*")}
    assert render(copied.sheet, copied.directory, Espeak()).rendered == ()
    assert before == {path: path.stat().st_mtime_ns for path in copied.directory.rglob("*")}


def test_one_changed_word_renders_only_its_prompt(copied: Rendered) -> None:
    before, sheet = copied.files(), copied.with_words(OLD, NEW)
    assert [
        f"caller_stays_on.goodbye{which} is out of date: run `ivr prompts render`"
        for which in ("", " (louder)", " (loudest)", " (slow)")
    ] == list(check(copied.directory, sheet).problems)
    assert render(sheet, copied.directory, Espeak()).rendered == ("caller_stays_on.goodbye",)
    after = copied.files()
    assert {
        f"{SOUNDS}/{CHANGED}.{ext}" for ext in ("alaw", "ulaw", "sln", "sln16", "g722", "wav")
    } | {
        f"{SOUNDS}-{rendering}/{CHANGED}.{ext}"
        for rendering in ("louder", "loudest", "slow")
        for ext in ("alaw", "ulaw", "sln")
    } | {"manifest.json"} == {name for name in after if after[name] != before.get(name)}
    assert check(copied.directory, sheet).problems == ()


def test_a_removed_prompt_loses_its_files(copied: Rendered) -> None:
    sheet = copied.with_words(f'goodbye = "{OLD}"\n', "")
    assert "caller_stays_on.goodbye is no longer in the sheet" in " ".join(
        check(copied.directory, sheet).problems
    )
    assert render(sheet, copied.directory, Espeak()).removed == ("caller_stays_on.goodbye",)
    assert not [name for name in copied.files() if CHANGED in name]
    assert check(copied.directory, sheet).problems == ()


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"recordings": []}', "\x00"])
def test_a_damaged_manifest_is_named_and_mended(copied: Rendered, damage: str) -> None:
    before = copied.files()
    (copied.directory / "manifest.json").write_text(damage)
    (problem,) = check(copied.directory, copied.sheet).problems
    assert "manifest.json is damaged" in problem
    render(copied.sheet, copied.directory, Tone())
    assert before.keys() == copied.files().keys()
    assert check(copied.directory, copied.sheet).problems == ()


def test_a_damaged_or_missing_file_is_named_and_mended(copied: Rendered) -> None:
    before = copied.files()
    sounds = copied.directory / SOUNDS
    (sounds / f"{CHANGED}.ulaw").write_bytes(b"\xff")
    (sounds / "greeting-ask.alaw").unlink()
    problems = " ".join(check(copied.directory, copied.sheet).problems)
    assert f"{CHANGED}.ulaw is not the file that was rendered" in problems
    assert "greeting-ask.alaw is missing" in problems
    rendering = render(copied.sheet, copied.directory, Espeak())
    assert {"greeting.ask", "caller_stays_on.goodbye"} == set(rendering.rendered)
    assert before.keys() == copied.files().keys()
    assert check(copied.directory, copied.sheet).problems == ()


def test_an_engine_that_breaks_leaves_everything_as_it_was(copied: Rendered) -> None:
    before = copied.files()
    with pytest.raises(RuntimeError, match="the engine broke"):
        render(copied.sheet, copied.directory, Tone(breaks_after=9))
    assert before == copied.files()


@pytest.mark.slow
@pytest.mark.parametrize("moves", [0, 1, 100, 177])
def test_killed_while_files_move_to_their_places_the_next_command_ends_it(
    copied: Rendered, monkeypatch: pytest.MonkeyPatch, moves: int
) -> None:
    """17 prompts have 177 files in all renderings; the manifest is the 178th and moves last."""
    replace, left = os.replace, [moves]

    def replace_until_killed(draft: Path, path: Path) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        replace(draft, path)

    monkeypatch.setattr("os.replace", replace_until_killed)
    with pytest.raises(KeyboardInterrupt):
        render(copied.sheet, copied.directory, Tone())
    monkeypatch.undo()
    assert check(copied.directory, copied.sheet).problems == ()
    assert Catalogue.load(copied.directory).manifest.engine == "tone"
    assert not (copied.directory / ".complete").exists()


@pytest.mark.slow
def test_killed_in_the_middle_the_old_set_is_whole(copied: Rendered) -> None:
    """kill -9 of the real command, as soon as it has made the first new files."""
    before = copied.files()
    command = [sys.executable, "-m", "ivr", "prompts", "render", "--again", "--no-pieces"]
    with subprocess.Popen(
        [*command, "--sheet", str(copied.path)], stderr=subprocess.DEVNULL
    ) as rendering:
        while not [*copied.directory.glob(".next/zh/ivr/*.alaw")]:
            assert rendering.poll() is None
        rendering.send_signal(signal.SIGKILL)
    after = copied.files()
    assert before == {name: after[name] for name in before}
    assert check(copied.directory, copied.sheet).problems == ()
    assert render(copied.sheet, copied.directory, Espeak()).rendered == ()
    assert not (copied.directory / ".next").exists()


@pytest.mark.slow
def test_another_companys_sheet_passes_the_same_checks(rendered: Rendered, tmp_path: Path) -> None:
    """The clinic's, rendered over ours: what both say in the same words is kept."""
    clinic = read_sheet(SHEET.parent / "example-clinic" / "sheet.toml")
    shutil.copytree(rendered.directory, tmp_path / "rendered")
    done = render(clinic, tmp_path / "rendered", Espeak())
    assert 15 <= len(done.rendered) <= 40
    report = check_all(tmp_path / "rendered", clinic, pieces=PIECES, measure=True)
    assert report.problems == ()
    assert report.figures.present_percent == 100.0


def test_two_do_not_render_at_once(copied: Rendered) -> None:
    with (
        staging_directory(copied.directory),
        pytest.raises(VoiceError, match="another process renders"),
    ):
        render(copied.sheet, copied.directory, Espeak())


def test_another_voice_renders_everything_again(copied: Rendered) -> None:
    rendering = render(copied.sheet, copied.directory, Tone())
    assert len(copied.sheet.fragments()) + len(PIECES) + 2 == len(rendering.rendered)


def test_equal_words_are_spoken_once(few: Rendered, tmp_path: Path) -> None:
    engine = Tone()
    render(few.sheet, tmp_path, engine)
    assert len(set(engine.words)) == len(engine.words)
    assert len(engine.words) < 2 * (len(few.sheet.fragments()) + len(PIECES))


def test_only_one_row_or_one_prompt(few: Rendered, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    row = render(
        few.sheet,
        tmp_path,
        Tone(),
        only="no_sound",
        progress=lambda done, of: told.append((done, of)),
    )
    assert row.rendered == ("no_sound.ask", "no_sound.farewell")
    assert told == [(3, 8), (6, 8), (7, 8), (8, 8)]
    assert render(few.sheet, tmp_path, Tone(), only="no_sound.ask").rendered == ()
    prompt = render(few.sheet, tmp_path, Tone(), only="no_sound.ask", anew=True)
    assert prompt.rendered == ("no_sound.ask",)
    assert {"no_sound.ask", "no_sound.farewell"} == set(prompt.kept) | set(prompt.rendered)
    with pytest.raises(KeyError, match="no_sou"):
        render(few.sheet, tmp_path, Tone(), only="no_sou")
