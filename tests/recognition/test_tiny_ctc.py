"""The tiny model for sherpa-onnx hears speech, through the real library and its filter bank."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from ivr.bench.tally import edit_distance
from ivr.recognition.engine import load_speech_model
from ivr.recognition.offline import OfflineModel
from ivr.recognition.pool import Recognisers
from ivr.recognition.transcript import Transcript
from ivr.understanding.syllables import syllables_of
from tests.recognition.workers import hear, speak, spoken, told
from tools.tiny_vosk.acoustic import Acoustic, Layer, read_layers, write
from tools.tiny_vosk.ctc_model import HEAD, kernel, packed_layers, write_ctc_model
from tools.tiny_vosk.sounds import SYLLABLE_NAMES

SAID = (
    "我要投诉你们的客服",
    "请帮我转财务部",
    "你们公司在什么地方",
    "我想买企业邮箱",
    "不好意思打错电话了",
    "你们的电话怎么这么难打",
    "一三八零零零零",
    "谢谢你再见",
    "我想买企业QQ",
)
"""Sentences in the voices of espeak-ng that no training has heard."""
WRONG_LIMIT = 0.25
"""Upper limit for the share of wrong syllables. The head has no dictionary and no grammar."""


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_ctc_model(tmp_path_factory.mktemp("tiny-ctc"))


@pytest.fixture(scope="module")
def model(directory: Path) -> OfflineModel:
    loaded = load_speech_model(directory)
    assert isinstance(loaded, OfflineModel)
    return loaded


def test_speech_is_heard_as_syllables(model: OfflineModel) -> None:
    wrong = sum(
        edit_distance(
            syllables_of(text).sounds, syllables_of(model.decode(spoken(text, n % 2)).text).sounds
        )
        for n, text in enumerate(SAID)
    )
    assert wrong / sum(len(syllables_of(text).sounds) for text in SAID) < WRONG_LIMIT


@pytest.mark.parametrize("level", [0, 3, 30])
def test_silence_and_noise_have_no_words(model: OfflineModel, level: int) -> None:
    noise = np.random.default_rng(1).normal(0, 1, 16000) * level
    assert model.decode(noise.astype(np.int16)) == Transcript(())


@pytest.mark.slow
async def test_a_worker_hears_with_it(directory: Path) -> None:
    async with Recognisers(directory, workers=1) as recognisers:
        heard = await hear(recognisers, spoken(SAID[0]))
    assert edit_distance(syllables_of(SAID[0]).sounds, syllables_of(heard).sounds) <= 2


@pytest.mark.slow
async def test_callers_who_speak_at_once_are_heard_like_one_alone(directory: Path) -> None:
    """They are decoded together, and the shorter ones are filled up with silence."""
    async with Recognisers(directory, workers=1) as recognisers:
        alone = [await hear(recognisers, spoken(text)) for text in SAID[:4]]
        utterances = [recognisers.utterance() for _ in alone]
        for utterance, text in zip(utterances, SAID, strict=False):
            speak(utterance, spoken(text))
        together = await asyncio.gather(*(utterance.finish() for utterance in utterances))
    assert [told(outcome) for outcome in together] == alone


def test_a_token_is_one_character_or_unknown_speech(directory: Path) -> None:
    lines = (directory / "tokens.txt").read_text(encoding="utf-8").splitlines()
    tokens = [line.split()[0] for line in lines]
    known = [token for token in tokens[1:] if token != "<unk>"]
    assert tokens[0] == "<blk>"
    assert len(tokens) == len(SYLLABLE_NAMES) + 1
    assert all(len(token) == 1 for token in known)
    assert len(set(known)) >= 400  # 这 and 得 have two readings each


def test_a_head_for_another_network_is_refused(tmp_path: Path) -> None:
    with np.load(HEAD) as file:
        arrays = {name: file[name] for name in file.files}
    np.savez(tmp_path / "other.npz", **(arrays | {"network_sha256": np.array("0")}))
    with pytest.raises(ValueError, match="another network"):
        write_ctc_model(tmp_path / "model", tmp_path / "other.npz")


def test_the_packed_layers_see_as_far_as_they_were_trained_to() -> None:
    layers, _ = packed_layers()
    contexts = [layer.context for layer in layers]
    assert contexts == [
        (-2, -1, 0, 1, 2), (-1, 0, 1), (-3, 0, 3), (-3, 0, 3), (-6, 0, 3), (-6, 0, 3), (0,),
    ]  # fmt: skip
    weights, before, after = kernel(layers[5], step=3)
    assert (weights.shape[2], before, after) == (4, 2, 1)
    assert not weights[:, :, 1].any()  # (-6, 0, 3) has nothing at -3


def test_layers_are_read_as_they_were_written(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    layers = [
        Layer((-1, 0, 2), random.normal(size=(4, 6)), random.normal(size=4)),
        Layer((0,), random.normal(size=(3, 4)), random.normal(size=3)),
    ]
    write(Acoustic(["SIL", "SPN", "a"], layers, np.full(3, 1 / 3)), tmp_path)
    for written, found in zip(
        layers, read_layers((tmp_path / "am" / "final.mdl").read_bytes()), strict=True
    ):
        assert found.context == written.context
        assert found.weights == pytest.approx(written.weights, abs=0.001)
        assert found.bias == pytest.approx(written.bias, abs=1e-6)
