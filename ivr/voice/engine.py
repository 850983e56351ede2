"""The interface of every engine: a synthetic voice or the recordings of a person."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ivr.translation import tr
from ivr.voice import VoiceError
from ivr.voice.clip import Take

RenderProgress = Callable[[int, int], None]
"""Called with the number that are ready and the number of all."""


class PromptsFailed(VoiceError):
    """Some prompts cannot be made. No file was replaced."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        self.reasons = dict(reasons)
        """The reason by the name of the clip."""
        count = len(self.reasons)
        super().__init__(
            tr("1 prompt could not be made; the old set stays in place")
            if count == 1
            else tr("{count} prompts could not be made; the old set stays in place").format(
                count=count
            )
        )


class Voice(Protocol):
    """The identity of a voice, which the manifest records."""

    @property
    def name(self) -> str:
        """The engine, with its version where that changes how it sounds."""

    @property
    def voice(self) -> str:
        """The voice and everything that changes how it sounds."""


class Engine(Voice, Protocol):
    """A voice that speaks. It is pickled and sent to the processes that render."""

    def source(self, take: Take) -> str:
        """Return what decides how a take sounds besides its words and the voice.

        It is hashed with them, so that a change makes the clips out of date.
        """

    def prepare(self, takes: Sequence[Take], progress: RenderProgress) -> None:
        """Fetch what the takes need; raise PromptsFailed if some cannot be spoken."""

    def sound(self, take: Take) -> tuple[NDArray[np.int16], int]:
        """Return the take as mono samples and their rate in Hz; raise VoiceError if there are none.

        Called in several processes at once, after :meth:`prepare`.
        """
