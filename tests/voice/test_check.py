"""The check finds recordings that are missing, damaged or not fit to be heard."""

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ivr.etiquette.sheet import Sheet, parse_sheet
from ivr.hearing.g711 import Samples, encode_alaw
from ivr.voice.check import PromptReport
from ivr.words.catalogue import SOUNDS, Catalogue, Manifest, RenderedPrompt
from tests.voice.rendered_sheet import COMPANY, Rendered
from tests.voice.rendered_sheet import check as check_rendered

ID = "no_sound.ask"


def check(directory: Path, sheet: Sheet) -> PromptReport:
    """Check the sheet and measure every file again."""
    return check_rendered(directory, sheet, measure=True)


def problems_with(copied: Rendered, samples: Samples) -> list[str]:
    """Return the findings when one recording has these samples and the manifest its hash."""
    catalogue = Catalogue.load(copied.directory)
    octets = encode_alaw(samples)
    copied.damage(catalogue[ID].file("alaw"), octets)
    sha256 = {**catalogue[ID].sha256, "alaw": hashlib.sha256(octets).hexdigest()}
    _write(copied, catalogue.manifest, replace(catalogue[ID], sha256=sha256))
    return list(check(copied.directory, copied.sheet).problems)


def _write(copied: Rendered, manifest: Manifest, recording: RenderedPrompt) -> None:
    recordings = {**manifest.recordings, ID: recording}
    text = replace(manifest, recordings=recordings).dump()
    copied.damage("manifest.json", text.encode())


def original(copied: Rendered) -> Samples:
    return Catalogue.load(copied.directory).samples(ID)


@pytest.mark.slow
def test_nothing_rendered_is_one_problem(rendered: Rendered) -> None:
    report = check(rendered.directory / "nowhere", rendered.sheet)
    (problem,) = report.problems
    assert "no prompts are rendered" in problem
    assert (report.figures.prompts, report.figures.present, report.figures.levels) == (105, 0, {})


@pytest.mark.parametrize(
    ("gain", "finding"), [(0.8, "level of -2"), (1.3, "level of -1"), (1.3, "peaks")]
)
def test_finds_a_wrong_level_and_a_high_peak(copied: Rendered, gain: float, finding: str) -> None:
    found = problems_with(copied, np.rint(gain * original(copied)).astype(np.int16))
    assert any(f"{ID} " in problem and finding in problem for problem in found)


def test_finds_a_recording_that_ends_inside_a_packet(copied: Rendered) -> None:
    assert f"{ID} does not end on a 20 ms frame: run `ivr prompts render --again`" in (
        problems_with(copied, original(copied)[:-10])
    )


@pytest.mark.parametrize("share", [0.15, 8])
def test_finds_a_recording_too_short_or_too_long_for_its_words(
    copied: Rendered, share: float
) -> None:
    whole = original(copied)
    found = problems_with(copied, np.resize(whole, int(share * len(whole)) // 160 * 160))
    assert any(f"{ID} has " in problem and "s of speech" in problem for problem in found)


def test_finds_prompts_that_differ_in_level(copied: Rendered) -> None:
    found = problems_with(copied, np.rint(0.8 * original(copied)).astype(np.int16))
    assert any("the normal prompts differ in level by" in problem for problem in found)


def test_finds_a_prompt_that_is_not_rendered(copied: Rendered) -> None:
    text = copied.text.replace("[system.say]", '[system.say]\nnew = "请稍等。"')
    sheet = parse_sheet(text, COMPANY.read_text(encoding="utf-8"))
    assert check(copied.directory, sheet).problems == tuple(
        f"system.new{which} is not rendered: run `ivr prompts render`"
        for which in ("", " (louder)", " (loudest)", " (slow)")
    )


def test_finds_a_forbidden_phrase_in_what_was_recorded(copied: Rendered) -> None:
    manifest = Catalogue.load(copied.directory).manifest
    _write(copied, manifest, replace(manifest.recordings[ID], text="喂，你好。"))
    problems = check(copied.directory, copied.sheet).problems
    assert f"{ID} says '喂，你好。', which greeting forbids" in problems


def test_finds_files_that_the_manifest_does_not_list(copied: Rendered) -> None:
    manifest = Catalogue.load(copied.directory).manifest
    _write(copied, manifest, replace(manifest.recordings[ID], sha256={}))
    assert len(check(copied.directory, copied.sheet).problems) == 6
    assert (copied.directory / SOUNDS / "no_sound-ask.alaw").is_file()
