"""The acoustic model's time-delay network, in torch, which only the training needs."""

# mypy: allow-subclassing-any
# Nobody needs torch to check the types: it is not among the packages of pyproject.toml.

import torch
from torch import nn

from tools.tiny_vosk.configuration import SUBSAMPLED_AT, SUBSAMPLING

CONTEXTS = (
    (-2, -1, 0, 1, 2),
    (-1, 0, 1),
    (-3, 0, 3),
    (-3, 0, 3),
    (-6, 0, 3),
    (-6, 0, 3),
)
"""Offsets of the frames that each layer takes from its input, in frames of 10 ms. Together the
network sees 0.21 s back and 0.15 s ahead."""
_DROPPED = 0.1
"""Share of values that are set to zero at random while training (dropout); otherwise the network
would overfit the voices."""


class Network(nn.Module):
    """A network that takes cepstra and gives one score per phone for every third frame."""

    def __init__(self, cepstra: int, hidden: int, phones: int) -> None:
        super().__init__()
        widths = [cepstra, *[hidden] * (len(CONTEXTS) - 1)]
        self.affine = nn.ModuleList(
            nn.Linear(width * len(context), hidden)
            for width, context in zip(widths, CONTEXTS, strict=True)
        )
        self.norm = nn.ModuleList(nn.BatchNorm1d(hidden, affine=False) for _ in CONTEXTS)
        self.output = nn.Linear(hidden, phones)

    def forward(self, rows: torch.Tensor, offset: int = 0) -> torch.Tensor:
        """Return the scores, shape (utterance, frame, phone), at the frames offset, offset + 3, …

        ``rows`` are the cepstra, of shape (utterance, frame, cepstrum).
        """
        for layer, (context, affine, norm) in enumerate(
            zip(CONTEXTS, self.affine, self.norm, strict=True)
        ):
            step = SUBSAMPLING if layer > SUBSAMPLED_AT else 1
            shifts = [frame // step for frame in context]
            left, right, count = -shifts[0], shifts[-1], rows.shape[1]
            padded = torch.cat(
                [rows[:, :1].expand(-1, left, -1), rows, rows[:, -1:].expand(-1, right, -1)], 1
            )
            seen = [padded[:, left + shift : left + shift + count] for shift in shifts]
            if layer == SUBSAMPLED_AT:
                seen = [part[:, offset::SUBSAMPLING] for part in seen]
            rows = torch.relu(affine(torch.cat(seen, -1)))
            rows = norm(rows.reshape(-1, rows.shape[-1])).reshape(rows.shape)
            rows = nn.functional.dropout(rows, _DROPPED, self.training)
        scores: torch.Tensor = self.output(rows)
        return scores
