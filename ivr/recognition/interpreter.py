"""What a caller says, recognised and understood: implements :data:`ivr.call.ports.Recogniser`."""

from collections.abc import Callable

import structlog

from ivr.dialogue.meaning import Meaning, Words
from ivr.hearing.g711 import Samples
from ivr.recognition.pool import Recognisers
from ivr.recognition.transcript import NotHeard
from ivr.recognition.utterance import Utterance

log = structlog.get_logger()

FEW = 6
"""Characters whose meaning is guessed before the end of speech: 好的再见. Of half a sentence it
would be wrong too often, and each guess costs the event loop one to five milliseconds."""


class Interpreter:
    """Begins an :class:`Interpretation` of each utterance, of any number of callers."""

    def __init__(self, recognisers: Recognisers, meaning: Callable[[str], Meaning]) -> None:
        """``meaning`` understands a text in a few milliseconds."""
        self._recognisers, self._meaning = recognisers, meaning

    def __call__(self, appeared: Callable[[Meaning | None], None]) -> "Interpretation":
        """Somebody has begun to speak; ``appeared`` is called when what he says holds words, or
        other words, and told what a few of them would mean."""

        def partial(text: str) -> None:
            if text:
                appeared(self._meaning(text) if len(text) <= FEW else None)

        return Interpretation(self._recognisers.utterance(partial), self._meaning)


class Interpretation:
    """One utterance. Implements :class:`ivr.call.ports.Recognition`."""

    def __init__(self, utterance: Utterance, meaning: Callable[[str], Meaning]) -> None:
        self._utterance, self._meaning = utterance, meaning

    def feed(self, samples: Samples) -> None:
        """Some more sound."""
        self._utterance.feed(samples)

    async def finish(self) -> Words | None:
        """The words; None, and a line in the log, when they were lost."""
        outcome = await self._utterance.finish()
        if isinstance(outcome, NotHeard):
            log.warning("words_lost", why=outcome.reason, seconds=round(self._utterance.seconds, 2))
            return None
        return Words(self._meaning(outcome.text), outcome.confidence, outcome.unknown)

    def cancel(self) -> None:
        """Nobody wants to know any more."""
        self._utterance.cancel()
