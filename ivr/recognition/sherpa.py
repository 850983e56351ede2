"""Load the models of sherpa-onnx, each family with its own function of the library.

The package is the optional extra ``sherpa``. It has its own ONNX Runtime, besides the one of the
voice detector, so the service imports it in worker processes only. One thread per model: a third
party measured that two threads cost three times the processor time of one, and took longer,
because threads wait for each other by spinning.
"""

from pathlib import Path
from typing import Any

import numpy as np

from ivr.hearing.frames import RATE
from ivr.recognition.files import ModelError
from ivr.recognition.manifest import ModelManifest, read_manifest
from ivr.recognition.offline import OfflineModel
from ivr.recognition.streaming import SHORTEST_SECONDS, StreamingModel
from ivr.translation import tr

_TRIAL_SECONDS = {True: 2.0, False: SHORTEST_SECONDS}
"""Seconds of faint sound that a model decodes as a test when it is loaded, by whether it is
streaming. A streaming model begins to decode after up to one second."""


def load_sherpa_model(manifest: ModelManifest, directory: Path) -> StreamingModel | OfflineModel:
    """Return the model in ``directory``, whose manifest is ``manifest``, loaded by sherpa-onnx.

    The model decodes some sound as a test, because a wrong ``feature_dim`` of the manifest causes
    an error only then. Raise ModelError, in one sentence, if the library refuses the model. But if
    metadata of the model is missing, the library ends the process.
    """
    try:
        model = _load(manifest, directory)
        sound = np.full(round(_TRIAL_SECONDS[manifest.streaming] * RATE), 8, np.int16)
        model.decode(sound)
    except (ImportError, RuntimeError, ValueError, IndexError, MemoryError) as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise ModelError(
            tr(
                "sherpa-onnx cannot use the model in {directory} ({error}): install the model again"
            ).format(directory=directory, error=reason[0])
        ) from None
    return model


def _load(manifest: ModelManifest, directory: Path) -> StreamingModel | OfflineModel:
    if manifest.streaming:
        return StreamingModel(_online(manifest, directory), manifest)
    guesser = None
    if manifest.guesses:
        place = directory / manifest.guesses
        own = read_manifest(place)
        guesser = StreamingModel(_online(own, place), own)
    return OfflineModel(_offline(manifest, directory), manifest, guesser)


def _online(manifest: ModelManifest, directory: Path) -> Any:
    """Return sherpa-onnx's recogniser with the streaming model in ``directory``.

    Its own detection of the end of speech is switched off, because the detectors of the call find
    it.
    """
    from sherpa_onnx import OnlineRecognizer

    files = {role: str(path) for role, path in manifest.paths(directory).items()}
    common = {
        "num_threads": 1,
        "sample_rate": manifest.rate,
        "feature_dim": manifest.feature_dim,
        "enable_endpoint_detection": False,
        "tokens": files["tokens"],
    }
    if manifest.family == "zipformer2_ctc":
        return OnlineRecognizer.from_zipformer2_ctc(model=files["model"], **common)
    # The decoder needs the beam search for hot words alone, and costs more with it.
    hot_words = {
        "decoding_method": "modified_beam_search",
        "hotwords_file": files.get("hot_words", ""),
        "bpe_vocab": files.get("bpe_vocab", ""),
        "modeling_unit": "cjkchar+bpe" if "bpe_vocab" in files else "cjkchar",
    }
    return OnlineRecognizer.from_transducer(
        encoder=files["encoder"],
        decoder=files["decoder"],
        joiner=files["joiner"],
        model_type=manifest.model_type,
        **common,
        **(hot_words if "hot_words" in files else {}),
    )


def _offline(manifest: ModelManifest, directory: Path) -> Any:
    from sherpa_onnx import OfflineRecognizer

    files = {role: str(path) for role, path in manifest.paths(directory).items()}
    common = {"num_threads": 1, "model": files["model"], "tokens": files["tokens"]}
    if manifest.family == "sense_voice":
        # With the language left open, users report English words from noise. The frames of this
        # family always have 80 values at 16 kHz.
        return OfflineRecognizer.from_sense_voice(language="zh", use_itn=False, **common)
    return OfflineRecognizer.from_zipformer_ctc(
        sample_rate=manifest.rate, feature_dim=manifest.feature_dim, **common
    )
