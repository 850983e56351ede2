"""``python -m tools.tiny_vosk.train CORPUS OUT [--epochs N] [--hidden N]``: the acoustic model.

The command trains on CORPUS and writes OUT/am/final.mdl and OUT/graph/phones.txt, which ``graph``
packs, in 36 minutes on two cores. The training is seeded, but another machine may give slightly
different weights.
"""

import argparse
import time
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from tools.tiny_vosk import acoustic, text
from tools.tiny_vosk.configuration import CEPSTRA
from tools.tiny_vosk.corpus import UNKNOWN
from tools.tiny_vosk.network import CONTEXTS, SUBSAMPLING, Network
from tools.tiny_vosk.synthesiser import SILENCE, Synthesiser

_FEWEST_FRAMES = 300
"""Least number of frames with which a phone is trained; one that has fewer and is in no word is
trained as UNKNOWN."""
_BATCH = 24
"""Number of utterances in one step of the training."""
_NOT_A_FRAME = -1
"""Label of the frames that fill up a shorter utterance of a batch; the loss ignores them."""

Utterances = list[tuple[torch.Tensor, torch.Tensor]]


def main() -> None:
    """Train on all files of a corpus and write the acoustic model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--hidden", type=int, default=288)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(arguments.threads)
    phones, utterances = _read(arguments.corpus)
    rows = torch.cat([row for row, _ in utterances])
    seen = torch.cat([labels[::SUBSAMPLING] for _, labels in utterances])
    prior = torch.bincount(seen, minlength=len(phones)).float() + 10
    mean, deviation = rows.mean(0), rows.std(0)
    print(f"{len(utterances)} utterances, {len(rows) / 360_000:.2f} h, {len(phones)} phones")
    utterances = [((row - mean) / deviation, labels) for row, labels in utterances]
    network = Network(CEPSTRA, arguments.hidden, len(phones))
    _fit(network, utterances, arguments.epochs)
    model = _folded(network, mean, deviation, (prior / prior.sum()).numpy(), phones)
    acoustic.write(model, arguments.out)


def _read(corpus: Path) -> tuple[list[str], Utterances]:
    """Return the names of the phones, silence and unknown first, and all utterances.

    Each utterance is its cepstra (a row per frame) and the number of each frame's phone.
    """
    files = [np.load(path) for path in sorted(corpus.glob("*.npz"))]
    counts = Counter(label for file in files for label in file["labels"].tolist())
    synthesiser = Synthesiser()
    spelt = {phone for word in text.words() for phone in synthesiser.pronunciation(word)}
    heard = {phone for phone, count in counts.items() if count >= _FEWEST_FRAMES}
    phones = [SILENCE, UNKNOWN, *sorted((spelt | heard) - {SILENCE, UNKNOWN})]
    number = {phone: index for index, phone in enumerate(phones)}
    utterances: Utterances = []
    for file in files:
        ends = np.cumsum(file["lengths"])
        labels = np.array([number.get(label, 1) for label in file["labels"].tolist()])
        rows = file["rows"].astype(np.float32)
        utterances += [
            (torch.tensor(rows[end - length : end]), torch.tensor(labels[end - length : end]))
            for end, length in zip(ends, file["lengths"], strict=True)
        ]
    return phones, utterances


def _fit(network: Network, utterances: Utterances, epochs: int) -> None:
    """Train ``network`` in place.

    Every 25th batch is not trained; the accuracy on these is printed after each epoch.
    """
    order = sorted(range(len(utterances)), key=lambda index: len(utterances[index][0]))
    batches = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]
    judged, trained = batches[::25], [b for index, b in enumerate(batches) if index % 25]
    random, began = np.random.default_rng(0), time.monotonic()
    optimiser = torch.optim.Adam(network.parameters())
    for epoch in range(epochs):
        for group in optimiser.param_groups:
            group["lr"] = 3e-3 * (1 - epoch / epochs) ** 1.5 + 5e-5
        network.train()
        losses = []
        for index in random.permutation(len(trained)):
            scores, labels = _scores(network, utterances, trained[index], int(random.integers(3)))
            loss = nn.functional.cross_entropy(scores, labels, ignore_index=_NOT_A_FRAME)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        network.eval()
        with torch.no_grad():
            right = torch.cat(
                [
                    (scores.argmax(1) == labels)[labels != _NOT_A_FRAME]
                    for batch in judged
                    for scores, labels in [_scores(network, utterances, batch, 0)]
                ]
            )
        print(
            f"epoch {epoch + 1}/{epochs}: loss {np.mean(losses):.3f}, frames right "
            f"{right.float().mean():.1%}, {time.monotonic() - began:.0f} s",
            flush=True,
        )


def _scores(
    network: Network, utterances: Utterances, batch: list[int], offset: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the network's scores and the labels of a batch's frames offset, offset + 3, …

    ``batch`` are indices of ``utterances``. Shorter ones are filled up with their last frame, which
    is labelled _NOT_A_FRAME.
    """
    longest = max(len(utterances[index][0]) for index in batch)
    rows = torch.zeros(len(batch), longest, CEPSTRA)
    labels = torch.full((len(batch), longest), _NOT_A_FRAME)
    for place, index in enumerate(batch):
        row, label = utterances[index]
        rows[place, : len(row)], rows[place, len(row) :] = row, row[-1]
        labels[place, : len(label)] = label
    scores = network(rows, offset)
    return scores.reshape(-1, scores.shape[-1]), labels[:, offset::SUBSAMPLING].reshape(-1)


def _folded(
    network: Network,
    mean: torch.Tensor,
    deviation: torch.Tensor,
    prior: NDArray[np.float64],
    phones: list[str],
) -> acoustic.Acoustic:
    """Return the network as affine layers, each with the normalisation before it folded in.

    ``mean`` and ``deviation`` are those of the cepstra; ``prior`` is each phone's share of the
    frames.
    """
    scale, shift = (1 / deviation).double().numpy(), (-mean / deviation).double().numpy()
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
    return acoustic.Acoustic(phones, layers, prior)


if __name__ == "__main__":
    main()
