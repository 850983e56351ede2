"""The interface of every speech engine: a synthetic voice or the recordings of a person."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ivr.translation import tr
from ivr.voice import VoiceError
from ivr.voice.clip import Take

RenderProgress = Callable[[int, int], None]
"""Function that is called while prompts are made, with two numbers: the prompts made so far, and
all prompts to make."""


class PromptsFailed(VoiceError):
    """At least one prompt cannot be made. No rendered file was replaced."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        self.reasons = dict(reasons)
        """Why each clip cannot be made, by the name of the clip."""
        count = len(self.reasons)
        super().__init__(
            tr("1 prompt could not be made; the old set stays in place")
            if count == 1
            else tr("{count} prompts could not be made; the old set stays in place").format(
                count=count
            )
        )


class Voice(Protocol):
    """The identity of a voice, as the manifest of the rendered prompts records it."""

    @property
    def name(self) -> str:
        """The name of the engine, with its version if another version would sound different."""

    @property
    def voice(self) -> str:
        """The name of the voice and every setting that changes how it sounds."""


class Engine(Voice, Protocol):
    """A voice that can speak prompts. It is pickled and sent to the processes that render."""

    def source(self, take: Take) -> str:
        """Return the hash of the recording of a take (utterance); empty for a synthetic voice.

        The result is a part of the hash of each clip that uses the take. A clip is therefore out of
        date when the recording changes.
        """

    def prepare(self, takes: Sequence[Take], progress: RenderProgress) -> None:
        """Fetch what the takes (utterances) need; PromptsFailed if one of them cannot be made.

        ``progress`` may be called after each take, with the number done and the number of all.
        """

    def sound(self, take: Take) -> tuple[NDArray[np.int16], int]:
        """Return the take as mono samples and their rate in Hz; VoiceError if it cannot be made.

        Called in several processes at once, after :meth:`prepare`.
        """
