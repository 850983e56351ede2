"""Each utterance in a recording is found by the ear and recognised; silence is not decoded."""

import itertools

import numpy as np

from ivr.hearing.g711 import Samples
from ivr.hearing.speech import LOOK_BACK_SECONDS
from ivr.recognition.model import Model
from ivr.recognition.silero import SileroModel
from ivr.recognition.spans import transcribe
from tests.recognition.workers import spoken

PHRASES = ("我要投诉", "打错了", "你们公司在哪里")


def _line(seconds: float) -> Samples:
    noise = np.random.default_rng(1).normal(0, 8, round(seconds * 8000))
    return noise.astype(np.int16)


def test_every_utterance_is_found_and_understood(model: Model) -> None:
    parts = [part for phrase in PHRASES for part in (_line(1.0), spoken(phrase))]
    samples = np.concatenate([*parts, _line(1.0)])
    heard = transcribe(samples, model, SileroModel.load().stream())
    assert [transcript.text for _, transcript in heard] == list(PHRASES)
    starts = np.cumsum([0, *map(len, parts)])[1::2] / 8000 + 0.3  # 0.3 s of silence are in front
    for (span, _), start in zip(heard, starts, strict=True):
        assert start - LOOK_BACK_SECONDS - 0.2 < span.start < start
    assert all(one.end < other.start for (one, _), (other, _) in itertools.pairwise(heard))


def test_speech_that_lasts_to_the_end_is_recognised(model: Model) -> None:
    samples = np.concatenate([_line(0.5), spoken("我要投诉")[:-3200]])  # cut right after the words
    heard = transcribe(samples, model, SileroModel.load().stream())
    assert [transcript.text for _, transcript in heard] == ["我要投诉"]
    assert heard[0][0].end == len(samples) / 8000


def test_a_recording_without_speech_has_no_utterances(model: Model) -> None:
    detector = SileroModel.load().stream()
    assert transcribe(_line(2.0), model, detector) == []
    assert transcribe(_line(0.0), model, detector) == []
