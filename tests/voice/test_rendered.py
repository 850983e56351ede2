"""The rendered sheet: complete, at one level, and rendered again only where it changed."""

import io
import os
import wave
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from rendered_sheet import Rendered

from ivr.catalogue import SILENCE, SOUNDS, Catalogue
from ivr.hearing.g711 import ALAW_IDLE, ULAW_IDLE, decode_alaw, decode_ulaw
from ivr.hearing.level import active_speech_level, dbov, peak_dbfs
from ivr.voice.check import check
from ivr.voice.espeak import Espeak
from ivr.voice.render import render

OLD, NEW = "对不起，我挂线了。", "对不起，我先挂线了。"
CHANGED = "caller_stays_on-goodbye"


@dataclass
class Tone:
    """An engine that hums, so that a test can count its sentences or break it."""

    breaks_after: int = 10_000
    words: list[str] = field(default_factory=list)
    name: str = "tone"
    voice: str = "440 Hz"

    def synthesise(self, text: str) -> tuple[NDArray[np.int16], int]:
        if len(self.words) == self.breaks_after:
            raise RuntimeError("the engine broke")
        self.words.append(text)
        seconds = np.arange(16000) / 16000
        return (8000 * np.sin(2 * np.pi * 440 * seconds)).astype(np.int16), 16000


def test_every_prompt_is_there_current_and_fit_to_be_heard(rendered: Rendered) -> None:
    report = check(rendered.directory, rendered.sheet)
    assert report.problems == ()
    figures = report.figures
    assert len(rendered.sheet.fragments()) == figures.prompts == figures.present == figures.current
    assert figures.level_spread_db is not None
    assert figures.level_spread_db <= 1.5


def test_every_format_is_within_level_and_peak(rendered: Rendered) -> None:
    catalogue = Catalogue.load(rendered.directory)
    for prompt in rendered.sheet.fragments():
        octets = {ext: catalogue.path(prompt.id, ext).read_bytes() for ext in ("alaw", "ulaw")}
        for heard in (decode_alaw(octets["alaw"]), decode_ulaw(octets["ulaw"])):
            level = active_speech_level(heard, 8000).level_dbov
            assert level == pytest.approx(-22.0, abs=1.0), prompt
            assert peak_dbfs(heard) <= -3.0, prompt


def test_edges_are_silent_and_files_end_on_packets(rendered: Rendered) -> None:
    catalogue = Catalogue.load(rendered.directory)
    for prompt in rendered.sheet.fragments():
        samples = catalogue.samples(prompt.id)
        assert len(samples) % 160 == 0
        assert len(samples) / 8000 == catalogue[prompt.id].seconds
        assert np.abs(samples[:640]).max() <= 8, prompt
        assert np.abs(samples[-1200:]).max() <= 8, prompt
        assert dbov(samples[640:1440]) > -60, prompt


def test_all_formats_are_the_same_sound(rendered: Rendered) -> None:
    catalogue = Catalogue.load(rendered.directory)
    for id in catalogue.manifest.recordings:
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
    assert [f"{CHANGED.replace('-', '.')} is out of date: run `ivr prompts render`"] == list(
        check(copied.directory, sheet).problems
    )
    assert render(sheet, copied.directory, Espeak()).rendered == ("caller_stays_on.goodbye",)
    after = copied.files()
    assert {f"{SOUNDS}/{CHANGED}.{ext}" for ext in ("alaw", "ulaw", "sln", "wav")} | {
        "manifest.json"
    } == {name for name in after if after[name] != before.get(name)}
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
        render(copied.sheet, copied.directory, Tone(breaks_after=20))
    assert before == copied.files()


@pytest.mark.parametrize("files", [0, 1, 100, 271, 272])
def test_killed_while_writing_every_file_is_whole_and_the_next_run_ends_it(
    copied: Rendered, monkeypatch: pytest.MonkeyPatch, files: int
) -> None:
    """68 prompts in four formats are 272 files; the manifest is the 273rd."""
    before, replace, left = copied.files(), os.replace, [files]

    def replace_until_killed(draft: Path, path: Path) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        replace(draft, path)

    monkeypatch.setattr("os.replace", replace_until_killed)
    with pytest.raises(KeyboardInterrupt):
        render(copied.sheet, copied.directory, Tone())
    monkeypatch.undo()
    assert before["manifest.json"] == copied.files()["manifest.json"]
    render(copied.sheet, copied.directory, Tone())
    assert check(copied.directory, copied.sheet).problems == ()
    assert before.keys() == copied.files().keys()


def test_another_voice_renders_everything_again(copied: Rendered) -> None:
    rendering = render(copied.sheet, copied.directory, Espeak(words_per_minute=180))
    assert len(copied.sheet.fragments()) + 1 == len(rendering.rendered)


def test_equal_words_are_spoken_once(rendered: Rendered, tmp_path: Path) -> None:
    engine = Tone()
    render(rendered.sheet, tmp_path, engine)
    assert len(set(engine.words)) == len(engine.words) < len(rendered.sheet.fragments())


def test_only_one_row_or_one_prompt(rendered: Rendered, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    row = render(
        rendered.sheet,
        tmp_path,
        Tone(),
        only="no_sound",
        progress=lambda done, of: told.append((done, of)),
    )
    assert row.rendered == ("no_sound.ask", "no_sound.farewell")
    assert told == [(1, 2), (2, 2)]
    assert render(rendered.sheet, tmp_path, Tone(), only="no_sound.ask").rendered == ()
    prompt = render(rendered.sheet, tmp_path, Tone(), only="no_sound.ask", anew=True)
    assert prompt.rendered == ("no_sound.ask",)
    assert {"no_sound.ask", "no_sound.farewell"} == set(prompt.kept) | set(prompt.rendered)
    with pytest.raises(KeyError, match="no_sou"):
        render(rendered.sheet, tmp_path, Tone(), only="no_sou")
