"""Audio as sherpa-onnx takes it: scaled, at the rate of the model, and its silence measured."""

import numpy as np
import pytest

from ivr.hearing.frames import RATE
from ivr.recognition.waveform import SilenceMeter, Upsampler, as_floats, at_model_rate
from tests.recognition.toy_tones import tones


def octets(samples: np.ndarray) -> bytes:
    """Return samples as a call sends them."""
    return samples.astype("<i2").tobytes()


def test_samples_of_16_bits_become_floats_of_full_scale_one() -> None:
    floats = as_floats(octets(np.array([-32768, -1, 0, 16384, 32767])))
    assert floats.dtype == np.float32
    assert floats.tolist() == [-1.0, -1 / 32768, 0.0, 0.5, 32767 / 32768]


def test_a_stream_is_resampled_as_the_whole_would_be() -> None:
    sound = as_floats(octets(tones("我要")))
    upsampler = Upsampler(16000)
    blocks = [upsampler.feed(sound[start : start + 480]) for start in range(0, len(sound), 480)]
    blocks.append(upsampler.feed(np.zeros(0, np.float32), last=True))
    streamed, whole = np.concatenate(blocks), at_model_rate(sound, 16000)
    assert len(streamed) == len(whole) == 2 * len(sound)
    assert np.abs(streamed - whole).max() < 1e-4
    wide = as_floats(octets(tones("我要", rate=16000)))
    error = whole - wide  # the tones begin and end abruptly, which 8 kHz cannot hold
    assert np.sqrt(np.mean(error**2)) < 0.02 * np.sqrt(np.mean(wide**2))


def test_a_model_of_8_khz_gets_the_audio_as_it_is() -> None:
    sound = as_floats(octets(tones("我")))
    assert at_model_rate(sound, RATE) is sound
    assert Upsampler(RATE).feed(sound) is sound


def test_silence_is_measured_at_the_end() -> None:
    meter = SilenceMeter()
    loud, faint = np.full(480, 0.2, np.float32), np.full(480, 0.005, np.float32)
    for block in (faint, loud, faint, faint):
        meter.feed(block)
    assert meter.seconds == pytest.approx(0.12)
    meter.feed(loud)
    assert meter.seconds == 0.0
    meter.feed(np.zeros(0, np.float32))
    assert meter.seconds == 0.0
