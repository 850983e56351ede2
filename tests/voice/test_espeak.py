"""espeak-ng speaks Mandarin."""

import numpy as np
import pytest

from ivr.voice import VoiceError
from ivr.voice.espeak import Espeak


def test_speaks_at_its_native_rate() -> None:
    samples, rate = Espeak().synthesise("您好")
    assert rate == 22050
    assert 0.2 < len(samples) / rate < 1.5
    assert np.abs(samples).max() > 3000


def test_says_the_same_words_with_the_same_length() -> None:
    first, _ = Espeak().synthesise("请稍等")
    Espeak(words_per_minute=120).synthesise("谢谢您，再见！")
    again, rate = Espeak().synthesise("请稍等")
    assert len(again) / rate == pytest.approx(len(first) / rate, abs=0.05)


def test_a_higher_rate_is_faster() -> None:
    slow, _ = Espeak(words_per_minute=160).synthesise("感谢您的耐心等待")
    fast, _ = Espeak(words_per_minute=240).synthesise("感谢您的耐心等待")
    assert len(fast) < 0.8 * len(slow)


def test_reads_hanzi_and_not_letters() -> None:
    """Debian's espeak-ng 1.51 reads 打错了 as English letters, which takes seconds."""
    samples, rate = Espeak().synthesise("打错了")
    assert len(samples) / rate < 1.2


def test_an_unknown_voice_is_named() -> None:
    with pytest.raises(VoiceError, match="xx-none"):
        Espeak(voice_name="xx-none").synthesise("您好")


def test_text_without_speech_is_an_error() -> None:
    for nothing in ("", "！"):
        with pytest.raises(VoiceError, match="says nothing"):
            Espeak().synthesise(nothing)
