"""Recognise and understand what a caller says: implements :data:`ivr.call.ports.Recogniser`."""

from collections.abc import Callable

import structlog

from ivr.dialogue.expected import Expected
from ivr.dialogue.meaning import Meaning, Words
from ivr.hearing.g711 import Samples
from ivr.recognition.explanation import likely_numbers, words_that_count
from ivr.recognition.pool import Recognisers
from ivr.recognition.transcript import NotHeard
from ivr.recognition.utterance import Utterance

log = structlog.get_logger()

FEW = 6
"""Upper limit, in characters, for a text whose meaning is guessed before the caller has finished,
such as 好的再见. A guess about the first half of a longer sentence would often be wrong. Each guess
costs the event loop one to five milliseconds."""


class Interpreter:
    """A function object that begins to recognise and understand utterances of any callers."""

    def __init__(self, recognisers: Recognisers, meaning: Callable[[str], Meaning]) -> None:
        """Take the worker processes that recognise speech, and the function that understands words.

        ``meaning`` returns the meaning of a text. It must take a few milliseconds only, because the
        event loop waits for it.
        """
        self._recognisers, self._meaning = recognisers, meaning

    def __call__(
        self, appeared: Callable[[Meaning | None], None], expected: Expected | None = None
    ) -> "Interpretation":
        """Begin to recognise and understand one utterance; return it, to be fed with audio.

        ``appeared`` is called each time the words recognised so far change. Its argument is the
        meaning of these words, or None if they are more than FEW (6) characters. ``expected`` is
        the kind of answer that the caller was asked for; None if it may be anything.
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
        """Add the next audio of the utterance, which is then recognised: 16-bit samples at 8 kHz.

        The array may have any length. The method does not wait for the recognition.
        """
        self._utterance.feed(samples)

    def pause(self) -> None:
        """Take note that the caller has paused and may have finished.

        A model that decodes only whole utterances begins to decode now, so that its words come
        sooner.
        """
        self._utterance.pause()

    def go_on(self) -> None:
        """Take note that the caller goes on speaking after a pause.

        A model that decodes only whole utterances drops the decoding that it began at the pause.
        Models that decode while the caller speaks lose nothing.
        """
        self._utterance.go_on()

    async def finish(self) -> Words | None:
        """End the utterance; return its words with their meaning, or None if they are lost.

        Words are lost if recognition fails or takes too long. A warning in the log then names the
        reason.
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
        log.debug("expected_answer_judged", expected=self._expected, accepted=heard is not outcome)
        return Words(meant, heard.confidence, heard.unknown, likely_numbers(heard, meant))

    def cancel(self) -> None:
        """End the utterance without a result, because its words are not needed. Idempotent."""
        self._utterance.cancel()
