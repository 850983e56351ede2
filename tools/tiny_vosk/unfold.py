"""``python -m tools.tiny_vosk.unfold OUT CORPUS...``: a checkpoint from the packed model.

OUT/checkpoint.pt has the weights of ivr/recognition/tiny-cn.zip, so that ``train --start`` goes on
from them. The packed network has no normalisation of its inputs and layers any more: it is folded
into the weights. Here it is measured anew, on a few files of each directory CORPUS.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from tools.tiny_vosk.acoustic import Layer
from tools.tiny_vosk.ctc_model import packed_layers
from tools.tiny_vosk.train import Piece, Training, read_pieces, together

_FILES = 5
"""Number of files of each corpus on which the normalisation is measured."""
_BATCH = 40
"""Number of pieces of speech that go through the network at once."""


def main() -> None:
    """Write the checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("corpora", type=Path, nargs="+")
    arguments = parser.parse_args()
    layers, _ = packed_layers()
    files = [path for corpus in arguments.corpora for path in sorted(corpus.glob("*.npz"))[:_FILES]]
    pieces = [piece for path in files for piece in read_pieces(path)]
    training = Training(pieces, hidden=len(layers[0].bias))
    _unfold(training, layers, pieces)
    arguments.out.mkdir(parents=True, exist_ok=True)
    torch.save(training.state(), arguments.out / "checkpoint.pt")


def _unfold(training: Training, layers: list[Layer], pieces: list[Piece]) -> None:
    """Give the network of ``training`` the weights of ``layers``, and measure its normalisation."""
    network = training.network.eval()
    order = sorted(pieces, key=lambda piece: len(piece[1]))
    batches = [order[at : at + _BATCH] for at in range(0, len(order), _BATCH)]
    scale, shift = training.deviation.double().numpy(), training.mean.double().numpy()
    affine = [*network.affine, network.output]
    for layer, packed in zip(affine, layers, strict=True):
        frames = len(packed.context)
        with torch.no_grad():
            layer.weight.copy_(torch.tensor(packed.weights * np.tile(scale, frames)))
            layer.bias.copy_(torch.tensor(packed.bias + packed.weights @ np.tile(shift, frames)))
        if layer is network.output:
            return
        norm = network.norm[affine.index(layer)]
        outputs: list[torch.Tensor] = []
        hook = layer.register_forward_hook(
            lambda _module, _inputs, output, outputs=outputs: outputs.append(torch.relu(output))
        )
        with torch.no_grad():
            for batch in batches:
                network(together(batch, training)[0])
        hook.remove()
        rows = torch.cat([one.reshape(-1, len(packed.bias)) for one in outputs]).double()
        norm.running_mean.copy_(rows.mean(0))
        norm.running_var.copy_(rows.var(0))
        scale = torch.sqrt(norm.running_var.double() + norm.eps).numpy()
        shift = norm.running_mean.double().numpy()


if __name__ == "__main__":
    main()
