"""WAV files of any kind become 8 kHz samples."""

import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from ivr.softphone.wav import WavError, read_wav


def written(path: Path, sound: np.ndarray, rate: int, width: int, channels: int = 1) -> Path:
    scaled = np.repeat(np.rint(sound * (1 << (8 * width - 1))).astype(np.int64), channels)
    octets = (scaled + 128).astype(np.uint8).tobytes() if width == 1 else b""
    if width > 1:
        octets = scaled.astype("<i8").view(np.uint8).reshape(-1, 8)[:, :width].tobytes()
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, width, rate, 0, "NONE", ""))
        file.writeframes(octets)
    return path


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (16000, 2), (44100, 1), (6000, 1)])
def test_a_tone_stays_a_tone(tmp_path: Path, rate: int, channels: int, width: int) -> None:
    sound = 0.4 * np.sin(2 * np.pi * 500 * np.arange(rate) / rate)
    samples = read_wav(written(tmp_path / "tone.wav", sound, rate, width, channels))
    assert len(samples) == 8000
    expected = 0.4 * 32768 * np.sin(2 * np.pi * 500 * np.arange(8000) / 8000)
    assert np.abs(samples - expected)[100:-100].max() < (200 if width == 1 else 3)


def test_frequencies_above_4_khz_are_removed(tmp_path: Path) -> None:
    sound = 0.4 * np.sin(2 * np.pi * 6000 * np.arange(16000) / 16000)
    samples = read_wav(written(tmp_path / "high.wav", sound, 16000, 2))
    assert np.abs(samples)[100:-100].max() < 10  # the cut at either end of the file is a click


def test_an_empty_file_has_no_samples(tmp_path: Path) -> None:
    assert len(read_wav(written(tmp_path / "none.wav", np.zeros(0), 16000, 2))) == 0


def test_another_rate_without_the_resampler_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "soxr", None)
    path = written(tmp_path / "wide.wav", np.zeros(16000), 16000, 2)
    with pytest.raises(WavError, match=r"wide\.wav has 16000 samples .* with 8000, or run `pip"):
        read_wav(path)


def test_a_file_that_is_not_wav_is_named(tmp_path: Path) -> None:
    with pytest.raises(WavError, match=r"there is no file .*missing\.wav"):
        read_wav(tmp_path / "missing.wav")
    (tmp_path / "text.wav").write_text("hello, this is not RIFF at all")
    with pytest.raises(WavError, match=r"text\.wav is not a WAV file"):
        read_wav(tmp_path / "text.wav")
    with pytest.raises(WavError, match="is not a WAV file"):
        read_wav(tmp_path)
