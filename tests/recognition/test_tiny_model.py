"""The built-in model in the real libvosk: it recognises speech, and no words in other sounds."""

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from pypinyin import lazy_pinyin
from structlog.testing import capture_logs

from ivr.recognition.embedded import HEARS, PACKED, unpacked
from ivr.recognition.manifest import read_manifest
from ivr.recognition.model import Model, load_model
from ivr.voice.espeak import Espeak
from tests.recognition.callers import UNTRAINED, says
from tools.tiny_vosk import text
from tools.tiny_vosk.channel import noise_of, through_alaw
from tools.tiny_vosk.heard_back import vocabulary

_EVERY = 12
"""Every twelfth phrase is tested here; `python -m tools.tiny_vosk.score` tests all of them."""


def _phrases() -> list[str]:
    chooser = random.Random(7)
    return [text.said(phrase, chooser) for phrase in text.phrases()[::_EVERY]]


def test_the_model_is_small_enough_to_be_committed() -> None:
    assert PACKED.stat().st_size <= 8_000_000


@pytest.mark.slow
@pytest.mark.parametrize(("snr_db", "least"), [(None, 0.97), (15, 0.92)])
def test_the_syllables_of_voices_that_were_not_used_for_training_are_right(
    model: Model, snr_db: float | None, least: float
) -> None:
    """The model does not know tones, so 他 and 她 or 张 and 章 are the same to it."""
    phrases = _phrases()
    wrong = [
        (phrase, heard)
        for voice in UNTRAINED
        for phrase in phrases
        if lazy_pinyin(heard := model.decode(says(phrase, voice, snr_db=snr_db)).text)
        != lazy_pinyin(phrase)
    ]
    assert len(wrong) <= (1 - least) * len(phrases) * len(UNTRAINED), wrong


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["white", "pink", "hum"])
@pytest.mark.parametrize("dbov", [-60, -40, -25])
def test_noise_has_no_words(model: Model, kind: str, dbov: float) -> None:
    noise = noise_of(kind, 3 * 8000, np.random.default_rng(3)) * 32768 * 10 ** (dbov / 20)
    assert model.decode(through_alaw(noise).astype(np.int16)).words == ()


@pytest.mark.parametrize("samples", [0, 1, 80, 24_000])
def test_silence_of_any_length_has_no_words(model: Model, samples: int) -> None:
    heard = model.decode(np.full(samples, 8, np.int16))
    assert (heard.text, heard.words, heard.confidence) == ("", (), 0.0)


def test_words_come_with_times_and_confidence(model: Model) -> None:
    heard = model.decode(says("我要投诉", UNTRAINED[0]))
    assert heard.text == "我要投诉"
    assert [word.text for word in heard.words] == ["我要", "投诉"]
    assert 0.2 < heard.words[0].start < heard.words[0].end <= heard.words[1].start + 0.001
    assert heard.confidence > 0.9


def test_english_contains_unknown_words(model: Model) -> None:
    heard = model.decode(says("the weather is wonderful this morning", Espeak("en-us+f4")))
    assert "[unk]" in [word.text for word in heard.words]
    assert "[unk]" not in heard.text


def test_partial_text_grows_before_the_end(model: Model) -> None:
    utterance, samples = model.utterance(), says("我要投诉你们客服", UNTRAINED[1])
    seen = []
    for start in range(0, len(samples), 160):
        utterance.feed_octets(samples[start : start + 160].astype("<i2").tobytes())
        seen.append(utterance.so_far())
    assert any("投诉" in partial for partial in seen)
    assert utterance.finish().text == "我要投诉你们客服"


def test_threads_can_share_the_model(model: Model) -> None:
    samples = says("转人工", UNTRAINED[0])
    with ThreadPoolExecutor(4) as pool:
        heard = list(pool.map(model.decode, [samples] * 12))
    assert {h.text for h in heard} == {"转人工"}
    assert len(set(heard)) == 1


def test_a_warning_says_that_the_model_is_for_trying(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with capture_logs() as logs:
        load_model()
    assert [path.name[:8] for path in (tmp_path / "ivr").iterdir()] == ["tiny-cn-"]
    assert [entry["log_level"] for entry in logs] == ["warning"]
    assert "for trying and testing" in logs[0]["effect"]


@pytest.mark.slow
def test_the_packed_vocabulary_is_the_one_of_the_word_lists() -> None:
    assert vocabulary() == set(text.words()), "run `python -m tools.tiny_vosk.graph`"


def test_the_manifest_has_the_figures_that_people_are_told(tmp_path: Path) -> None:
    assert read_manifest(unpacked(cache=tmp_path)).published == HEARS
