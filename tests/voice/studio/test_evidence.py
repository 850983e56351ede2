"""Words and lengths tell which line was read, and whether the recogniser understands."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.understanding.syllables import syllables_of
from ivr.voice.duration import plausible
from ivr.voice.studio.evidence import HeardPassage, SessionEvidence, WantedLine
from ivr.voice.studio.matching import match, probabilities

WORDS = (
    "您好，请问有什么可以帮助您？",
    "对不起，请您稍等片刻，好吗？",
    "感谢您的来电，谢谢再见！",
    "对不起，我挂线了。",
    "张先生",
    "章小姐",
)


def evidence(heard: Sequence[tuple[str, float]], pause: float = 1.5) -> SessionEvidence:
    """Return the evidence of passages with these words and seconds."""
    passages, now = [], 0.0
    for words, seconds in heard:
        passages.append(HeardPassage(now, now + seconds, words, syllables_of(words).sounds))
        now += seconds + pause
    return SessionEvidence([WantedLine.of(words) for words in WORDS], passages)


def usual(words: str, pace: float = 1.0) -> float:
    return pace * WantedLine.of(words).usual


def test_the_line_with_the_words_fits_best() -> None:
    session = evidence([(words, usual(words)) for words in WORDS])
    for place in range(len(WORDS)):
        assert int(np.argmax(session.read(place, 1))) == place
        assert session.read(place, 1)[place] > session.stray[place]
    assert session.understood


def test_a_word_that_sounds_the_same_fits_as_well() -> None:
    """张 and 章 differ in nothing that a recogniser hears."""
    session = evidence([("章先生", usual("张先生"))])
    assert session.read(0, 1)[4] == evidence([("张先生", usual("张先生"))]).read(0, 1)[4]


def test_a_line_that_cannot_take_so_long_is_impossible() -> None:
    least, most = plausible(WORDS[0])
    for seconds in (least - 0.1, most + 0.1):
        assert evidence([(WORDS[0], seconds)]).read(0, 1)[0] == -np.inf
    assert np.isfinite(evidence([(WORDS[0], least + 0.1)]).read(0, 1)[0])


def test_passages_far_apart_are_not_one_line() -> None:
    said = [("您好", 0.5), ("请问有什么可以帮助您", 2.4)]
    assert not np.isfinite(evidence(said, pause=2.0).read(0, 2)).any()
    near = evidence(said, pause=0.6)
    assert int(np.argmax(near.read(0, 2))) == 0
    assert near.read(0, 2)[0] > near.stray.sum()


def test_a_slow_speaker_is_known_after_a_round() -> None:
    session = evidence([("", usual(words, 1.5)) for words in WORDS])
    before = session.read(0, 1)[0]
    session.learn(match(session))
    assert session.pace == pytest.approx(1.5, rel=0.1)
    assert session.read(0, 1)[0] > before


@pytest.mark.parametrize("heard", ["", "今天天气很好", "一二三四五六七八"])
def test_words_that_fit_nothing_do_not_count(heard: str) -> None:
    session = evidence([(heard, usual(words)) for words in WORDS])
    assert not session.understood
    assert session.similarity(match(session)[0]) is None
    assert [one.line for one in match(session)] == list(range(len(WORDS)))


def test_errors_of_a_recogniser_are_learnt() -> None:
    session = evidence([(words.replace("您", "鱼"), usual(words)) for words in WORDS])
    session.learn(match(session))
    assert session.understood
    assert 0 < session.error < 0.25


@given(st.lists(st.tuples(st.text("您好对不起张先生啊", max_size=8), st.floats(0.05, 20))))
def test_any_session_can_be_judged(heard: list[tuple[str, float]]) -> None:
    session = evidence(heard)
    readings = match(session)
    session.learn(readings)
    readings = match(session)
    assert all(0 <= one <= 1 for one in probabilities(session, readings))
    assert all(0 <= (session.similarity(one) or 0) <= 1 for one in readings)
