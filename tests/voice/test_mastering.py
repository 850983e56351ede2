"""Every mastered prompt has the same level, peaks, band and edges, whatever the engine gave."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ivr.dialogue.row import Edges
from ivr.hearing.level import active_speech_level, dbov, peak_dbfs
from ivr.voice import VoiceError
from ivr.voice.clip import Form
from ivr.voice.mastering import master

RATE = 22050


def tone(hz: float, seconds: float = 1.0, amplitude: float = 8000) -> NDArray[np.int16]:
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE)) / RATE)).astype(
        np.int16
    )


def syllables(seed: int, count: int, amplitude: float) -> NDArray[np.int16]:
    """Return bursts of noise with sharp peaks, 0.2 s each, like a harsh voice."""
    noise = np.random.default_rng(seed).laplace(0, 1, (count, RATE // 5))
    shaped = (noise * np.hanning(RATE // 5)).ravel()
    loud: NDArray[np.int16] = (shaped / np.abs(shaped).max() * amplitude).astype(np.int16)
    return loud


@given(
    seed=st.integers(0, 1000),
    count=st.integers(1, 12),
    amplitude=st.floats(200, 32000),
    before=st.floats(0, 1),
    after=st.floats(0, 1),
)
@settings(max_examples=30, deadline=None)
def test_level_peaks_and_length_hold_for_any_voice(
    seed: int, count: int, amplitude: float, before: float, after: float
) -> None:
    voice = np.pad(syllables(seed, count, amplitude), (int(before * RATE), int(after * RATE)))
    samples = master(voice, RATE)
    assert active_speech_level(samples, 8000).level_dbov == pytest.approx(-22.0, abs=1.0)
    assert peak_dbfs(samples) <= -3.0
    assert len(samples) % 160 == 0
    assert count / 5 - 0.1 <= len(samples) / 8000 <= count / 5 + 0.08 + 0.15 + 0.06


@pytest.mark.parametrize(("hz", "loss_db"), [(50, 25), (100, 15), (5000, 25)])
def test_frequencies_outside_the_band_are_attenuated(hz: float, loss_db: float) -> None:
    mixed = master((tone(1000) // 2 + tone(hz) // 2).astype(np.int16), RATE)[1600:-1600]
    spectrum = np.abs(np.fft.rfft(mixed * np.hanning(len(mixed))))
    bins = np.fft.rfftfreq(len(mixed), 1 / 8000)
    inside = spectrum[np.argmin(np.abs(bins - 1000))]
    outside = spectrum[np.abs(bins - min(hz, 3999)) < 20].max()
    assert 20 * np.log10(inside / outside) > loss_db


def test_a_loud_end_is_not_heard_at_the_beginning() -> None:
    """The filter is computed on the spectrum, where the end of the speech meets its beginning."""
    quiet, loud = tone(1000, 0.3, amplitude=150), tone(350, 0.3, amplitude=16000)
    heard = master(np.concatenate([quiet, loud]), RATE).astype(np.float64)
    start = int(0.08 * 8000)
    first, later = heard[start : start + 80], heard[start + 800 : start + 1600]
    assert np.abs(first).max() < 1.2 * np.abs(later).max()


def test_the_limiter_lowers_a_peak_without_clipping() -> None:
    """A peak far above the rest is lowered as a whole: hardly any sample lies at the ceiling."""
    loud = tone(400, 1.0, 3000)
    loud[RATE // 2 : RATE // 2 + RATE // 50] = tone(400, 0.02, 30000)[: RATE // 50]
    samples = master(loud, RATE)
    top = np.abs(samples).max()
    assert peak_dbfs(samples) <= -3.0
    assert np.count_nonzero(np.abs(samples) >= top - 1) <= 4


def test_silence_around_the_words_is_trimmed() -> None:
    short = master(np.pad(tone(800, 0.5), RATE), RATE)
    assert len(short) / 8000 == pytest.approx(0.5 + 0.23 + 0.03, abs=0.03)
    assert dbov(short[:640]) <= -90


@pytest.mark.parametrize("edges", [Edges.FIRST, Edges.INNER, Edges.LAST, Edges.GROUP])
@pytest.mark.parametrize("faint_seconds", [0.0, 0.02, 0.1])
def test_a_joint_has_at_most_forty_milliseconds_that_nobody_hears(
    edges: Edges, faint_seconds: float
) -> None:
    """索 began with 95 ms of hiss at -55 dBov, which a caller heard as a gap in the sentence."""
    hiss = tone(800, faint_seconds, 8000 * 10 ** (-38 / 20))
    part = master(np.concatenate([hiss, tone(800, 0.5), hiss]), RATE, Form(edges=edges))
    loud = np.flatnonzero(np.abs(part.astype(int)) > 32768 * 10 ** (-45 / 20)) / 8000
    before, after = loud[0], len(part) / 8000 - loud[-1]
    if edges is not Edges.FIRST:
        assert 0.025 <= before <= 0.045
    if edges is not Edges.LAST:
        assert 0.025 <= after <= 0.045 + 0.02 + 0.01 * (edges is Edges.GROUP)


@pytest.mark.parametrize("nothing", [np.zeros(RATE, np.int16), np.zeros(0, np.int16)])
def test_silence_cannot_be_mastered(nothing: NDArray[np.int16]) -> None:
    with pytest.raises(VoiceError, match="silence"):
        master(nothing, RATE)
