"""Features of speech that hardly depend on the speaker, from Whisper's encoder.

The encoder is the one of smart-turn 3.2, a detector of the end of a turn. It is Whisper's tiny
encoder, which was trained on 680,000 hours of people in a hundred languages, and trained further.
Two speakers are too few to learn from spectra alone how people sound.
"""

import hashlib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import soxr
from numpy.typing import NDArray

from tools.tiny_vosk import channel

FILE = "smart-turn-v3.2-cpu.onnx"
"""Name of the model's file in the wheel of pipecat-ai 1.14.0."""
_SHA256 = "2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f"
_LAYERS = ("add_268", "add_390", "add_512")
"""Names of the values in the model that are the results of its second, third and fourth layer."""
WIDTH = 384 * len(_LAYERS)
"""Number of features of a frame."""
FRAME_SECONDS = 0.02
_RATE, _WINDOW, _HOP = 16000, 400, 160
"""Samples per second of the encoder's input, and samples of a window and between two windows."""
_BANDS, _COLUMNS = 80, 800
"""Number of mel bands, and of windows that the encoder takes at once: eight seconds."""
_EDGE = 75
"""Frames at a cut between two pieces of a long sound that are taken from the other piece, which
knows what is beyond the cut."""

Features = NDArray[np.float32]
"""Features of speech, shape (frames, WIDTH)."""


class Encoder:
    """Whisper's encoder."""

    def __init__(self, path: Path) -> None:
        """Read the file ``path``; ValueError if it is not the known one."""
        octets = path.read_bytes()
        if hashlib.sha256(octets).hexdigest() != _SHA256:
            raise ValueError(f"{path} is not {FILE} of pipecat-ai 1.14.0: see README.md")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            _cut(octets), options, providers=["CPUExecutionProvider"]
        )

    def features(self, sound: NDArray[np.float64], tempo: float = 1.0) -> Features:
        """Return the features of ``sound`` (8 kHz), a frame for each FRAME_SECONDS.

        With a ``tempo`` above 1 the speech is taken as that many times as fast, at the same pitch.
        """
        columns = _spectrum(sound, round(_HOP * tempo))
        count = columns.shape[1] // 2
        pieces = [self._encoded(columns[:, start : start + _COLUMNS]) for start in _starts(columns)]
        whole = pieces[0]
        for piece, start in zip(pieces[1:], _starts(columns)[1:], strict=True):
            seam = start // 2 + _EDGE
            whole = np.concatenate([whole[:seam], piece[_EDGE:]])
        return whole[:count]

    def _encoded(self, columns: NDArray[np.float32]) -> Features:
        missing = _COLUMNS - columns.shape[1]
        filled = np.pad(columns, ((0, 0), (missing, 0)), constant_values=columns.min())
        layers = self._session.run(list(_LAYERS), {"input_features": filled[None]})
        features: Features = np.concatenate([layer[0] for layer in layers], -1)
        return features[missing // 2 :]


def _starts(columns: NDArray[np.float32]) -> list[int]:
    """Return the first column of each piece of at most _COLUMNS columns; the pieces overlap."""
    step, count = _COLUMNS - 4 * _EDGE, columns.shape[1]
    return [0, *range(step, count - 4 * _EDGE, step)]


def _cut(octets: bytes) -> bytes:
    """Return the model with the results of its layers as outputs, and without what follows."""
    model = onnx.load_model_from_string(octets)
    nodes = list(model.graph.node)
    last = next(at for at, node in enumerate(nodes) if _LAYERS[-1] in node.output)
    del model.graph.node[last + 1 :]
    del model.graph.output[:]
    for name in _LAYERS:
        value = onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
        model.graph.output.append(value)
    cut: bytes = model.SerializeToString()
    return cut


def _spectrum(sound: NDArray[np.float64], hop: int) -> NDArray[np.float32]:
    """Return Whisper's log-mel spectrum of ``sound`` (8 kHz), shape (_BANDS, columns).

    ``hop`` is the number of samples at 16 kHz from one column to the next.
    """
    wide = soxr.resample(sound, channel.RATE, _RATE, quality="HQ")
    wide = (wide - wide.mean()) / (wide.std() + 1e-9)
    padded = np.pad(wide, _WINDOW // 2, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::hop]
    power = np.abs(np.fft.rfft(windows * np.hanning(_WINDOW + 1)[:-1])) ** 2
    bands = np.log10(np.maximum(_FILTERS @ power.T, 1e-10))
    spectrum: NDArray[np.float64] = (np.maximum(bands, bands.max() - 8) + 4) / 4
    return spectrum.astype(np.float32)


def _filters() -> NDArray[np.float64]:
    """Return the weights of the mel bands, as of librosa (Slaney), shape (_BANDS, frequencies)."""
    highest = 15 + np.log(_RATE / 2 / 1000) * 27 / np.log(6.4)
    mels = np.linspace(0, highest, _BANDS + 2)
    edges = np.where(mels < 15, mels * 200 / 3, 1000 * np.exp((mels - 15) * np.log(6.4) / 27))
    slopes = edges[:, None] - np.linspace(0, _RATE / 2, _WINDOW // 2 + 1)
    widths = np.diff(edges)[:, None]
    triangles = np.minimum(-slopes[:-2] / widths[:-1], slopes[2:] / widths[1:])
    weights: NDArray[np.float64] = np.maximum(triangles, 0) * 2 / (edges[2:] - edges[:-2])[:, None]
    return weights


_FILTERS = _filters()
