"""The transcript of an utterance that two decoders hear."""

from ivr.recognition.steering import Steered
from ivr.recognition.transcript import Alternative, Transcript, Word


class _Heard:
    """In place of an utterance of an engine: has this transcript."""

    def __init__(self, *alternatives: str) -> None:
        self._alternatives = alternatives

    def feed_octets(self, octets: bytes) -> None:
        pass

    def so_far(self) -> str:
        return ""

    def finish(self) -> Transcript:
        return Transcript(
            tuple(Word(word, 0.0, 0.3, 1.0) for word in self._alternatives[0]),
            alternatives=tuple(Alternative(tuple(text), 0.0) for text in self._alternatives),
        )


def test_words_that_absorb_other_speech_are_unknown_in_all_alternatives() -> None:
    heard = Steered(_Heard("要三"), _Heard("要三", "幺三"), {"幺", "三"}).finish()
    assert heard.text == "要三"
    assert heard.steered is not None
    assert [word.text for word in heard.steered.words] == ["[unk]", "三"]
    assert [one.words for one in heard.steered.alternatives] == [("[unk]", "三"), ("幺", "三")]


def test_a_decoder_that_knows_no_such_words_is_believed() -> None:
    heard = Steered(_Heard("要三"), _Heard("要三")).finish().steered
    assert heard is not None
    assert heard.text == "要三"
