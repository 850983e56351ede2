"""Models of sherpa-onnx that cannot be used: each costs a start and one sentence.

The library ends its process for some of them, so they are loaded in worker processes only.
"""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from ivr.hearing.frames import RATE
from ivr.recognition import keeper as keeper_module
from ivr.recognition.files import ModelError
from ivr.recognition.manifest import MANIFEST_FILE, Family
from ivr.recognition.pool import Recognisers
from ivr.recognition.transcript import NotHeard, Reason
from tests.recognition import toy_models
from tests.recognition.toy_recognisers import write_toy_model
from tests.recognition.toy_tones import tones
from tests.recognition.workers import hear, speak, told, until

pytestmark = pytest.mark.slow  # each test starts a worker


async def refusal(directory: Path) -> str:
    """Return the sentence with which the model is refused, in a worker."""
    recognisers = Recognisers(directory)
    with capture_logs() as logs, pytest.raises(ModelError) as caught:
        await recognisers.start()
    assert recognisers.pids == []
    assert len([entry for entry in logs if entry["event"] == "recogniser_died"]) <= 1
    sentence = str(caught.value)
    assert len(sentence.splitlines()) == 1
    assert str(directory) in sentence
    return sentence


def _garbage(octets: bytes) -> bytes:
    return bytes(range(256)) * (len(octets) // 256) + bytes(len(octets) % 256)


def _cut(octets: bytes) -> bytes:
    """Cut the end off, and fill it up so that the size is right."""
    return octets[: len(octets) // 2] + bytes(len(octets) - len(octets) // 2)


@pytest.mark.parametrize("family", ["transducer", "zipformer_ctc"])
@pytest.mark.parametrize("damage", [_garbage, _cut])
async def test_a_damaged_model_is_refused(
    tmp_path: Path, family: Family, damage: Callable[[bytes], bytes]
) -> None:
    write_toy_model(tmp_path, family)
    model = tmp_path / ("encoder.onnx" if family == "transducer" else "model.onnx")
    model.write_bytes(damage(model.read_bytes()))
    assert "sherpa-onnx cannot use the model" in await refusal(tmp_path)


@pytest.mark.parametrize(
    ("family", "entry"),
    [
        ("transducer", "decode_chunk_len"),
        ("zipformer2_ctc", "encoder_dims"),
        ("sense_voice", "lfr_window_size"),
    ],
)
async def test_metadata_that_is_missing_ends_the_worker(
    tmp_path: Path, family: Family, entry: str
) -> None:
    sentence = await refusal(write_toy_model(tmp_path, family, without=entry))
    assert "ends while it loads the model" in sentence
    assert entry in sentence


async def test_tokens_without_a_blank_end_the_worker(tmp_path: Path) -> None:
    write_toy_model(tmp_path, "zipformer_ctc", octets={})
    tokens = tmp_path / "tokens.txt"
    tokens.write_text(tokens.read_text(encoding="utf-8").replace("<blk>", "<b>"), encoding="utf-8")
    assert "ends while it loads the model" in await refusal(tmp_path)


@pytest.mark.parametrize("family", ["transducer", "zipformer2_ctc", "zipformer_ctc"])
async def test_frames_of_another_size_are_noticed_at_the_start(
    tmp_path: Path, family: Family
) -> None:
    sentence = await refusal(write_toy_model(tmp_path, family, feature_dim=40))
    assert "sherpa-onnx cannot use the model" in sentence


async def test_a_missing_file_is_noticed_before_a_worker_starts(tmp_path: Path) -> None:
    write_toy_model(tmp_path, "zipformer_ctc")
    (tmp_path / "model.onnx").unlink()
    assert "lacks model.onnx" in await refusal(tmp_path)


async def test_a_model_of_another_family_is_refused(tmp_path: Path) -> None:
    manifest = write_toy_model(tmp_path, "zipformer_ctc") / MANIFEST_FILE
    entries = json.loads(manifest.read_text(encoding="utf-8")) | {"family": "zipformer2_ctc"}
    manifest.write_text(json.dumps(entries), encoding="utf-8")
    assert "ends while it loads the model" in await refusal(tmp_path)


async def test_a_decoding_that_fails_costs_one_utterance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model takes three seconds at most, and fails with more."""
    monkeypatch.setattr(toy_models, "MOST_FRAMES", 300)
    directory = write_toy_model(tmp_path, "zipformer_ctc")
    async with Recognisers(directory) as recognisers:
        (pid,) = recognisers.pids
        utterance = recognisers.utterance()
        speak(utterance, np.zeros(4 * RATE, np.int16))
        with capture_logs() as logs:
            assert told(await utterance.finish()) == "died"
            await until(lambda: recognisers.pids not in ([], [pid]))
        assert await hear(recognisers, tones("再见")) == "再见"
    (fault,) = [entry for entry in logs if entry["log_level"] == "error"]
    assert (fault["event"], fault["lost_utterances"]) == ("recogniser_died", 1)
    assert fault["worker_message"].startswith("decoding fails: ")


async def test_a_worker_that_decodes_too_much_takes_no_new_utterance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper_module, "MOST_DECODING_SECONDS", 10.0)
    async with Recognisers(write_toy_model(tmp_path, "zipformer_ctc")) as recognisers:
        long = recognisers.utterance()
        speak(long, np.zeros(59 * RATE, np.int16))
        waiting = asyncio.create_task(long.finish())
        await until(lambda: recognisers.utterance().lost == NotHeard(Reason.BUSY))
        assert told(await waiting) == ""
        assert await hear(recognisers, tones("再见")) == "再见"
