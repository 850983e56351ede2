"""What every voice must be able to do, be it synthetic or a person's recordings."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ivr.voice import VoiceError
from ivr.voice.clip import Take

RenderProgress = Callable[[int, int], None]
"""Told how many of how many are ready."""


class PromptsFailed(VoiceError):
    """Some prompts cannot be made; nothing was replaced."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        self.reasons = dict(reasons)
        """Why, by the name of the prompt."""
        count = len(self.reasons)
        super().__init__(
            f"{count} prompt{'s' * (count != 1)} could not be made; the old set stays in place"
        )


class Voice(Protocol):
    """Who speaks, without speaking."""

    @property
    def name(self) -> str:
        """The engine, with its version where that changes how it sounds."""

    @property
    def voice(self) -> str:
        """The voice and everything that changes how it sounds."""


class Engine(Voice, Protocol):
    """A voice that speaks. It is pickled to the processes that render."""

    def source(self, take: Take) -> str:
        """What else than words and voice decides how a take sounds; hashed with them."""

    def prepare(self, takes: Sequence[Take], progress: RenderProgress) -> None:
        """Get ready whatever must be fetched; PromptsFailed names what cannot be spoken."""

    def sound(self, take: Take) -> tuple[NDArray[np.int16], int]:
        """The take as mono samples and their rate in Hz; VoiceError when there are none.

        Called in several processes at once, after :meth:`prepare`.
        """
