"""A trained recogniser, read from its file."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from tools.hearing_back.decode import BeamSearch, Probabilities
from tools.hearing_back.encoder import FILE, WIDTH, Encoder
from tools.hearing_back.inventory import Inventory
from tools.hearing_back.network import Network

MODEL = "model.pt"
"""Name of the file that ``train`` writes; the encoder's file is beside it."""


class Recogniser:
    """Hears the syllables in speech at 8 kHz."""

    def __init__(self, encoder: Encoder, network: Network, inventory: Inventory) -> None:
        self.inventory = inventory
        self._encoder = encoder
        self._network = network.eval()

    @classmethod
    def load(cls, directory: Path) -> "Recogniser":
        """Read the encoder and the trained model; FileNotFoundError if one does not exist."""
        state = torch.load(directory / MODEL, weights_only=True)
        inventory = Inventory(tuple(state["syllables"]))
        network = Network(WIDTH, 1 + len(inventory.sounds))
        network.load_state_dict(state["network"])
        return cls(Encoder(directory / FILE), network, inventory)

    def probabilities(self, sound: NDArray[Any], tempo: float = 1.0) -> Probabilities:
        """Return the log probability of each class in each frame of ``sound`` (8 kHz).

        ``tempo`` makes slow speech faster, see :meth:`Encoder.features`.
        """
        rows = self._encoder.features(sound.astype(np.float64), tempo)
        with torch.no_grad():
            scores: Any = self._network(torch.from_numpy(rows)[None])[0]
        heard: Probabilities = scores.numpy()
        return heard

    def hear(self, sound: NDArray[Any], search: BeamSearch) -> list[str]:
        """Return the syllables that ``search`` finds in ``sound`` (8 kHz)."""
        return search.decode(self.probabilities(sound))
