"""Rendered clips are kept by what they are made from."""

import os
from pathlib import Path

import numpy as np
import pytest

from ivr.dialogue.row import MUSIC
from ivr.voice.clip_cache import ClipCache, FinishedClip
from ivr.voice.loudness import Measures
from ivr.words.catalogue import SILENCE, Catalogue
from tests.voice.rendered_sheet import Rendered, check, render
from tests.voice.tone import Tone

CLIP = FinishedClip(
    {"alaw": b"\xd5" * 160, "sln": bytes(320)},
    Measures(seconds=0.02, active_level_dbov=-22.0, peak_dbfs=-9.5),
)


def test_what_was_kept_is_found_again(tmp_path: Path) -> None:
    ClipCache(tmp_path).put("ab12", CLIP)
    assert ClipCache(tmp_path).get("ab12") == CLIP
    assert ClipCache(tmp_path).get("ab13") is None


@pytest.mark.parametrize("damage", [b"", b"PK", bytes(400)])
def test_a_damaged_file_counts_as_missing(tmp_path: Path, damage: bytes) -> None:
    cache = ClipCache(tmp_path)
    cache.put("ab12", CLIP)
    (path,) = tmp_path.rglob("*.zip")
    path.write_bytes(damage)
    assert cache.get("ab12") is None
    cache.put("ab12", CLIP)
    assert cache.get("ab12") == CLIP


def test_a_changed_octet_counts_as_missing(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path)
    cache.put("ab12", CLIP)
    (path,) = tmp_path.rglob("*.zip")
    octets = path.read_bytes()
    path.write_bytes(octets.replace(b"\xd5" * 160, b"\xd5" * 159 + b"\x55"))
    assert cache.get("ab12") is None


def test_a_directory_that_cannot_be_written_costs_only_the_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = ClipCache(tmp_path / "file" / "clips")
    cache.put("ab12", CLIP)
    assert cache.get("ab12") is None


def test_the_clips_used_last_stay(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path)
    for key in ("aa", "bb", "cc"):
        cache.put(key, CLIP)
    for age, key in enumerate(("bb", "aa", "cc")):
        path = tmp_path / key / f"{key}.zip"
        os.utime(path, (1000 - age, 1000 - age))
    cache.prune(2 * path.stat().st_size)
    assert [key for key in ("aa", "bb", "cc") if cache.get(key)] == ["aa", "bb"]


@pytest.mark.slow
def test_a_second_directory_is_filled_without_speaking(copied: Rendered, tmp_path: Path) -> None:
    cache, first, second = ClipCache(tmp_path / "clips"), Tone(), Tone()
    render(copied.sheet, copied.directory, first, cache=cache)
    render(copied.sheet, tmp_path / "second", second, cache=cache)
    assert first.words
    assert not second.words
    assert check(tmp_path / "second", copied.sheet).problems == ()


@pytest.mark.slow
def test_everything_is_spoken_anew_on_request(copied: Rendered, tmp_path: Path) -> None:
    cache, again = ClipCache(tmp_path / "clips"), Tone()
    render(copied.sheet, copied.directory, Tone(), cache=cache)
    render(copied.sheet, copied.directory, again, cache=cache, anew=True)
    assert again.words


@pytest.mark.slow
def test_an_interrupted_run_goes_on_where_it_was(copied: Rendered, tmp_path: Path) -> None:
    cache, interrupted, resumed = ClipCache(tmp_path / "clips"), Tone(breaks_after=4), Tone()
    with pytest.raises(RuntimeError, match="broke"):
        render(copied.sheet, copied.directory, interrupted, cache=cache)
    render(copied.sheet, copied.directory, resumed, cache=cache)
    assert not {*interrupted.words} & {*resumed.words}
    assert check(copied.directory, copied.sheet).problems == ()


@pytest.mark.slow
def test_silence_and_music_are_not_taken_for_each_other(copied: Rendered, tmp_path: Path) -> None:
    cache = ClipCache(tmp_path / "clips")
    for directory in ("first", "second"):
        render(copied.sheet, tmp_path / directory, Tone(), cache=cache)
        sounds = Catalogue.load(tmp_path / directory)
        assert np.ptp(sounds.samples(SILENCE)) == 0
        assert np.ptp(sounds.samples(MUSIC.id)) > 1000
