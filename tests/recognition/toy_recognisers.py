"""Toy models for sherpa-onnx that recognise tones: each character is a tone of its own pitch.

A model of 3 to 70 kB compares the bins of the library's own filter bank, so the whole path of a
real model is taken.
"""

from pathlib import Path
from typing import Any

from ivr.recognition.manifest import Family, ModelManifest
from tests.recognition import toy_models
from tests.recognition.toy_models import CTC_TOKENS, SENSE_VOICE_TOKENS

TAIL_SECONDS = 0.8
"""Sound that the streaming models need: they see 45 frames of 10 ms and move by 32."""
FAMILIES: tuple[Family, ...] = ("transducer", "zipformer2_ctc", "zipformer_ctc", "sense_voice")


def write_toy_model(
    directory: Path,
    family: Family,
    *,
    rate: int = 16000,
    without: str = "",
    hot_words: str = "",
    **entries: Any,
) -> Path:
    """Write a toy model with its manifest into `directory`, and return it.

    The metadata of the model lacks the entry `without`. `hot_words` is the content of that file.
    `entries` replace those of the manifest. Models of 8 kHz have 40 bins, others 80.
    """
    directory.mkdir(parents=True, exist_ok=True)
    bins = 40 if rate == 8000 else 80
    tokens = SENSE_VOICE_TOKENS if family == "sense_voice" else CTC_TOKENS
    models = {
        "transducer": toy_models.transducer,
        "zipformer2_ctc": toy_models.streaming_ctc,
        "zipformer_ctc": toy_models.offline_ctc,
        "sense_voice": toy_models.sense_voice,
    }[family](rate, bins, without)
    files = {"tokens": "tokens.txt"}
    for role, octets in models.items():
        files[role] = f"{role}.onnx"
        (directory / files[role]).write_bytes(octets)
    lines = "".join(f"{token} {number}\n" for number, token in enumerate(tokens))
    (directory / "tokens.txt").write_text(lines, encoding="utf-8")
    if hot_words:
        files["hot_words"] = "hot_words.txt"
        (directory / "hot_words.txt").write_text(hot_words, encoding="utf-8")
    streaming = family in ("transducer", "zipformer2_ctc")
    right: dict[str, Any] = {
        "name": f"toy {family}",
        "family": family,
        "rate": rate,
        "feature_dim": bins,
        "tail_seconds": TAIL_SECONDS if streaming else 0.0,
        "files": files,
        "octets": {name: (directory / name).stat().st_size for name in files.values()},
    }
    ModelManifest(**(right | entries)).write(directory)
    return directory
