"""Words that are not believed beside unknown speech."""

import pytest

from ivr.recognition.transcript import Transcript, Word


def transcript(*words: tuple[str, float]) -> Transcript:
    """Return a transcript of words with these texts and confidences."""
    return Transcript(
        tuple(Word(text, float(n), n + 0.5, sure) for n, (text, sure) in enumerate(words))
    )


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ((), ""),
        ((("嗯", 0.3),), "嗯"),
        ((("[unk]", 1.0), ("嗯", 0.3)), ""),
        ((("嗯", 0.3), ("[unk]", 1.0)), ""),
        ((("[unk]", 1.0), ("嗯", 0.9)), "嗯"),
        ((("[unk]", 1.0), ("我要", 0.9), ("投诉", 0.3)), "我要投诉"),
    ],
)
def test_a_doubtful_word_beside_unknown_speech_is_not_believed(
    words: tuple[tuple[str, float], ...], text: str
) -> None:
    assert transcript(*words).doubted().text == text
