"""The alternatives of Vosk's results: words, costs, confidence, and parts of an utterance."""

import json
import math

import pytest

from ivr.dialogue.expected import Expected
from ivr.recognition.alternatives import (
    MOST_ALTERNATIVES,
    averaged,
    joined,
    transcript_of_alternatives,
)
from ivr.recognition.model import Model
from ivr.recognition.transcript import Alternative, Transcript
from tests.recognition.callers import UNTRAINED, says


def result(*found: tuple[str, float]) -> str:
    """Return a result of Vosk with these words, separated by spaces, and log-likelihoods."""
    alternatives = [
        {
            "text": text,
            "confidence": likelihood,
            "result": [
                {"word": word, "start": 0.3 * n, "end": 0.3 * (n + 1)}
                for n, word in enumerate(text.split())
            ],
        }
        for text, likelihood in found
    ]
    return json.dumps({"alternatives": alternatives})


def test_the_likeliest_alternative_is_the_transcript() -> None:
    heard = transcript_of_alternatives(result(("幺 三", 90.0), ("幺 山", 88.0)))
    assert heard.text == "幺三"
    assert heard.alternatives == (Alternative(("幺", "三"), 0.0), Alternative(("幺", "山"), 1.0))


def test_the_confidence_of_a_word_is_that_of_all_alternatives_that_have_it() -> None:
    heard = transcript_of_alternatives(result(("幺 三", 90.0), ("幺 山", 90.0), ("七 三", 70.0)))
    assert [round(word.confidence, 6) for word in heard.words] == [1.0, 0.5]


@pytest.mark.parametrize(
    "silence",
    [
        '{"alternatives": [{"text": "", "confidence": 1.0}]}',
        '{"alternatives": [{"text": "", "confidence": -inf}]}',  # as Vosk writes a likelihood of 0
        '{"alternatives": []}',
        '{"text": ""}',
    ],
)
def test_silence_has_one_alternative_without_words(silence: str) -> None:
    nothing = Transcript((), alternatives=(Alternative((), 0.0),))
    assert transcript_of_alternatives(silence) == nothing
    words = transcript_of_alternatives(result(("幺 三", 9.0)))
    assert joined([words, nothing]) == words


def test_parts_are_joined_to_their_likeliest_combinations() -> None:
    one = transcript_of_alternatives(result(("幺", 9.0), ("七", 8.0)))
    other = transcript_of_alternatives(result(("三", 9.0), ("山", 8.5)))
    heard = joined([one, other])
    assert heard.text == "幺三"
    assert [(part.text, part.cost) for part in heard.alternatives] == [
        ("幺三", 0.0), ("幺山", 0.25), ("七三", 0.5), ("七山", 0.75),
    ]  # fmt: skip


def test_a_long_utterance_keeps_a_few_combinations() -> None:
    part = transcript_of_alternatives(result(("一", 9.0), ("七", 8.0), ("四", 7.0)))
    assert len(joined([part] * 8).alternatives) == MOST_ALTERNATIVES


def test_parts_without_alternatives_have_none_together() -> None:
    assert joined([Transcript(()), Transcript(())]) == Transcript(())


def test_unknown_syllables_are_left_out_of_the_text() -> None:
    assert Alternative(("[unk]", "三"), 0.0).text == "三"


def test_several_decoders_count_the_same() -> None:
    sure = transcript_of_alternatives(result(("幺", 9.0), ("七", -91.0)))
    torn = transcript_of_alternatives(result(("七", 9.0), ("幺", 9.0)))
    heard = averaged([sure, torn])
    assert heard.text == "幺"
    assert [(one.text, round(math.exp(-one.cost), 6)) for one in heard.alternatives] == [
        ("幺", 1.0), ("七", round(0.25 / 0.75, 6)),
    ]  # fmt: skip


def test_the_words_are_those_of_the_first_decoder() -> None:
    torn = transcript_of_alternatives(result(("七", 9.0), ("幺", 8.9)))
    heard = averaged([torn, transcript_of_alternatives(result(("幺", 9.0)))])
    assert heard.text == "七"
    assert [one.text for one in heard.alternatives] == ["幺", "七"]
    assert averaged([torn]).text == "七"


def test_decoders_without_alternatives_have_none_together() -> None:
    assert averaged([Transcript(()), Transcript(())]) == Transcript(())


@pytest.mark.slow
@pytest.mark.parametrize(("expected", "has"), [(e, e is not Expected.NAME) for e in Expected])
def test_the_decoders_of_numbers_give_alternatives(
    model: Model, expected: Expected, has: bool
) -> None:
    heard = model.decode(says("幺三六七零九二五四八九", UNTRAINED[0], snr_db=0.0), expected)
    assert heard.steered is not None
    assert (len(heard.steered.alternatives) > 1) is has
    if has:
        assert heard.steered.text in {one.text for one in heard.steered.alternatives}
        assert not heard.alternatives
    assert Transcript.of(json.loads(json.dumps(heard.dump()))) == heard
