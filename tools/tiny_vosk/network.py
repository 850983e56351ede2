"""The time-delay network, in torch. Needed by ``train`` alone."""

import torch
from torch import nn

CONTEXTS = ((-2, -1, 0, 1, 2), (-2, 0, 2), (-3, 0, 3), (-6, -3, 0, 3), (-6, 0, 3))
"""Frames of 10 ms that each layer looks at."""
SUBSAMPLING = 3
"""From the second layer's output on only every third frame is computed; Vosk counts on 3."""
_SUBSAMPLED_AT = 1
_DROPPED = 0.1
"""Of what a layer hears while it is trained: without it the voices are learned by heart."""


class Network(nn.Module):
    """Cepstra in, one score per phone and third frame out."""

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
        """Scores of ``rows`` (utterance, frame, cepstrum) at the frames offset, offset + 3, …"""
        for layer, (context, affine, norm) in enumerate(
            zip(CONTEXTS, self.affine, self.norm, strict=True)
        ):
            step = SUBSAMPLING if layer > _SUBSAMPLED_AT else 1
            shifts = [frame // step for frame in context]
            left, right, count = -shifts[0], shifts[-1], rows.shape[1]
            padded = torch.cat(
                [rows[:, :1].expand(-1, left, -1), rows, rows[:, -1:].expand(-1, right, -1)], 1
            )
            seen = [padded[:, left + shift : left + shift + count] for shift in shifts]
            if layer == _SUBSAMPLED_AT:
                seen = [part[:, offset::SUBSAMPLING] for part in seen]
            rows = torch.relu(affine(torch.cat(seen, -1)))
            rows = norm(rows.reshape(-1, rows.shape[-1])).reshape(rows.shape)
            rows = nn.functional.dropout(rows, _DROPPED, self.training)
        return self.output(rows)
