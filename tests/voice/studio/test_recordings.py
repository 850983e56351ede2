"""Recordings of a person: any format, stretched for the slow rendering, missing ones named."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from ivr.voice import VoiceError
from ivr.voice.check import check_prompts
from ivr.voice.engine import PromptsFailed
from ivr.voice.render import render_prompts
from ivr.voice.stretch import stretched
from ivr.voice.studio.recorded_words import NOTES
from ivr.voice.studio.recordings import Studio
from ivr.words.catalogue import Catalogue
from tests.voice.rendered_sheet import Rendered

pytestmark = pytest.mark.slow  # whole sets of prompts are recorded


@pytest.fixture
def folder(few: Rendered, tmp_path: Path) -> Path:
    """Return a folder with the rendered prompts as recordings: stereo, in four formats."""
    catalogue, folder = Catalogue.load(few.directory), tmp_path / "recordings"
    folder.mkdir()
    for n, prompt in enumerate(few.sheet.fragments()):
        sound = np.frombuffer(catalogue.path(prompt.id, "sln16").read_bytes(), "<i2")
        stereo = np.stack([sound, sound // 2], axis=1)
        soundfile.write(
            folder / f"{prompt.id}.{('wav', 'flac', 'ogg', 'mp3')[n % 4]}", stereo, 16000
        )
    return folder


@pytest.mark.slow
def test_recordings_make_a_sound_set(few: Rendered, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    render_prompts(few.sheet, out, Studio(folder), pieces=())
    assert check_prompts(out, few.sheet, pieces=(), measure=True).problems == ()
    assert render_prompts(few.sheet, out, Studio(folder), pieces=()).rendered == ()
    normal, slow = (Catalogue.load(out).clip("hold.ask", one).seconds for one in ("normal", "slow"))
    assert 1.3 <= (slow - 0.23) / (normal - 0.23) <= 1.8


@pytest.mark.slow
def test_a_new_recording_renders_only_its_prompt(
    few: Rendered, folder: Path, tmp_path: Path
) -> None:
    render_prompts(few.sheet, tmp_path / "out", Studio(folder), pieces=(), only="hold")
    (old,) = folder.glob("hold.ask.*")
    samples, rate = soundfile.read(old)
    old.unlink()
    soundfile.write(folder / "hold.ask.wav", samples[:-200], rate)
    again = render_prompts(few.sheet, tmp_path / "out", Studio(folder), pieces=(), only="hold")
    assert again.rendered == ("hold.ask",)
    assert again.kept == ("hold.thanks",)


def test_missing_unreadable_and_short_recordings_are_named(
    few: Rendered, folder: Path, tmp_path: Path
) -> None:
    for path in [*folder.glob("hold.*"), *folder.glob("no_sound.farewell.*")]:
        path.unlink()
    (folder / "hold.ask.wav").write_bytes(b"no audio")
    soundfile.write(folder / "no_sound.farewell.wav", np.full(800, 0.1), 8000)
    with pytest.raises(PromptsFailed) as failed:
        render_prompts(few.sheet, tmp_path / "out", Studio(folder), pieces=())
    reasons = failed.value.reasons
    assert reasons["hold.thanks"] == "record it as hold.thanks.wav: 对不起，感谢您的耐心等待。"
    assert "hold.ask.wav cannot be read as audio" in reasons["hold.ask"]
    assert "too short for its words" in reasons["no_sound.farewell"]
    assert not (tmp_path / "out" / "zh").exists()


def test_an_old_recording_is_not_used_for_new_words(
    few: Rendered, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    render_prompts(few.sheet, out, Studio(folder), pieces=(), only="hold")
    changed = few.with_words("感谢您的耐心等待。", "让您久等了。")
    with pytest.raises(PromptsFailed, match="the old set stays") as failed:
        render_prompts(changed, out, Studio(folder), pieces=(), only="hold")
    reason = failed.value.reasons["hold.thanks"]
    assert "was used for “对不起，感谢您的耐心等待。”" in reason
    assert "the words are “对不起，让您久等了。” now" in reason

    (old,) = folder.glob("hold.thanks.*")
    samples, rate = soundfile.read(old)
    old.unlink()
    soundfile.write(folder / "hold.thanks.wav", samples[::-1], rate)
    again = render_prompts(changed, out, Studio(folder), pieces=(), only="hold")
    assert again.rendered == ("hold.thanks",)


@pytest.mark.slow
def test_another_spelling_of_the_same_sounds_needs_no_new_recording(
    few: Rendered, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    render_prompts(few.sheet, out, Studio(folder), pieces=(), only="hold")
    changed = few.with_words("对不起，感谢您的", "对不起！感谢您的")
    again = render_prompts(changed, out, Studio(folder), pieces=(), only="hold")
    assert again.rendered == ("hold.thanks",)


@pytest.mark.slow
def test_recordings_in_a_folder_that_cannot_be_written_are_used(
    few: Rendered, folder: Path, tmp_path: Path
) -> None:
    (folder / f"{NOTES}.draft").mkdir()  # stands in the way of the notes, also for root
    made = render_prompts(few.sheet, tmp_path / "out", Studio(folder), pieces=(), only="hold")
    assert set(made.rendered) == {"hold.ask", "hold.thanks"}


def test_a_missing_folder_is_named(few: Rendered, tmp_path: Path) -> None:
    with pytest.raises(VoiceError, match="there is no folder"):
        render_prompts(few.sheet, tmp_path / "out", Studio(tmp_path / "none"), pieces=())


@pytest.mark.parametrize("factor", [0.8, 4 / 3])
def test_stretching_keeps_the_pitch(factor: float) -> None:
    rate = 16000
    tone = 8000 * np.sin(2 * np.pi * 220 * np.arange(2 * rate) / rate)
    slow = stretched(tone, rate, factor)
    assert len(slow) == round(len(tone) * factor)
    spectrum = np.abs(np.fft.rfft(slow * np.hanning(len(slow))))
    assert np.argmax(spectrum) * rate / len(slow) == pytest.approx(220, abs=1.5)
    assert np.std(slow[1000:-1000]) == pytest.approx(np.std(tone), rel=0.05)
