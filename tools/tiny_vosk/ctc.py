"""``python -m tools.tiny_vosk.ctc SPEECH CORPUS...``: train the tiny model's head for sherpa-onnx.

The network of tiny-cn.zip stays as it is. On its last hidden layer a head is trained that gives
syllables (CTC loss), with all files of the directories CORPUS, whose phones tell the syllables. A
map from sherpa-onnx's filter bank to the network's cepstra is fitted (least squares) on SPEECH, a
directory that ``natural`` has written. tiny-ctc.npz gets both, and ``ctc_model`` makes the model of
it. The training is seeded, but another machine may give slightly different weights.
"""

# mypy: allow-subclassing-any
# Nobody needs torch to check the types: it is not among the packages of pyproject.toml.

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import kaldi_native_fbank as knf
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ivr.bench.tally import edit_distance
from tools.tiny_vosk.channel import RATE, Sound, on_a_line
from tools.tiny_vosk.configuration import BANDS, SUBSAMPLED_AT, SUBSAMPLING
from tools.tiny_vosk.ctc_model import HEAD, STRIDE_FRAMES, kernel, packed_layers
from tools.tiny_vosk.front_end import features
from tools.tiny_vosk.sounds import SYLLABLE_NAMES, syllables_said
from tools.tiny_vosk.speech import kept
from tools.tiny_vosk.train import read_pieces

_UNITS = 192
"""Values of the head's first layer."""
_FRAMES = 5
"""Frames of 40 ms that it sees."""
_BATCH = 48
"""Number of pieces of speech in one step."""
_FITTED = 300
"""Number of pieces of speech that the map is fitted on: a quarter of an hour."""
_LATER_SAMPLES = 20
"""Samples (2.5 ms) that are cut off before the cepstra are computed. The frames of sherpa-onnx have
their centres at 5, 15, 25 … ms, those of the cepstra at 12.5, 22.5 … ms. After the cut the centres
are the same, but for the first frame of sherpa-onnx, which is left out."""
_NUMBER_OF = {name: number for number, name in enumerate(SYLLABLE_NAMES, 1)}
"""The number of each syllable; 0 is CTC's blank."""

Example = tuple[torch.Tensor, list[int]]
"""The outputs of the network for a piece of speech, shape (frames of 40 ms, values), and the
numbers of its syllables."""


class Hidden:
    """The network of tiny-cn.zip without its last layer."""

    def __init__(self) -> None:
        self._layers = []
        layers, self.sha256 = packed_layers()
        step = 1
        for number, layer in enumerate(layers[:-1]):
            weights, before, after = kernel(layer, step)
            stride = SUBSAMPLING if number == SUBSAMPLED_AT else 1
            bias = torch.tensor(layer.bias, dtype=torch.float32)
            self._layers.append((torch.from_numpy(weights), bias, before, after, stride))
            step *= stride

    def outputs(self, rows: NDArray[np.floating]) -> torch.Tensor:
        """Return the outputs for the cepstra ``rows``: one for each 40 ms, as in ``ctc_model``."""
        signal = torch.from_numpy(rows.astype(np.float32)).T[None]
        with torch.no_grad():
            for weights, bias, before, after, stride in self._layers:
                padded = nn.functional.pad(signal, (before, after), mode="replicate")
                signal = torch.relu(nn.functional.conv1d(padded, weights, bias, stride))
        count = -(-len(rows) // STRIDE_FRAMES)
        chosen = torch.arange(count) * STRIDE_FRAMES // SUBSAMPLING
        return signal[0][:, chosen].T.half()


class HeadNetwork(nn.Sequential):
    """The head: two layers over the outputs of the network."""

    def __init__(self, inputs: int) -> None:
        super().__init__(
            nn.Conv1d(inputs, _UNITS, _FRAMES, padding=_FRAMES // 2, padding_mode="replicate"),
            nn.ReLU(),
            nn.Dropout(0.1),
            nn.Conv1d(_UNITS, len(SYLLABLE_NAMES) + 1, 1),
        )


def main() -> None:
    """Fit the map, train the head, and write both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("speech", type=Path)
    parser.add_argument("corpora", type=Path, nargs="+")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(arguments.threads)
    to_cepstra, bias = _map(arguments.speech)
    hidden = Hidden()
    examples = [
        (hidden.outputs(rows), [_NUMBER_OF[name] for name in said])
        for corpus in arguments.corpora
        for path in sorted(corpus.glob("*.npz"))
        for rows, labels in read_pieces(path)
        if (said := syllables_said(labels.tolist())) is not None
    ]
    hours = sum(len(outputs) for outputs, _ in examples) / 90_000
    print(f"{len(examples)} pieces, {hours:.1f} h", flush=True)
    head = _trained(examples, arguments.epochs)
    np.savez_compressed(
        HEAD,
        network_sha256=hidden.sha256,
        to_cepstra=to_cepstra,
        to_cepstra_bias=bias,
        context=_halved(head[0].weight),
        context_bias=_halved(head[0].bias),
        output=_halved(head[3].weight[:, :, 0].T),
        output_bias=_halved(head[3].bias),
    )
    print(f"{HEAD.name}: {HEAD.stat().st_size / 1e6:.2f} MB")


def _halved(values: torch.Tensor) -> NDArray[np.float16]:
    halved: NDArray[np.float16] = values.detach().numpy().astype(np.float16)
    return halved


def filter_bank(sound: Sound) -> NDArray[np.float32]:
    """Return the filter bank of ``sound`` (16-bit samples at 8 kHz) as sherpa-onnx computes it."""
    options = knf.FbankOptions()
    options.frame_opts.samp_freq = RATE
    options.frame_opts.dither = 0.0
    options.frame_opts.snip_edges = False
    options.mel_opts.num_bins = BANDS
    options.mel_opts.low_freq, options.mel_opts.high_freq = 20, -400
    bank = knf.OnlineFbank(options)
    bank.accept_waveform(RATE, (sound / 32768).astype(np.float32).tolist())
    bank.input_finished()
    return np.stack([bank.get_frame(index) for index in range(bank.num_frames_ready)])


def _map(speech: Path) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the matrix and the bias that make cepstra of the filter bank, by least squares."""
    random = np.random.default_rng(0)
    inputs, outputs = [], []
    for sound in _sounds(speech, random):
        cepstra, bank = features(sound[_LATER_SAMPLES:]), filter_bank(sound)[1:]
        count = min(len(cepstra), len(bank))
        inputs.append(bank[:count])
        outputs.append(cepstra[:count])
    seen, wanted = np.concatenate(inputs), np.concatenate(outputs)
    seen = np.hstack([seen, np.ones((len(seen), 1))])  # in double precision
    found, *_ = np.linalg.lstsq(seen, wanted, rcond=None)
    missed = np.var(wanted - seen @ found, axis=0) / np.var(wanted, axis=0)
    print(f"cepstra from the filter bank: {1 - missed[:20].mean():.1%} of the variance of 20")
    return found[:-1].astype(np.float32), found[-1].astype(np.float32)


def _sounds(speech: Path, random: np.random.Generator) -> Iterator[Sound]:
    files = sorted(speech.glob("natural-*.npz"))
    pieces = [piece for path in files[:4] for piece in kept(path)]
    for index in random.permutation(len(pieces))[:_FITTED]:
        piece = pieces[index].resized(random.uniform(0.8, 1.2))
        yield on_a_line(piece.samples, piece.rate, 0.2, 0.2, random)


def _trained(examples: Sequence[Example], epochs: int) -> HeadNetwork:
    """Train the head on all examples but one in sixty; print the error on these."""
    random = np.random.default_rng(0)
    judged, trained = examples[::60], [one for at, one in enumerate(examples) if at % 60]
    head = HeadNetwork(examples[0][0].shape[1])
    optimiser = torch.optim.AdamW(head.parameters(), weight_decay=1e-3)
    steps = epochs * (len(trained) // _BATCH + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps)
    for epoch in range(epochs):
        head.train()
        losses = []
        order = sorted(trained, key=lambda one: len(one[0]) * random.uniform(0.9, 1.1))
        batches = [order[at : at + _BATCH] for at in range(0, len(order), _BATCH)]
        for index in random.permutation(len(batches)):
            loss = _loss(head, batches[index])
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(head.parameters(), 5.0)
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
        print(
            f"epoch {epoch + 1}/{epochs}: loss {np.mean(losses):.3f}, wrong syllables "
            f"{_error(head.eval(), judged):.1%}",
            flush=True,
        )
    return head


def _loss(head: HeadNetwork, batch: Sequence[Example]) -> torch.Tensor:
    outputs = nn.utils.rnn.pad_sequence([one.float() for one, _ in batch], batch_first=True)
    scores = head(outputs.transpose(1, 2)).permute(2, 0, 1).log_softmax(-1)
    return nn.functional.ctc_loss(
        scores,
        torch.tensor([number for _, said in batch for number in said]),
        torch.tensor([len(one) for one, _ in batch]),
        torch.tensor([len(said) for _, said in batch]),
        zero_infinity=True,
    )


def _error(head: HeadNetwork, examples: Sequence[Example]) -> float:
    """Return the share of wrong syllables: edits, of the syllables that were said."""
    wrong = 0
    for outputs, said in examples:
        with torch.no_grad():
            best = head(outputs.float().T[None])[0].argmax(0).tolist()
        heard = [one for at, one in enumerate(best) if one and (not at or one != best[at - 1])]
        wrong += edit_distance(_names(said), _names(heard))
    return wrong / max(1, sum(len(said) for _, said in examples))


def _names(numbers: Sequence[int]) -> list[str]:
    return [SYLLABLE_NAMES[number - 1] for number in numbers]


if __name__ == "__main__":
    main()
