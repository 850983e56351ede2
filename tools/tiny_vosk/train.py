"""``python -m tools.tiny_vosk.train OUT CORPUS... [--epochs N] [--hidden N]``: the acoustic model.

The command trains on all files of the directories CORPUS. After each epoch it writes
OUT/checkpoint.pt, from which an interrupted training goes on, and OUT/am and OUT/graph, which
``graph`` packs. The training is seeded, but another machine may give slightly different weights.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ivr.recognition.environment import instruction_sets
from tools.tiny_vosk import acoustic
from tools.tiny_vosk.configuration import CEPSTRA, SUBSAMPLING
from tools.tiny_vosk.masking import Masking
from tools.tiny_vosk.network import CONTEXTS, Network
from tools.tiny_vosk.sounds import PHONES

_FRAMES = 6000
"""Largest number of frames in one step of the training."""
_JUDGED = 60
"""One piece of speech in this many is not trained; the accuracy on these is printed."""
_NOT_A_FRAME = -1
"""Label of the frames that fill up a shorter piece of a batch; the loss ignores them."""
_BFLOAT16 = "avx512_bf16" in instruction_sets()
"""True if the processor has instructions for bfloat16. Without them a step takes three times as
long as in single precision."""

Piece = tuple[NDArray[np.float16], NDArray[np.uint8]]
"""The cepstra of a piece of speech, a row per frame, and the number of each frame's phone."""


class Training:
    """The network, its input's mean and deviation, and the state of its training."""

    def __init__(self, pieces: Sequence[Piece], hidden: int) -> None:
        rows = np.concatenate([row for row, _ in pieces[::7]]).astype(np.float32)
        seen = np.concatenate([labels[::SUBSAMPLING] for _, labels in pieces])
        prior = np.bincount(seen, minlength=len(PHONES)) + 10.0
        self.prior = torch.tensor(prior / prior.sum())
        self.mean, self.deviation = torch.tensor(rows.mean(0)), torch.tensor(rows.std(0))
        self.network = Network(CEPSTRA, hidden, len(PHONES))
        self.optimiser = torch.optim.AdamW(self.network.parameters(), weight_decay=1e-3)
        self.epoch = 0

    def state(self) -> dict[str, object]:
        """Return all that a checkpoint holds."""
        return {
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "epoch": self.epoch,
            "hidden": self.network.output.in_features,
            "prior": self.prior,
            "mean": self.mean,
            "deviation": self.deviation,
        }


def main() -> None:
    """Train on all files of the corpora and write the acoustic model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("corpora", type=Path, nargs="+")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--hidden", type=int, default=512)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rate", type=float, default=2e-3, help="learning rate at the start")
    parser.add_argument("--start", type=Path, help="checkpoint whose weights are the first ones")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(arguments.threads)
    arguments.out.mkdir(parents=True, exist_ok=True)
    pieces = [
        piece
        for corpus in arguments.corpora
        for path in sorted(corpus.glob("*.npz"))
        for piece in read_pieces(path)
    ]
    frames = sum(len(labels) for _, labels in pieces)
    print(f"{len(pieces)} pieces, {frames / 360_000:.2f} h, {len(PHONES)} phones", flush=True)
    training = Training(pieces, arguments.hidden)
    checkpoint = arguments.out / "checkpoint.pt"
    if checkpoint.exists():
        kept = torch.load(checkpoint)
        training.network.load_state_dict(kept["network"])
        training.optimiser.load_state_dict(kept["optimiser"])
        training.epoch = kept["epoch"]
        training.mean, training.deviation = kept["mean"], kept["deviation"]
    elif arguments.start:
        kept = torch.load(arguments.start)
        training.network.load_state_dict(kept["network"])
        training.mean, training.deviation = kept["mean"], kept["deviation"]
    while training.epoch < arguments.epochs:
        _one_epoch(training, pieces, arguments.epochs, arguments.rate)
        draft = checkpoint.with_suffix(".draft")
        torch.save(training.state(), draft)
        draft.rename(checkpoint)
        acoustic.write(
            folded(training.network, training.mean, training.deviation, training.prior),
            arguments.out,
        )


def read_pieces(path: Path) -> list[Piece]:
    """Return the pieces of speech in a file that ``corpus`` has written, without the shortest."""
    file = np.load(path)
    cuts = np.cumsum(file["lengths"])[:-1]
    rows, labels = np.split(file["rows"], cuts), np.split(file["labels"], cuts)
    return [(row, label) for row, label in zip(rows, labels, strict=True) if len(row) > SUBSAMPLING]


def _one_epoch(training: Training, pieces: Sequence[Piece], epochs: int, rate: float) -> None:
    """Train on all pieces once, in a random order, and print the accuracy on the judged ones."""
    random, began = np.random.default_rng(training.epoch), time.monotonic()
    masking = Masking(training.mean, training.deviation, random)
    trained = [index for index in range(len(pieces)) if index % _JUDGED]
    batches = _batches([pieces[index] for index in trained], random)
    losses = []
    training.network.train()
    for step, batch in enumerate(batches):
        done = (training.epoch + step / len(batches)) / epochs
        for group in training.optimiser.param_groups:
            group["lr"] = rate * (1 - done) ** 1.2 + 2e-5
        rows, labels = together(batch, training)
        offset = int(random.integers(SUBSAMPLING))
        with torch.autocast("cpu", torch.bfloat16, enabled=_BFLOAT16):
            scores = training.network(masking(rows), offset)
        loss = nn.functional.cross_entropy(
            scores.float().flatten(0, 1),
            labels[:, offset::SUBSAMPLING].flatten(),
            ignore_index=_NOT_A_FRAME,
            label_smoothing=0.02,
        )
        training.optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(training.network.parameters(), 5.0)
        training.optimiser.step()
        losses.append(loss.item())
        if step % 200 == 199:
            recent = float(np.mean(losses[-200:]))
            print(
                f"  step {step + 1}/{len(batches)}: loss {recent:.3f}, "
                f"{time.monotonic() - began:.0f} s",
                flush=True,
            )
    training.epoch += 1
    accuracy = _accuracy(training, [pieces[at] for at in range(0, len(pieces), _JUDGED)])
    print(
        f"epoch {training.epoch}/{epochs}: loss {np.mean(losses):.3f}, frames right "
        f"{accuracy:.1%}, {time.monotonic() - began:.0f} s",
        flush=True,
    )


def _batches(pieces: Sequence[Piece], random: np.random.Generator) -> list[list[Piece]]:
    """Return the pieces in batches of pieces of similar length, in a random order."""
    order = sorted(pieces, key=lambda piece: len(piece[1]) * random.uniform(0.9, 1.1))
    batches: list[list[Piece]] = [[]]
    for piece in order:
        if batches[-1] and (len(batches[-1]) + 1) * len(piece[1]) > _FRAMES:
            batches.append([])
        batches[-1].append(piece)
    return [batches[index] for index in random.permutation(len(batches))]


def together(batch: Sequence[Piece], training: Training) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the normalised cepstra and the labels of a batch.

    Shorter pieces are filled up with their last frame, which is labelled _NOT_A_FRAME.
    """
    longest = max(len(labels) for _, labels in batch)
    rows = np.empty((len(batch), longest, CEPSTRA), np.float32)
    labels = np.full((len(batch), longest), _NOT_A_FRAME, np.int64)
    for place, (row, label) in enumerate(batch):
        rows[place, : len(row)], rows[place, len(row) :] = row, row[-1]
        labels[place, : len(label)] = label
    return (torch.from_numpy(rows) - training.mean) / training.deviation, torch.from_numpy(labels)


def _accuracy(training: Training, pieces: Sequence[Piece]) -> float:
    """Return the share of frames whose phone is the likeliest one."""
    training.network.eval()
    right = count = 0
    with torch.no_grad():
        for batch in _batches(pieces, np.random.default_rng(0)):
            rows, labels = together(batch, training)
            wanted = labels[:, ::SUBSAMPLING]
            there = wanted != _NOT_A_FRAME
            right += int((training.network(rows).argmax(-1) == wanted)[there].sum())
            count += int(there.sum())
    return right / max(count, 1)


def folded(
    network: Network, mean: torch.Tensor, deviation: torch.Tensor, prior: torch.Tensor
) -> acoustic.Acoustic:
    """Return ``network`` as affine layers, each with the normalisation before it folded in.

    ``mean`` and ``deviation`` are those of the cepstra, ``prior`` the share of each phone in what
    was trained.
    """
    scale = (1 / deviation).double().numpy()
    shift = -mean.double().numpy() * scale
    layers = []
    for context, affine, norm in zip(
        [*CONTEXTS, (0,)], [*network.affine, network.output], [*network.norm, None], strict=True
    ):
        weights = affine.weight.detach().double().numpy()
        bias = affine.bias.detach().double().numpy() + weights @ np.tile(shift, len(context))
        layers.append(acoustic.Layer(context, weights * np.tile(scale, len(context)), bias))
        if norm is not None:
            scale = (1 / torch.sqrt(norm.running_var + norm.eps)).double().numpy()
            shift = -norm.running_mean.double().numpy() * scale
    return acoustic.Acoustic(list(PHONES), layers, prior.double().numpy())


if __name__ == "__main__":
    main()
