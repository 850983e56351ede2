"""Which of two decoders' words count: those of all words, or those of the expected answer."""

import math

import pytest

from ivr.dialogue.expected import Expected
from ivr.dialogue.meaning import Certainty, Intent, Meaning
from ivr.recognition.explanation import likely_numbers, words_that_count
from ivr.recognition.transcript import Alternative, Transcript, Word
from tests.caller import understander

SURE, LIKELY = Certainty.SURE, Certainty.LIKELY


def transcript(words: str, steered: str | None = None) -> Transcript:
    told = [Word(word, n * 0.3, n * 0.3 + 0.3, 0.9) for n, word in enumerate(words.split())]
    return Transcript(tuple(told), None if steered is None else transcript(steered))


def words_of(
    heard: Transcript, intent: Intent, certainty: Certainty, expected: Expected = Expected.NUMBER
) -> str:
    """Return the text of the words that count; the words of all have this meaning."""

    def meaning(text: str) -> Meaning:
        return Meaning(text, intent, certainty, 0.9)

    words, meant = words_that_count(expected, heard, meaning)
    assert words.text == meant.text
    return meant.text


def test_digits_replace_misheard_digits() -> None:
    heard = transcript("一 六 二 次 二", "一 六 二 四 二")
    assert words_of(heard, Intent.GIVE_NUMBER, SURE) == "一六二四二"
    assert words_of(heard, Intent.OTHER, LIKELY) == "一六二四二"


def test_unknown_syllables_are_left_out_of_the_answer() -> None:
    heard = transcript("嗯 一 六 二 四 二", "[unk] 一 六 二 四 二")
    words, _ = words_that_count(
        Expected.NUMBER, heard, lambda text: Meaning(text, Intent.OTHER, LIKELY, 0.5)
    )
    assert (words.text, words.unknown) == ("一六二四二", 0.0)


def test_another_sentence_stays_as_it_was() -> None:
    heard = transcript("转 人工", "[unk] [unk] 五")
    assert words_of(heard, Intent.HUMAN_AGENT, SURE) == "转人工"
    assert words_of(heard, Intent.HUMAN_AGENT, LIKELY) == "转人工"


def test_a_sure_wish_is_believed_even_if_it_sounds_like_digits() -> None:
    heard = transcript("我 要 死 了", "五 幺 四")
    assert words_of(heard, Intent.ABUSIVE_CALLER, SURE) == "我要死了"


@pytest.mark.parametrize(
    ("words", "steered", "intent", "certainty", "counts"),
    [
        ("给", "对", Intent.CANNOT_FULFIL, LIKELY, "对"),
        ("喂", "对", Intent.HELLO, SURE, "喂"),
        ("没", "对", Intent.NO, LIKELY, "没"),  # a no never becomes a yes
        ("的", "不对", Intent.YES, LIKELY, "不对"),  # a doubtful yes may become a no
        ("[unk] 给", "不", Intent.CANNOT_FULFIL, LIKELY, "给"),  # foreign speech is no answer
        ("我要 投诉", "对", Intent.COMPLAINT_DEFERRED, LIKELY, "我要投诉"),
    ],
)
def test_a_short_yes_or_no_replaces_one_vague_syllable(
    words: str, steered: str, intent: Intent, certainty: Certainty, counts: str
) -> None:
    heard = transcript(words, steered)
    assert words_of(heard, intent, certainty, Expected.YES_NO) == counts


def test_without_a_second_decoder_nothing_changes() -> None:
    assert words_of(transcript("一 六 二"), Intent.OTHER, LIKELY) == "一六二"


def test_both_results_pass_through_the_pipe() -> None:
    heard = transcript("一 六", "一 [unk]")
    assert Transcript.of(heard.dump()) == heard
    assert Transcript.of(transcript("一").dump()) == transcript("一")


def test_the_numbers_of_an_answer_are_counted_once_each() -> None:
    costs = {
        "幺三八零零零零一二三四": 0.0,
        "是幺三八零零零零一二三四": 0.1,
        "幺三八零零零零一二三七": 1.0,
    }
    heard = Transcript((), alternatives=tuple(Alternative((w,), c) for w, c in costs.items()))
    likely = likely_numbers(heard, understander().meaning(next(iter(costs))))
    assert [number.digits for number in likely] == ["13800001234", "13800001237"]
    assert sum(number.probability for number in likely) == pytest.approx(1.0)
    assert likely[0].probability / likely[1].probability == pytest.approx(
        (1 + math.exp(-0.1)) / math.exp(-1.0)
    )


def test_alternatives_without_a_number_leave_less_for_the_others() -> None:
    number = "幺三八零零零零一二三四"
    heard = Transcript((), alternatives=(Alternative((number,), 0.0), Alternative(("好",), 0.0)))
    (likely,) = likely_numbers(heard, understander().meaning(number))
    assert likely.probability == pytest.approx(0.5)


def test_an_answer_without_a_whole_number_has_no_likely_numbers() -> None:
    heard = Transcript((), alternatives=(Alternative(("幺", "三"), 0.0),))
    assert likely_numbers(heard, understander().meaning("幺三")) == ()
