"""The recogniser's network behind the encoder, in torch: a few convolutions."""

# mypy: allow-subclassing-any
# Nobody needs torch to check the types: it is not among the packages of pyproject.toml.

import torch
from torch import nn

SUBSAMPLING = 2
"""Frames of the features for each frame of the result."""
_CHANNELS = 256
_DILATIONS = (1, 2)
"""Frames between the inputs of each convolution after the subsampling."""
_DROPPED = 0.2
"""Share of values that are set to zero at random while training (dropout)."""


class Network(nn.Module):
    """A network that takes features and gives the log probability of each class.

    It sees a fifth of a second to either side, not whole sentences: the recordings are single
    words, and the rhythm that is special to them shall not be learnt.
    """

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.reduce = nn.Sequential(
            nn.BatchNorm1d(width),
            nn.Dropout(_DROPPED / 2),
            nn.Conv1d(width, _CHANNELS, 1),
            nn.ReLU(),
            nn.BatchNorm1d(_CHANNELS),
            nn.Conv1d(_CHANNELS, _CHANNELS, 5, stride=SUBSAMPLING, padding=2),
            nn.ReLU(),
            nn.BatchNorm1d(_CHANNELS),
            nn.Dropout(_DROPPED),
        )
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.Conv1d(_CHANNELS, _CHANNELS, 3, padding=dilation, dilation=dilation),
                nn.ReLU(),
                nn.BatchNorm1d(_CHANNELS),
                nn.Dropout(_DROPPED),
            )
            for dilation in _DILATIONS
        )
        self.output = nn.Conv1d(_CHANNELS, classes, 1)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Return log probabilities, shape (utterance, frame / SUBSAMPLING rounded up, class).

        ``rows`` are the features, of shape (utterance, frame, feature). Class 0 is the blank.
        """
        values = self.reduce(rows.transpose(1, 2))
        for block in self.blocks:
            values = values + block(values)
        return nn.functional.log_softmax(self.output(values).transpose(1, 2), -1)
