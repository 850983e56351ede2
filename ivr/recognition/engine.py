"""The port of the recognition engines: a loaded model, and one utterance while it is decoded.

Vosk (:mod:`ivr.recognition.model`) and sherpa-onnx (:mod:`ivr.recognition.sherpa`) implement it.
The manifest of a model says which engine runs it.
"""

import importlib.util
from pathlib import Path
from typing import Protocol

from ivr.dialogue.expected import Expected
from ivr.hearing.g711 import Samples
from ivr.recognition.files import ModelError
from ivr.recognition.manifest import ModelManifest, read_manifest
from ivr.recognition.transcript import Transcript
from ivr.translation import tr


class SpeechUtterance(Protocol):
    """One utterance while it is being decoded."""

    def feed_octets(self, octets: bytes) -> None:
        """Take more audio of the utterance: 16-bit samples, little-endian, at 8 kHz."""
        ...

    def so_far(self) -> str:
        """Return the text recognised so far, without [unk]; later audio may change it.

        It is empty for a model that gives words only at the end.
        """
        ...

    def finish(self) -> Transcript:
        """End the utterance and return its transcript; no audio may be fed afterwards."""
        ...


class SpeechModel(Protocol):
    """A model that is loaded into this process."""

    def utterance(self, expected: Expected | None = None) -> SpeechUtterance:
        """Return a new utterance, to be fed with audio and then finished.

        ``expected`` is the kind of answer that the caller was asked for; None if it may be
        anything. A model that can listen for such an answer in particular does so; others ignore
        it.
        """
        ...

    def decode(self, samples: Samples) -> Transcript:
        """Return the transcript of ``samples`` (16-bit, 8 kHz), decoded as one utterance."""
        ...


def check_model_files(directory: Path) -> ModelManifest:
    """Return the manifest of the model in ``directory``, if this installation can run the model.

    Nothing is loaded. Raise ModelError if a file is missing, or if the package of the model's
    engine is not installed.
    """
    manifest = read_manifest(directory)
    missing = [
        package
        for package in ("sherpa_onnx", "soxr")
        if manifest.family != "vosk" and importlib.util.find_spec(package) is None
    ]
    if missing:
        raise ModelError(
            tr(
                "the model in {directory} needs {packages}: run "
                "`.venv/bin/pip install -e '.[sherpa]'` in the checkout, or use a Vosk model"
            ).format(directory=directory, packages=" and ".join(missing).replace("_", "-"))
        )
    return manifest


def load_speech_model(directory: Path | None = None) -> SpeechModel:
    """Load the model in ``directory`` with its engine; None means the built-in model.

    The libraries are imported only now. sherpa-onnx ends this process if the model's metadata is
    wrong, so the service loads models only in worker processes. Raise ModelError, in one sentence,
    if the model cannot be used.
    """
    manifest = None if directory is None else check_model_files(directory)
    if directory is None or manifest is None or manifest.family == "vosk":
        from ivr.recognition.model import load_model

        return load_model(directory)
    from ivr.recognition.sherpa import load_sherpa_model

    return load_sherpa_model(manifest, directory)
