"""Recognise and understand what a caller says: implements :data:`ivr.call.ports.Recogniser`."""

from collections.abc import Callable

import structlog

from ivr.dialogue.expected import Expected
from ivr.dialogue.meaning import Meaning, Words
from ivr.hearing.g711 import Samples
from ivr.recognition.explanation import words_that_count
from ivr.recognition.pool import Recognisers
from ivr.recognition.transcript import NotHeard
from ivr.recognition.utterance import Utterance

log = structlog.get_logger()

FEW = 6
"""Upper limit, in characters, for a text whose meaning is guessed before the caller has finished,
such as 好的再见. A guess about the first half of a longer sentence would often be wrong. Each guess
costs the event loop one to five milliseconds."""


class Interpreter:
    """Begins an :class:`Interpretation` for each utterance of any number of callers."""

    def __init__(self, recognisers: Recognisers, meaning: Callable[[str], Meaning]) -> None:
        """``meaning`` returns the meaning of a text; it must take a few milliseconds only."""
        self._recognisers, self._meaning = recognisers, meaning

    def __call__(
        self, appeared: Callable[[Meaning | None], None], expected: Expected | None = None
    ) -> "Interpretation":
        """Begin to recognise and understand one utterance.

        ``appeared`` is called each time the words recognised so far change. Its argument is the
        meaning of these words, or None if they are more than FEW characters. ``expected`` is the
        kind of answer that the caller was asked for; None if it may be anything.
        """

        def partial(text: str) -> None:
            if text:
                appeared(self._meaning(text) if len(text) <= FEW else None)

        return Interpretation(
            self._recognisers.utterance(partial, expected), self._meaning, expected
        )


class Interpretation:
    """Recognises and understands one utterance. Implements :class:`ivr.call.ports.Recognition`."""

    def __init__(
        self,
        utterance: Utterance,
        meaning: Callable[[str], Meaning],
        expected: Expected | None = None,
    ) -> None:
        self._utterance, self._meaning, self._expected = utterance, meaning, expected

    def feed(self, samples: Samples) -> None:
        """Add audio of the utterance: 16-bit samples at 8 kHz."""
        self._utterance.feed(samples)

    def pause(self) -> None:
        """Take note that the caller has paused and may have finished."""
        self._utterance.pause()

    def go_on(self) -> None:
        """Take note that the caller goes on after a pause."""
        self._utterance.go_on()

    async def finish(self) -> Words | None:
        """End the utterance and return its words; None if the words are lost.

        Lost words cause a warning in the log.
        """
        outcome = await self._utterance.finish()
        if isinstance(outcome, NotHeard):
            log.warning(
                "words_lost",
                reason=outcome.reason,
                speech_seconds=round(self._utterance.seconds, 2),
                effect="the caller is asked to repeat what they said (row 25)",
                remedy="died, stuck: see the line recogniser_died, which may come later; late: see "
                "recognition_late; busy, no_worker: see recognition_refused; abandoned: see "
                "utterance_abandoned; stopped: none, the service is being stopped",
            )
            return None
        if self._expected is None or outcome.steered is None:
            return Words(self._meaning(outcome.text), outcome.confidence, outcome.unknown)
        heard, meant = words_that_count(self._expected, outcome, self._meaning)
        log.debug("answer_expected", expected=self._expected, counts=heard is not outcome)
        return Words(meant, heard.confidence, heard.unknown)

    def cancel(self) -> None:
        """Drop the utterance; its words are no longer needed."""
        self._utterance.cancel()
