"""The natural voice: the same words sound the same, and a part of a sentence is not its end."""

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from ivr.voice import VoiceError
from ivr.voice.baker.engine import Baker
from ivr.voice.baker.network import Networks
from ivr.voice.context import Context
from ivr.voice.duration import plausible
from ivr.voice.standard import SLOWER

pytestmark = pytest.mark.slow

MIDDLE = Context("八", "八")


@pytest.fixture(scope="session")
def baker(files: Path) -> Baker:
    return Baker(files)


def seconds(baker: Baker, words: str, context: Context = MIDDLE, slower: float = 1.0) -> float:
    samples, rate = baker.speak(words, context, slower)
    return len(samples) / rate


def test_the_same_words_give_the_same_samples(baker: Baker) -> None:
    first, rate = baker.speak("请您稍等。")
    baker.speak("请您稍后。")
    baker.speak("谢谢您，再见！")
    again, _ = baker.speak("请您稍等。")
    assert rate == 24000
    np.testing.assert_array_equal(first, again)


def test_slow_speech_lasts_longer_by_its_own_durations(baker: Baker) -> None:
    words = "感谢您的耐心等待"
    ratio = seconds(baker, words, slower=1 / SLOWER) / seconds(baker, words)
    assert ratio == pytest.approx(1 / SLOWER, rel=0.05)


@pytest.mark.parametrize("digit", "零幺二三四五六七八九")
def test_a_digit_within_a_group_is_shorter_than_one_alone(baker: Baker, digit: str) -> None:
    assert seconds(baker, digit) < 0.95 * seconds(baker, digit, Context())


@pytest.mark.parametrize("letter", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
def test_every_letter_is_audible_for_as_long_as_a_word_takes(baker: Baker, letter: str) -> None:
    samples, rate = baker.speak(letter, MIDDLE)
    least, most = plausible(letter)
    assert least <= len(samples) / rate <= most
    assert np.abs(samples).max() > 3000


def test_a_character_without_a_reading_is_named(baker: Baker) -> None:
    with pytest.raises(VoiceError, match="☃"):
        baker.speak("您好☃")


def test_nothing_to_speak_is_an_error(baker: Baker) -> None:
    with pytest.raises(VoiceError, match="write words"):
        baker.speak("。")


@pytest.mark.parametrize(
    "damage", ["fastspeech2_quan.tflite", "mb_melgan.tflite", "baker_mapper.json"]
)
@pytest.mark.parametrize("content", [None, b"", b"half a file" * 100])
def test_a_damaged_file_is_one_sentence_with_the_remedy(
    files: Path, tmp_path: Path, damage: str, content: bytes | None
) -> None:
    directory = tmp_path / "baker"
    shutil.copytree(files, directory)
    (directory / damage).unlink()
    if content is not None:
        (directory / damage).write_bytes(content)
    with pytest.raises(VoiceError, match="ivr voices fetch baker --again"):
        Networks(directory)


def test_a_python_without_the_runtime_is_offered_espeak(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    with pytest.raises(VoiceError, match="--engine espeak"):
        Networks(files)


@pytest.mark.parametrize("digit", "零二五六")
def test_a_voiced_digit_cut_out_of_a_sentence_does_not_begin_at_once(
    baker: Baker, digit: str
) -> None:
    """零 and 二 that began at full strength were heard as bing and ban."""
    samples, rate = baker.speak(digit, MIDDLE)
    first = np.abs(samples[: rate // 100].astype(np.float64)).max()
    assert first < 0.5 * np.abs(samples).max()
