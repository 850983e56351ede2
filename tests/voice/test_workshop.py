"""Rendering in several processes: one that ends early is one sentence, and no file is replaced."""

import multiprocessing
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ivr.voice import VoiceError
from ivr.voice.check import check_prompts
from ivr.voice.clip import Take
from ivr.voice.engine import RenderProgress
from ivr.voice.render import render_prompts
from ivr.voice.sherpa import Sherpa
from ivr.words.catalogue import Catalogue, Licence
from tests.voice.rendered_sheet import Rendered
from tests.voice.toy_vits import LEXICON, write_toy_voice


@dataclass
class Dying:
    """An engine whose process ends as soon as it is to speak, as where memory runs out."""

    name: str = "dying"
    voice: str = "none"
    licence: Licence = field(default_factory=Licence)

    def source(self, take: Take) -> str:
        """Return an empty string: the words alone decide how a take sounds."""
        return ""

    def prepare(self, takes: Sequence[Take], progress: RenderProgress) -> None:
        """Do nothing: there is nothing to fetch."""

    def sound(self, take: Take) -> tuple[NDArray[np.int16], int]:
        """End the process, unless it is the one of the test."""
        assert multiprocessing.parent_process() is not None
        os._exit(1)


@pytest.mark.slow
def test_a_process_that_ends_early_leaves_the_old_set(
    copied: Rendered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.voice.workshop._FEW", 2)
    before = copied.files()
    with pytest.raises(VoiceError, match="a process that renders ended early, perhaps because"):
        render_prompts(copied.sheet, copied.directory, Dying(), pieces=(), processes=2)
    assert before == copied.files()


@pytest.mark.slow
def test_a_voice_of_sherpa_renders_a_whole_set_in_several_processes(
    few: Rendered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.voice.workshop._FEW", 2)
    signs = {sign for clip in few.sheet.fragments() for sign in clip.text if sign.isalpha()}
    known = LEXICON | dict.fromkeys(sorted(signs | set("一二三四五六七八九零幺十点整")), "h a")
    voice = Sherpa.in_directory(write_toy_voice(tmp_path / "voice", lexicon=known))
    render_prompts(few.sheet, tmp_path / "out", voice, pieces=(), processes=2)
    assert check_prompts(tmp_path / "out", few.sheet, pieces=(), measure=True).problems == ()
    manifest = Catalogue.load(tmp_path / "out").manifest
    assert (manifest.engine, manifest.voice) == (voice.name, voice.voice)
