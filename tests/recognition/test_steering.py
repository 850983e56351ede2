"""The transcript of an utterance that two decoders hear."""

from ivr.recognition.steering import InSeveralSizes, Steered
from ivr.recognition.transcript import Alternative, Transcript, Word


class _Heard:
    """In place of an utterance of an engine: has this transcript."""

    def __init__(self, *alternatives: str) -> None:
        self._alternatives = alternatives
        self.fed = b""

    def feed_octets(self, octets: bytes) -> None:
        self.fed += octets

    def so_far(self) -> str:
        return self._alternatives[0]

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


def test_all_sizes_hear_the_utterance_and_give_alternatives() -> None:
    as_it_is, smaller = _Heard("幺三", "七三"), _Heard("七三")
    both = InSeveralSizes(as_it_is, [smaller])
    both.feed_octets(b"ab")
    both.feed_octets(b"cd")
    assert as_it_is.fed == smaller.fed == b"abcd"
    assert both.so_far() == "幺三"
    heard = both.finish()
    assert heard.text == "幺三"
    assert [one.text for one in heard.alternatives] == ["七三", "幺三"]
