"""A rendering that fails or is killed leaves one whole set of prompts, the old or the new one."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ivr.voice import VoiceError
from ivr.voice.staging import staging_directory
from ivr.words.catalogue import Catalogue
from tests.voice.rendered_sheet import Rendered, check, render, speaker
from tests.voice.tone import Tone


def test_an_engine_that_breaks_leaves_the_old_set(copied: Rendered) -> None:
    before = copied.files()
    with pytest.raises(RuntimeError, match="the engine broke"):
        render(copied.sheet, copied.directory, Tone(breaks_after=3))
    assert before == copied.files()


def test_two_processes_cannot_render_at_once(copied: Rendered) -> None:
    with (
        staging_directory(copied.directory),
        pytest.raises(VoiceError, match="another process renders"),
    ):
        render(copied.sheet, copied.directory, speaker())


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 1.0])
def test_when_killed_while_files_move_the_next_command_moves_the_rest(
    copied: Rendered, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    """`share` is the share of the sound files that have moved. The manifest moves last."""
    sound_files = len(copied.files()) - 1
    replace, left = os.replace, [round(share * sound_files)]

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
def test_when_killed_while_rendering_the_old_set_is_whole(copied: Rendered) -> None:
    """The real command gets SIGKILL as soon as it has written the first new file."""
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
    assert render(copied.sheet, copied.directory, speaker()).rendered == ()
    assert not (copied.directory / ".next").exists()
