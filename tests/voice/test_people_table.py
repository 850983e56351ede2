"""The words that training leaves out become a corpus that the bench of recognition reads."""

from pathlib import Path

import pytest
import soundfile

from ivr.commands.people_corpus import read_people_corpus
from tools.people_table import words_in, write_people_table
from tools.recordings import Recording, find_recordings

HELD_OUT, TRAINED = "一辈子", "一下"
"""Words with one reading each. The checksum of the first name is divisible by twenty."""


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    directory = tmp_path / "recordings"
    for name in (f"words/{HELD_OUT}", f"words/{TRAINED}", "words/一_就_", "syllables/hao3"):
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(directory / f"{name}.mp3", [0.1] * 4800, 24000)
    return directory


def _held_out(directory: Path) -> list[Recording]:
    return [one for one in find_recordings(directory) if one.held_out]


@pytest.mark.parametrize("copy", [False, True])
def test_only_held_out_words_are_in_the_corpus(
    tmp_path: Path, recordings: Path, copy: bool
) -> None:
    out = tmp_path / "out"
    for _ in range(2):  # a second run replaces the first
        write_people_table(_held_out(recordings), out, copy=copy)
    (one,) = read_people_corpus(out).recordings
    assert (one.words, one.speaker, one.sex, one.intent) == (HELD_OUT, "Yue Tan", "f", None)
    assert one.path.is_symlink() is not copy
    assert 1000 < len(one.samples()) < 3000


def test_the_choice_does_not_depend_on_the_other_recordings(recordings: Path) -> None:
    chosen = _held_out(recordings)
    (recordings / f"words/{TRAINED}.mp3").unlink()
    assert _held_out(recordings) == chosen


def test_a_recorded_syllable_has_a_character_that_sounds_like_it(recordings: Path) -> None:
    (syllable,) = (one for one in find_recordings(recordings) if one.speaker == "syllables")
    assert words_in(syllable) == "好"
