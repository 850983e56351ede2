"""``python -m tools.hearing_back.train RECORDINGS OUT``: train the recogniser.

RECORDINGS holds the people's words and syllables (see tools/recordings.py), OUT the encoder's file
(README.md says where it comes from). The strings to train with are encoded first and kept in OUT.
OUT/model.pt is written every few minutes; a training that was ended goes on from there. The
training is seeded, but another machine may give slightly different weights.
"""

import argparse
import math
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn

from tools.hearing_back.encoder import FILE, WIDTH, Encoder
from tools.hearing_back.inventory import Inventory
from tools.hearing_back.judge import judge
from tools.hearing_back.material import EncodedString, encoded_strings
from tools.hearing_back.network import SUBSAMPLING, Network
from tools.hearing_back.recogniser import MODEL, Recogniser
from tools.hearing_back.recordings import RATE, Samples, load_sounds
from tools.hearing_back.strings import Words
from tools.recordings import Recording, find_recordings

_STRINGS, _STEPS, _BATCH = 3000, 800, 16
"""Number of strings to train with, of steps, and of strings in a step."""
_WARMING, _RATE = 100, 2e-3
"""Number of steps in which the rate of learning rises to its peak, and the peak."""
_LONGEST_MASK = 8
"""Most frames of a string that are hidden at a place, so that none becomes indispensable."""
_SAVED_SECONDS = 120.0
"""Seconds between two versions of the file of the model."""


def main() -> None:
    """Train, write the model, and print how well it hears what it was not trained with."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recordings", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--strings", type=int, default=_STRINGS)
    parser.add_argument("--steps", type=int, default=_STEPS)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--without", choices=("words", "syllables"), help="a speaker to train without, and to judge"
    )
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    recordings = find_recordings(arguments.recordings)
    sounds = load_sounds(recordings, arguments.out / "sounds.npz")
    inventory = Inventory.of(sound for one in recordings for sound in one.syllables)
    trained, judged = _split(list(zip(recordings, sounds, strict=True)), arguments.without)
    seconds = sum(len(sound) for words in trained for sound in words.sounds) / RATE
    count = sum(len(words.sounds) for words in trained)
    print(f"{count} recordings, {seconds / 3600:.2f} h, {len(inventory.syllables)} syllables")
    encoder = Encoder(arguments.out / FILE)
    strings = encoded_strings(encoder, trained, arguments.out, arguments.strings)
    network = Network(WIDTH, 1 + len(inventory.sounds))
    print(f"{sum(weight.numel() for weight in network.parameters())} weights", flush=True)
    _fit(network, inventory, strings, arguments.steps, arguments.out / MODEL)
    for line in judge(Recogniser(encoder, network, inventory), judged):
        print(line, flush=True)


def _split(
    pairs: list[tuple[Recording, Samples]], without: str | None
) -> tuple[list[Words], Words]:
    """Return what each speaker trains, and what is judged.

    Judged are the held-out words, or all recordings of the speaker ``without``.
    """
    trained: dict[str, list[tuple[Recording, Samples]]] = {}
    judged = []
    for one, sound in pairs:
        if one.speaker == without or (without is None and one.held_out):
            judged.append((one, sound))
        elif not one.held_out:
            trained.setdefault(one.speaker, []).append((one, sound))
    return [_words(own) for own in trained.values()], _words(judged)


def _words(pairs: list[tuple[Recording, Samples]]) -> Words:
    return Words([one for one, _ in pairs], [sound for _, sound in pairs])


def _fit(
    network: Network,
    inventory: Inventory,
    strings: Sequence[EncodedString],
    steps: int,
    path: Path,
) -> None:
    """Train ``network`` in place and write it to ``path``, from where it goes on if it exists."""
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=1e-2)
    first = 0
    if path.exists():
        state = torch.load(path, weights_only=True)
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        first = state["step"]
    losses: list[float] = []
    began = saved = time.monotonic()
    network.train()
    for step in range(first, steps):
        for group in optimiser.param_groups:
            group["lr"] = _learning(step, steps)
        random = np.random.default_rng([1, step])
        batch = [strings[int(place)] for place in random.integers(len(strings), size=_BATCH)]
        loss = _loss(network, inventory, batch, random)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        losses.append(loss.item())
        last, now = step + 1 == steps, time.monotonic()
        if last or now > saved + _SAVED_SECONDS:
            saved = now
            _save(path, network, optimiser, inventory, step + 1)
        if last or (step + 1) % 50 == 0:
            print(f"step {step + 1}: loss {np.mean(losses):.3f}, {now - began:.0f} s", flush=True)
            losses.clear()


def _learning(step: int, steps: int) -> float:
    """Return the rate of learning: it rises at first, then falls to zero as a cosine does."""
    warm = min((step + 1) / _WARMING, 1.0)
    return _RATE * warm * (0.5 + 0.5 * math.cos(math.pi * step / steps))


def _loss(
    network: Network,
    inventory: Inventory,
    batch: Sequence[EncodedString],
    random: np.random.Generator,
) -> torch.Tensor:
    """Return the CTC loss of a batch per sound.

    A shorter string is filled up with its last frame, which the loss ignores.
    """
    longest = max(len(one.features) for one in batch)
    padded = np.stack(
        [np.pad(one.features, ((0, longest - len(one.features)), (0, 0)), "edge") for one in batch]
    ).astype(np.float32)
    for rows in padded:
        start = random.integers(longest - _LONGEST_MASK)
        rows[start : start + random.integers(1, _LONGEST_MASK + 1)] = rows.mean(0)
    classes = [inventory.classes(one.syllables) for one in batch]
    loss: torch.Tensor = nn.functional.ctc_loss(
        network(torch.from_numpy(padded)).transpose(0, 1),
        torch.tensor([number for numbers in classes for number in numbers]),
        torch.tensor([-(-len(one.features) // SUBSAMPLING) for one in batch]),
        torch.tensor([len(numbers) for numbers in classes]),
        zero_infinity=True,
    )
    return loss


def _save(
    path: Path,
    network: Network,
    optimiser: torch.optim.Optimizer,
    inventory: Inventory,
    step: int,
) -> None:
    """Write everything that the training needs to go on, all at once."""
    draft = path.with_suffix(".draft")
    torch.save(
        {
            "network": network.state_dict(),
            "optimiser": optimiser.state_dict(),
            "syllables": list(inventory.syllables),
            "step": step,
        },
        draft,
    )
    draft.rename(path)


if __name__ == "__main__":
    main()
