"""The rendered sheet: complete, at one level, in formats that sound the same."""

import io
import wave

import numpy as np
import pytest

from ivr.dialogue.row import MUSIC
from ivr.hearing.g711 import ALAW_IDLE, ULAW_IDLE
from ivr.hearing.level import active_speech_level, peak_dbfs
from ivr.voice.loudness import word_level
from ivr.words.catalogue import SILENCE, Catalogue
from tests.voice.rendered_sheet import PIECES, Rendered, check


def test_every_prompt_is_present_current_and_within_the_standard(rendered: Rendered) -> None:
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


def test_louder_is_five_decibels_louder_and_not_clipped(rendered: Rendered) -> None:
    catalogue = Catalogue.load(rendered.directory)
    for id in rendered.sentences():
        normal = active_speech_level(catalogue.samples(id), 8000).level_dbov
        loud = catalogue.samples(id, "louder")
        assert active_speech_level(loud, 8000).level_dbov - normal >= 5.0, id
        assert peak_dbfs(loud) <= -3.0, id
        highest = np.abs(loud.astype(int)).max()
        together = np.diff(np.flatnonzero(np.abs(loud.astype(int)) == highest), prepend=-10)
        assert np.count_nonzero(together == 1) < 0.002 * len(loud), id


def test_loudest_is_louder_than_louder_and_not_clipped(rendered: Rendered) -> None:
    """Row 3, the second complaint: 9 dB above the normal rendering."""
    catalogue = Catalogue.load(rendered.directory)
    for id in rendered.sentences():
        louder = active_speech_level(catalogue.samples(id, "louder"), 8000).level_dbov
        loudest = catalogue.samples(id, "loudest")
        assert active_speech_level(loudest, 8000).level_dbov - louder >= 2.5, id
        assert peak_dbfs(loudest) <= -3.0, id


def test_music_lasts_half_a_minute_and_is_softer_than_the_voice(rendered: Rendered) -> None:
    catalogue = Catalogue.load(rendered.directory)
    assert catalogue[MUSIC.id].seconds == 30.0
    assert catalogue[MUSIC.id].active_level_dbov < -23.0
    assert catalogue[MUSIC.id].peak_dbfs <= -3.0


def test_slow_takes_a_third_longer_with_longer_pauses(rendered: Rendered) -> None:
    catalogue = Catalogue.load(rendered.directory)
    for id in rendered.sentences():
        normal, slow = catalogue[id].seconds, catalogue.clip(id, "slow").seconds
        assert 1.2 <= (slow - 0.23) / (normal - 0.23) <= 2.2, id


def test_pieces_are_as_loud_as_the_words_of_sentences(rendered: Rendered) -> None:
    catalogue = Catalogue.load(rendered.directory)
    words = [word_level(catalogue.samples(id), 8000) for id in rendered.sentences()]
    for piece in PIECES:
        assert word_level(catalogue.samples(piece.id), 8000) == pytest.approx(-20.5, abs=0.5)
    assert np.median(words) == pytest.approx(-20.5, abs=0.5)


def test_pieces_have_hardly_any_silence_at_their_edges(rendered: Rendered) -> None:
    """A joint must have no gap above 120 ms; espeak's voice varies by some milliseconds."""
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
    for id in rendered.sentences():
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


def test_the_greeting_has_the_pace_of_a_person(rendered: Rendered) -> None:
    """The greeting has 26 syllables: 4.5 per second with its two pauses."""
    catalogue = Catalogue.load(rendered.directory)
    assert 5.0 <= catalogue["greeting.ask"].seconds <= 6.0
