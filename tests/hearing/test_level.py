"""Levels of known signals, and P.56 against its definition computed sample by sample."""

from math import ceil, exp, log10
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ivr.hearing.frames import RATE
from ivr.hearing.g711 import decode_alaw
from ivr.hearing.level import FLOOR_DBOV, active_speech_level, dbov, peak_dbfs


def sine(seconds: float, amplitude: float = 32768.0) -> NDArray[np.float64]:
    return amplitude * np.sin(2 * np.pi * 1000 * (np.arange(int(seconds * RATE)) + 0.5) / RATE)


def bursts(on: float, off: float, count: int, rms: float = 1000.0) -> NDArray[np.float64]:
    """Return bursts of noise of ``on`` seconds with pauses of ``off`` seconds."""
    noise = np.random.default_rng(1).normal(0, rms, (count, int(on * RATE)))
    return np.pad(noise, ((0, 0), (0, int(off * RATE)))).ravel()


def p56_sample_by_sample(samples: NDArray[np.float64], rate: int) -> float:
    """Return the level by method B as ITU-T P.56 states it, one sample after another."""
    g, hangover = exp(-1 / (rate * 0.03)), ceil(0.2 * rate)
    thresholds = [2.0**j for j in range(-15, 0)]
    active, hung = [0] * 15, [hangover] * 15
    p = q = energy = 0.0
    for x in (samples - samples.mean()) / 32768:
        energy += x * x
        p = g * p + (1 - g) * abs(x)
        q = g * q + (1 - g) * p
        for j, threshold in enumerate(thresholds):
            if q >= threshold:
                active[j], hung[j] = active[j] + 1, 0
            elif hung[j] < hangover:
                active[j], hung[j] = active[j] + 1, hung[j] + 1
    levels = [10 * log10(energy / count) for count in active if count]
    margins = [level - 20 * log10(c) - 15.9 for level, c in zip(levels, thresholds, strict=False)]
    j = next(j for j, margin in enumerate(margins) if margin <= 0)
    share = margins[j - 1] / (margins[j - 1] - margins[j])
    return levels[j - 1] + share * (levels[j] - levels[j - 1])


def test_a_full_scale_sine_is_3_db_below_a_full_scale_square() -> None:
    assert dbov(sine(1)) == pytest.approx(-3.01, abs=0.01)
    assert dbov(np.full(800, -32768, np.int16)) == pytest.approx(0.0)


def test_the_mean_counts_unless_it_is_removed() -> None:
    idle = decode_alaw(b"\xd5" * 800)
    assert dbov(idle) == pytest.approx(-72.25, abs=0.01)
    assert dbov(idle, remove_dc=True) == FLOOR_DBOV


def test_the_peak_is_the_largest_magnitude_of_either_sign() -> None:
    assert peak_dbfs(np.array([3, -16384], np.int16)) == pytest.approx(-6.02, abs=0.01)
    assert peak_dbfs(np.array([-32768], np.int16)) == 0.0


@pytest.mark.parametrize("silence", [np.zeros(8000), np.zeros(0), np.full(8000, 8.0)])
def test_silence_is_at_the_floor(silence: NDArray[np.float64]) -> None:
    level = active_speech_level(silence, RATE)
    assert (level.level_dbov, level.activity) == (FLOOR_DBOV, 0.0)
    assert dbov(silence, remove_dc=True) == FLOOR_DBOV


def test_without_samples_there_is_no_level() -> None:
    assert FLOOR_DBOV == dbov(np.zeros(0)) == peak_dbfs(np.zeros(0))


def test_a_steady_tone_is_active_all_the_time() -> None:
    level = active_speech_level(sine(10, 3276.8), RATE)
    assert level.level_dbov == pytest.approx(-23.01, abs=0.1)
    assert level.activity == pytest.approx(1.0, abs=0.02)


def test_pauses_do_not_lower_the_active_level() -> None:
    """Of 1 s of speech and 2 s of pause, 1.2 s are active because of the hangover of 0.2 s."""
    level = active_speech_level(bursts(1.0, 2.0, 10), RATE)
    assert level.activity == pytest.approx(1.2 / 3, abs=0.03)
    assert level.level_dbov == pytest.approx(20 * log10(1000 / 32768) - 10 * log10(1.2), abs=0.3)


def test_the_level_follows_the_gain() -> None:
    speech = bursts(0.6, 0.5, 8)
    quiet, loud = (active_speech_level(gain * speech, RATE).level_dbov for gain in (0.1, 1.0))
    assert loud - quiet == pytest.approx(20.0, abs=0.3)


def test_integers_and_floats_measure_the_same() -> None:
    speech = np.rint(bursts(0.5, 0.5, 4))
    assert active_speech_level(speech, RATE) == active_speech_level(speech.astype(np.int16), RATE)


@given(
    on=st.floats(0.05, 1.0), off=st.floats(0.0, 1.0), rms=st.floats(100, 9000), rate=st.just(RATE)
)
@settings(max_examples=15, deadline=None)
def test_the_level_is_what_p56_defines_sample_by_sample(
    on: float, off: float, rms: float, rate: int
) -> None:
    speech = bursts(on, off, 2, rms)
    expected = p56_sample_by_sample(speech, rate)
    assert active_speech_level(speech, rate).level_dbov == pytest.approx(expected, abs=1e-6)


@given(st.lists(st.integers(-32768, 32767), max_size=300))
def test_any_samples_have_a_level_and_an_activity(values: list[int]) -> None:
    samples = np.array(values, np.int16)
    level = active_speech_level(samples, RATE)
    assert level.level_dbov >= FLOOR_DBOV
    assert 0.0 <= level.activity <= 1.0


def test_a_click_too_short_for_the_envelope_is_no_speech() -> None:
    click = np.pad(np.array([20, -20], np.int16), 4000)
    assert active_speech_level(click, RATE).activity == 0.0


def test_speech_near_the_lowest_threshold_still_has_a_level() -> None:
    """If the lowest threshold is within the margin already, its level is the result."""
    level = active_speech_level(bursts(0.5, 0.5, 4, rms=10.0), RATE).level_dbov
    assert level == pytest.approx(20 * log10(10 / 32768) - 10 * log10(1.4), abs=1.5)


def test_it_takes_a_tenth_of_the_cpu_of_the_definition() -> None:
    """Both are measured here, in CPU time, so that a slow or busy machine does not matter."""
    speech = bursts(0.5, 0.5, 5)
    begin = process_time()
    for _ in range(5):
        active_speech_level(speech, RATE)
    quick = (process_time() - begin) / 5
    begin = process_time()
    p56_sample_by_sample(speech, RATE)
    assert quick < (process_time() - begin) / 10
