"""Several decoders for one utterance: of all words, of the expected answer, of other sizes.

Nothing here depends on the engine that decodes.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from ivr.recognition.alternatives import averaged
from ivr.recognition.engine import SpeechUtterance
from ivr.recognition.transcript import UNKNOWN, Transcript


class Steered:
    """An utterance that two decoders hear: one knows all words, one those of an expected answer."""

    def __init__(
        self, free: SpeechUtterance, answer: SpeechUtterance, words: Collection[str] | None = None
    ) -> None:
        """Take the same utterance in two decoders.

        ``free`` is the utterance in the decoder of all words, ``answer`` that in the decoder of an
        expected answer. ``words`` are the words of such an answer. ``answer`` may also know words
        that only absorb other speech: each word that it finds and that is not in ``words`` becomes
        [unk]. None means that it knows no such words.
        """
        self._free, self._answer, self._words = free, answer, words

    def feed_octets(self, octets: bytes) -> None:
        """Decode more audio with both decoders: 16-bit samples, little-endian, at 8 kHz."""
        self._free.feed_octets(octets)
        self._answer.feed_octets(octets)

    def so_far(self) -> str:
        """Return the text that the decoder of all words has recognised so far."""
        return self._free.so_far()

    def finish(self) -> Transcript:
        """End the utterance; return the transcript of the decoder of all words.

        Its ``steered`` is the transcript of the decoder of the expected answer.
        """
        return replace(self._free.finish(), steered=self._known(self._answer.finish()))

    def _known(self, heard: Transcript) -> Transcript:
        known = self._words
        if known is None:
            return heard
        return Transcript(
            tuple(
                word if word.text in known else replace(word, text=UNKNOWN) for word in heard.words
            ),
            alternatives=tuple(
                replace(one, words=tuple(w if w in known else UNKNOWN for w in one.words))
                for one in heard.alternatives
            ),
        )


class InSeveralSizes:
    """An utterance that several decoders hear: as it is, and as if the caller had another size.

    A decoder errs for one size of a caller and not for another, so all decoders together know
    better which numbers the caller may have said.
    """

    def __init__(self, as_it_is: SpeechUtterance, others: Sequence[SpeechUtterance]) -> None:
        """Take the same utterance in decoders that all know the same words.

        ``as_it_is`` hears it as it is and gives the words; ``others`` hear it in other sizes.
        """
        self._as_it_is, self._all = as_it_is, (as_it_is, *others)

    def feed_octets(self, octets: bytes) -> None:
        """Decode more audio with all decoders: 16-bit samples, little-endian, at 8 kHz."""
        for one in self._all:
            one.feed_octets(octets)

    def so_far(self) -> str:
        """Return the text recognised so far in the utterance as it is."""
        return self._as_it_is.so_far()

    def finish(self) -> Transcript:
        """End the utterance; return its transcript as it is, with the alternatives of all sizes."""
        return averaged([one.finish() for one in self._all])
