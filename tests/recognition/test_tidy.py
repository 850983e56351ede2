"""Results of sherpa-onnx become transcripts as Vosk gives them."""

from math import log

import pytest

from ivr.recognition.tidy import characters, plain_text, text_of, transcript_of
from ivr.recognition.transcript import Transcript


@pytest.mark.parametrize(
    ("text", "tidy"),
    [
        ("你好，请问？", "你好请问"),
        ("<|zh|><|NEUTRAL|><|Speech|><|woitn|>转人工。", "转人工"),
        ("\u2581企业\u2581qq 号码", "企业QQ号码"),
        (" hello world", "HELLOWORLD"),
        ("三〇七", "三〇七"),
        ("138", "138"),
        ("🎼", ""),
        ("", ""),
    ],
)
def test_marks_are_taken_out_and_letters_are_large(text: str, tidy: str) -> None:
    assert plain_text(text) == tidy


class HalfACharacter:
    """A result whose JSON form is not UTF-8, as in the middle of a character made of octets."""

    text = " 你 "

    def __str__(self) -> str:
        return b'{"text": "\xe4\xbd"}'.decode()


def test_half_a_character_is_left_out() -> None:
    assert text_of(HalfACharacter()) == "你"


def test_unknown_speech_is_a_word_of_its_own() -> None:
    assert characters("我<unk><unk>要") == ["我", "[unk]", "[unk]", "要"]
    assert plain_text("<unk>") == ""
    transcript = transcript_of("我<unk>", [0.3, 0.5], 1.0)
    assert (transcript.text, transcript.unknown) == ("我", 0.5)


def test_each_character_has_the_time_of_its_token() -> None:
    words = transcript_of("我要", [0.4, 0.6], 1.5).words
    assert [(word.text, word.start, word.end) for word in words] == [
        ("我", 0.4, 0.6),
        ("要", 0.6, pytest.approx(0.9)),
    ]


@pytest.mark.parametrize("tokens", [1, 2, 3, 5, 8])
def test_times_are_spread_over_the_characters(tokens: int) -> None:
    """Tokens may be octets or whole words, so there may be more or fewer than characters."""
    times = [0.2 * n for n in range(tokens)]
    words = transcript_of("你们公司", times, 1.2).words
    starts = [word.start for word in words]
    assert starts == sorted(starts)
    assert starts[0] == 0.0
    assert all(word.start <= word.end <= 1.5 for word in words)


def test_times_are_invented_if_there_are_none() -> None:
    assert [word.start for word in transcript_of("你们", [], 1.0).words] == [0.0, 0.5]


def test_confidence_is_the_mean_probability_of_the_tokens() -> None:
    transcript = transcript_of("我要", [0.1, 0.2], 1.0, [log(0.9), log(0.4)])
    assert transcript.confidence == pytest.approx(0.6)
    assert transcript_of("我", [0.1], 1.0).confidence == 1.0
    assert transcript_of("我", [0.1], 1.0, [0.001]).confidence == 1.0


def test_punctuation_alone_is_no_word() -> None:
    assert transcript_of("。", [0.1], 1.0) == Transcript(())
