"""``python -m tools.tiny_vosk.average OUT FIRST SECOND [--share S]``: a mean of weights.

The weights of two checkpoints, the second of which was trained from the first, are averaged: such a
mean often makes fewer errors than either of them (Wortsman and others, "Robust fine-tuning of
zero-shot models", 2022). OUT gets a checkpoint, and the acoustic model for ``graph --acoustic``.
"""

import argparse
from pathlib import Path

import torch

from tools.tiny_vosk import acoustic
from tools.tiny_vosk.configuration import CEPSTRA
from tools.tiny_vosk.network import Network
from tools.tiny_vosk.sounds import PHONES
from tools.tiny_vosk.train import folded


def main() -> None:
    """Write the mean of the two checkpoints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    parser.add_argument("--share", type=float, default=0.6, help="weight of the second")
    arguments = parser.parse_args()
    first, second = torch.load(arguments.first), torch.load(arguments.second)
    network = Network(CEPSTRA, second["hidden"], len(PHONES))
    network.load_state_dict(
        {
            name: torch.lerp(first["network"][name].float(), weights.float(), arguments.share)
            for name, weights in second["network"].items()
        }
    )
    second["network"] = network.state_dict()
    arguments.out.mkdir(parents=True, exist_ok=True)
    torch.save(second, arguments.out / "checkpoint.pt")
    model = folded(network, second["mean"], second["deviation"], second["prior"])
    acoustic.write(model, arguments.out)


if __name__ == "__main__":
    main()
