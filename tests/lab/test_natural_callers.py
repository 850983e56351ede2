"""Callers with a natural voice: they differ in pitch and pace, and repeat themselves exactly."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ivr.lab.natural_callers import NATURAL_CALLERS, NATURAL_NAMES, NaturalCaller
from ivr.voice import VoiceError

WOMAN, DEEP, CHILD, QUICK = NATURAL_CALLERS
VOWEL = "妈妈"
"""Words with open vowels in a level tone, so that the pitch is steady."""
SENTENCE = "喂，你好，听得到吗"
LOWEST_HZ, HIGHEST_HZ = 80, 450
WINDOW_SECONDS = 0.04


def pitch_hz(samples: NDArray[np.int16], rate: int) -> float:
    """Return the median pitch of the loud parts of a sound, found by autocorrelation."""
    size = round(WINDOW_SECONDS * rate)
    windows = np.lib.stride_tricks.sliding_window_view(samples.astype(float), size)[:: size // 2]
    loud = windows[windows.std(axis=1) > 0.5 * windows.std(axis=1).max()]
    shortest, longest = rate // HIGHEST_HZ, rate // LOWEST_HZ
    found = []
    for window in loud - loud.mean(axis=1, keepdims=True):
        # Divided by the number of products, so that a long period counts like a short one.
        likeness = np.correlate(window, window, "full")[size - 1 :] / np.arange(size, 0, -1)
        period = shortest + int(np.argmax(likeness[shortest:longest]))
        if likeness[period] > 0.6 * likeness[0]:
            found.append(rate / period)
    return float(np.median(found))


def seconds(caller: NaturalCaller, text: str) -> float:
    samples, rate = caller.synthesise(text)
    return len(samples) / rate


@pytest.mark.parametrize("caller", [DEEP, CHILD, QUICK])
def test_the_pitch_moves_by_the_factor(caller: NaturalCaller) -> None:
    ratio = pitch_hz(*caller.synthesise(VOWEL)) / pitch_hz(*WOMAN.synthesise(VOWEL))
    assert ratio == pytest.approx(caller.pitch, rel=0.08)


@pytest.mark.slow
@pytest.mark.parametrize("pitch", [0.7, 1.3])
def test_another_pitch_keeps_the_pace(pitch: float) -> None:
    assert seconds(NaturalCaller(pitch), SENTENCE) == pytest.approx(
        seconds(WOMAN, SENTENCE), rel=0.05
    )


@pytest.mark.slow
@pytest.mark.parametrize("pace", [0.8, 1.25])
def test_a_quicker_caller_needs_less_time(pace: float) -> None:
    ratio = seconds(WOMAN, SENTENCE) / seconds(NaturalCaller(pace=pace), SENTENCE)
    assert ratio == pytest.approx(pace, rel=0.05)


@pytest.mark.slow
def test_the_same_words_give_the_same_samples() -> None:
    first, rate = DEEP.synthesise(SENTENCE)
    CHILD.synthesise(SENTENCE)
    again, same_rate = DEEP.synthesise(SENTENCE)
    assert rate == same_rate
    np.testing.assert_array_equal(first, again)


def test_the_names_lead_to_the_callers() -> None:
    assert NATURAL_NAMES["natural"] == NATURAL_NAMES["natural 1"] == WOMAN
    assert NATURAL_NAMES["natural 4"] == QUICK


def test_a_missing_voice_is_one_sentence_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IVR_VOICES", str(tmp_path))
    with pytest.raises(VoiceError, match="run `ivr voices fetch baker`") as caught:
        WOMAN.synthesise(SENTENCE)
    assert "\n" not in str(caught.value)
