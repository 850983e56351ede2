"""Rendering in several processes: one that ends early is one sentence, and no file is replaced."""

import multiprocessing
import os
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from ivr.voice import VoiceError
from ivr.voice.clip import Take
from ivr.voice.engine import RenderProgress
from ivr.voice.render import render_prompts
from ivr.words.catalogue import Licence
from tests.voice.rendered_sheet import Rendered


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
