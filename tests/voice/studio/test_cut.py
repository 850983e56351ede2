"""Recordings are cut out of a session, keep a little silence, and replace only worse ones."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ivr.etiquette.sheet import Sheet
from ivr.voice.check import check_prompts
from ivr.voice.render import render_prompts
from ivr.voice.studio.cut import write_takes
from ivr.voice.studio.recordings import Studio
from ivr.voice.studio.script import ScriptLine
from ivr.voice.studio.takes import WordsIn, find_takes
from tests.voice.studio.sessions import RATE, record, said

pytestmark = pytest.mark.slow  # sessions of a minute and more are made and cut

Lines = Sequence[ScriptLine]


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    return tmp_path / "session.wav"


@pytest.mark.slow
def test_the_recordings_make_a_sound_set(
    tmp_path: Path, excerpt_sheet: Sheet, lines: Lines, words_in: WordsIn
) -> None:
    """From a session in two channels of 24 bits at another rate than a prompt's."""
    session, out = tmp_path / "session.flac", tmp_path / "recordings"
    record(session, [said(line.words) for line in lines], subtype="PCM_24", noise_dbov=-70)
    mono, rate = soundfile.read(session)
    soundfile.write(session, np.stack([mono, mono], axis=1), rate, subtype="PCM_24")
    written = write_takes(find_takes([session], lines, words_in), out)
    assert [path.name for path in written] == [f"{line.id}.wav" for line in lines]
    assert sorted(out.iterdir()) == sorted(written)
    first = soundfile.info(written[0])
    assert (first.samplerate, first.channels, first.subtype) == (RATE, 1, "PCM_16")
    render_prompts(excerpt_sheet, tmp_path / "set", Studio(out), pieces=())
    assert check_prompts(tmp_path / "set", excerpt_sheet, pieces=(), measure=True).problems == ()


def test_a_recording_keeps_a_short_silence_around_its_words_and_is_faded(
    wav: Path, tmp_path: Path, lines: Lines, words_in: WordsIn
) -> None:
    parts = [said(line.words) for line in lines]
    record(wav, parts, noise_dbov=-40)
    written = write_takes(find_takes([wav], lines, words_in), tmp_path / "out")
    for path, part in zip(written, parts, strict=True):
        samples, rate = soundfile.read(path, dtype="int16")
        assert len(samples) / rate == pytest.approx(len(part) / RATE + 0.3, abs=0.12)
        assert max(abs(samples[0]), abs(samples[-1])) <= 25


@pytest.mark.slow
def test_an_unsure_take_replaces_no_recording_unless_told_to(
    wav: Path, tmp_path: Path, lines: Lines, words_in: WordsIn
) -> None:
    record(wav, [said(line.words) for line in lines])
    sure = find_takes([wav], lines, words_in)
    unsure = find_takes([wav], lines, lambda samples: "")
    out = tmp_path / "out"
    out.mkdir()
    old = out / f"{lines[0].id}.flac"
    old.write_bytes(b"old")
    assert len(write_takes(unsure, out)) == len(lines) - 1
    assert not (out / f"{lines[0].id}.wav").exists()
    assert write_takes(unsure, out) == []
    assert len(write_takes(unsure, out, again=True)) == len(lines)
    assert len(write_takes(sure, out)) == len(lines)
    slow = write_takes(sure, out, slow=True)
    assert slow[0].name == f"{lines[0].id}.slow.wav"
