"""Models of sherpa-onnx, loaded in this process: every family, with the real library."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ivr.dialogue.expected import Expected
from ivr.recognition import offline as offline_module
from ivr.recognition import streaming as streaming_module
from ivr.recognition import waveform
from ivr.recognition.engine import SpeechModel, check_model_files, load_speech_model
from ivr.recognition.files import ModelError
from ivr.recognition.manifest import Family
from ivr.recognition.offline import OfflineModel, OfflineUtterance
from ivr.recognition.tidy import text_of
from ivr.recognition.transcript import Transcript
from tests.recognition.toy_recognisers import FAMILIES, write_toy_model
from tests.recognition.toy_tones import TWIN, UNKNOWN_TONE, tones

SAID = "我要投诉你们客服"
STREAMING: tuple[Family, ...] = ("transducer", "zipformer2_ctc")
OFFLINE: tuple[Family, ...] = ("zipformer_ctc", "sense_voice")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[Family, SpeechModel]:
    """One model of each family, loaded."""
    return {
        family: load_speech_model(write_toy_model(tmp_path_factory.mktemp("toy"), family))
        for family in FAMILIES
    }


@pytest.fixture
def offline(models: dict[Family, SpeechModel]) -> OfflineModel:
    model = models["zipformer_ctc"]
    assert isinstance(model, OfflineModel)
    return model


def feed(utterance: OfflineUtterance, samples: np.ndarray) -> None:
    utterance.feed_octets(samples.astype("<i2").tobytes())


@pytest.mark.parametrize("family", FAMILIES)
def test_words_come_with_times(models: dict[Family, SpeechModel], family: Family) -> None:
    transcript = models[family].decode(tones(SAID))
    assert [word.text for word in transcript.words] == list(SAID)
    starts = [word.start for word in transcript.words]
    assert starts == pytest.approx([0.3 + 0.18 * n for n in range(len(SAID))], abs=0.08)
    assert all(0.0 < word.end - word.start <= 0.301 for word in transcript.words)


@pytest.mark.parametrize("family", FAMILIES)
def test_silence_and_short_sounds_have_no_words(
    models: dict[Family, SpeechModel], family: Family
) -> None:
    for samples in (
        np.zeros(0, np.int16),
        np.zeros(50, np.int16),
        np.zeros(8000, np.int16),
        tones("我", before=0.0, after=0.05)[:1900],
    ):
        assert models[family].decode(samples) == Transcript(())


def test_only_a_transducer_knows_its_confidence(models: dict[Family, SpeechModel]) -> None:
    assert 0.5 < models["transducer"].decode(tones(SAID)).confidence < 0.95
    for family in ("zipformer2_ctc", "zipformer_ctc", "sense_voice"):
        assert models[family].decode(tones(SAID)).confidence == 1.0


@pytest.mark.parametrize("family", ["zipformer2_ctc", "zipformer_ctc"])
def test_unknown_sounds_are_told(models: dict[Family, SpeechModel], family: Family) -> None:
    transcript = models[family].decode(tones(f"我{UNKNOWN_TONE}要"))
    assert transcript.text == "我要"
    assert transcript.unknown == pytest.approx(1 / 3)


@pytest.mark.parametrize("family", STREAMING)
def test_a_streaming_model_guesses_while_the_caller_speaks(
    models: dict[Family, SpeechModel], family: Family
) -> None:
    utterance = models[family].utterance()
    octets = tones(SAID).astype("<i2").tobytes()
    seen = []
    for start in range(0, len(octets), 960):
        utterance.feed_octets(octets[start : start + 960])
        seen.append(utterance.so_far())
    assert seen[0] == ""
    assert SAID.startswith(seen[len(seen) // 2])
    assert len(set(seen)) > 4
    assert utterance.finish().text == SAID


@pytest.mark.parametrize("family", STREAMING)
def test_silence_that_is_missing_at_the_end_is_added(tmp_path: Path, family: Family) -> None:
    """The model sees 45 frames at once, so without more sound the last tone is not decoded."""
    cut = tones("我要", after=0.0)
    whole = load_speech_model(write_toy_model(tmp_path / "whole", family))
    assert whole.decode(cut).text == "我要"
    short = load_speech_model(write_toy_model(tmp_path / "short", family, tail_seconds=0.0))
    assert short.decode(cut).text in ("", "我")


@pytest.mark.parametrize("family", ["zipformer2_ctc", "zipformer_ctc"])
def test_a_model_of_8_khz_is_fed_without_resampling(
    tmp_path: Path, family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load_speech_model(write_toy_model(tmp_path, family, rate=8000))
    monkeypatch.setattr(importlib.import_module("soxr"), "resample", None)
    monkeypatch.setattr(importlib.import_module("soxr"), "ResampleStream", None)
    assert model.decode(tones(SAID)).text == SAID


def test_samples_that_are_not_scaled_are_not_understood(
    models: dict[Family, SpeechModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library reads 16-bit samples as they are and says nothing: faint noise becomes speech."""
    faint = np.random.default_rng(1).normal(0, 3, 8000).astype(np.int16)
    assert models["zipformer_ctc"].decode(faint).text == ""
    monkeypatch.setattr(waveform, "_FULL_SCALE", np.float32(1.0))
    assert models["zipformer_ctc"].decode(faint).text != ""


def test_a_hot_word_wins_over_its_twin(tmp_path: Path) -> None:
    plain = load_speech_model(write_toy_model(tmp_path / "plain", "transducer"))
    assert plain.decode(tones("再" + TWIN)).text == "再见"
    hot = load_speech_model(
        write_toy_model(tmp_path / "hot", "transducer", hot_words=f"再{TWIN} :1.5\n")
    )
    assert hot.decode(tones("再" + TWIN)).text == "再" + TWIN
    assert hot.decode(tones("我要投诉")).text == "我要投诉"


def test_the_words_of_an_expected_answer_are_hot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming_module, "words_of", lambda expected: (f"再{TWIN} :1.5", "投诉"))
    model = load_speech_model(write_toy_model(tmp_path, "transducer", hot_words="我要 :1.0\n"))
    octets = tones("再" + TWIN).astype("<i2").tobytes()
    texts = []
    for expected in (None, Expected.NUMBER):
        utterance = model.utterance(expected)
        utterance.feed_octets(octets)
        texts.append(utterance.finish().text)
    assert texts == ["再见", "再" + TWIN]


@pytest.mark.parametrize("family", OFFLINE)
def test_utterances_that_are_decoded_together_do_not_disturb_one_another(
    models: dict[Family, SpeechModel], family: Family
) -> None:
    texts = [SAID, "再见", "要", "投诉你们", "我"]
    model = models[family]
    assert isinstance(model, OfflineModel)
    utterances = [model.utterance() for _ in texts]
    for text, utterance in zip(texts, utterances, strict=True):
        feed(utterance, tones(text))
    futures = [utterance.finish_soon() for utterance in utterances]
    assert [future.result(10).text for future in futures] == texts


def test_what_was_decoded_in_a_pause_is_used_at_the_end(offline: OfflineModel) -> None:
    utterance = offline.utterance()
    feed(utterance, tones("我要", after=0.2))
    utterance.pause()
    early = utterance.finish_soon()
    assert early.result(10).text == "我要"
    later = offline.utterance()
    feed(later, tones("我要", after=0.2))
    later.pause()
    feed(later, tones("投诉", before=0.0))  # not noticed by the ear: decoded would be 我要投诉
    assert later.finish().text == "我要"


def test_what_was_decoded_in_a_pause_is_thrown_away_when_the_caller_goes_on(
    offline: OfflineModel,
) -> None:
    utterance = offline.utterance()
    feed(utterance, tones("我要", after=0.2))
    utterance.pause()
    utterance.go_on()
    feed(utterance, tones("投诉", before=0.0, after=0.2))
    utterance.pause()
    utterance.pause()
    assert utterance.finish().text == "我要投诉"


@pytest.mark.parametrize("family", FAMILIES)
def test_texts_lose_no_memory(
    models: dict[Family, SpeechModel], family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attribute ``text`` of the library's results keeps a reference to each string."""
    seen: list[int] = []

    def text(result: Any) -> str:
        found = text_of(result)
        seen.append(sys.getrefcount(found))
        return found

    monkeypatch.setattr(offline_module, "text_of", text)
    monkeypatch.setattr(streaming_module, "text_of", text)
    assert models[family].decode(tones(SAID)).text == SAID
    fresh = "".join(list(SAID))
    assert seen == [sys.getrefcount(fresh)]


def test_an_offline_model_gives_no_words_meanwhile(offline: OfflineModel) -> None:
    utterance = offline.utterance()
    feed(utterance, tones(SAID))
    utterance.pause()
    assert utterance.so_far() == ""
    assert utterance.finish().text == SAID


def test_a_missing_package_is_named_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = write_toy_model(tmp_path, "zipformer_ctc")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError) as caught:
        check_model_files(directory)
    assert str(caught.value) == (
        f"the model in {directory} needs sherpa-onnx and soxr: run "
        "`.venv/bin/pip install -e '.[sherpa]'` in the checkout, or use a Vosk model"
    )


def test_the_library_is_not_imported_to_check_a_model(tmp_path: Path) -> None:
    """The service checks models, and only its workers load them."""
    directory = write_toy_model(tmp_path, "zipformer_ctc")
    program = (
        "import sys, pathlib\n"
        "import ivr.recognition.worker, ivr.recognition.pool, ivr.recognition.sherpa\n"
        "from ivr.recognition.engine import check_model_files\n"
        "check_model_files(pathlib.Path(sys.argv[1]))\n"
        "print('sherpa_onnx' in sys.modules or 'soxr' in sys.modules)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(directory)], capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "False"
