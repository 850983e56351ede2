"""The interface of the speech engines: synthetic voices, or the recordings of a person."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ivr.translation import tr
from ivr.voice import VoiceError
from ivr.voice.clip import Take
from ivr.words.catalogue import Licence

RenderProgress = Callable[[int, int], None]
"""A function that is told the progress: the number of prompts made so far, and of all to make."""


class PromptsFailed(VoiceError):
    """At least one prompt could not be made. None of the rendered files was replaced."""

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
    """The name and licence of a voice, as the list of rendered prompts (manifest) holds them."""

    @property
    def name(self) -> str:
        """The name of the engine, with its version if the sound depends on the version."""

    @property
    def voice(self) -> str:
        """The name of the voice, and every setting that its sound depends on."""

    @property
    def licence(self) -> Licence:
        """The licence of the voice."""


class Engine(Voice, Protocol):
    """A voice that can speak prompts. It is pickled and sent to the processes that render."""

    def source(self, take: Take) -> str:
        """Return a hash of what an utterance is made from beside its words and the voice.

        It is the hash of a person's recording, or of the sounds that a synthetic voice reads from
        the words; empty if there is nothing else. It is a part of the hash of each clip that is
        made from the utterance. A clip is therefore out of date when the recording or the reading
        changes."""

    def prepare(self, takes: Sequence[Take], progress: RenderProgress) -> None:
        """Get what is needed to speak the utterances ``takes``, such as audio from the network.

        ``progress`` may be called after each utterance, with the number of finished ones and the
        number of all. Raise PromptsFailed if at least one utterance cannot be made.
        """

    def sound(self, take: Take) -> tuple[NDArray[np.int16], int]:
        """Return one utterance as mono samples and their rate in Hz.

        It is called after :meth:`prepare`, in several processes at once. Raise VoiceError if the
        utterance cannot be made.
        """
