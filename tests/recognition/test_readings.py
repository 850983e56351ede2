"""espeak-ng reads the sheet's words as a dictionary does: sounds and tones, clause by clause."""

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from tests.recognition import readings
from tests.recognition.readings import Misreading
from tools.tiny_vosk import text

NEUTRAL = (
    "不客气",
    "个",
    "先生",
    "告诉",
    "意见",
    "明白",
    "清楚",
    "称呼",
    "谢谢",
    "还是",
    "麻烦",
)
"""Words whose last syllable has lost its tone, which pypinyin gives in full: both are right."""

Check = Callable[[str, Collection[str]], list[Misreading]]


@pytest.fixture(scope="module")
def misreadings() -> Iterator[Check]:
    """The check in a process of its own: espeak-ng crashes when it is started twice in one."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        yield lambda text, neutral: process.submit(readings.misreadings, text, neutral).result()


@pytest.mark.parametrize("id", sorted(text.prompts()))
def test_the_prompt_is_read_as_it_is_written(misreadings: Check, id: str) -> None:
    assert misreadings(text.prompts()[id], NEUTRAL) == []


@pytest.mark.parametrize("word", NEUTRAL)
def test_every_exception_is_needed(misreadings: Check, word: str) -> None:
    others = [other for other in NEUTRAL if other != word]
    assert any(misreadings(said, others) for said in text.prompts().values())


@pytest.mark.parametrize(
    ("words", "espeak"),
    [
        ("便宜", "biàn"),
        ("东莞", "wǎn"),
        ("还钱", "hái"),
        ("蚌埠", "bàng"),
        ("朝阳", "cháo"),
    ],
)
def test_a_misreading_is_noticed(misreadings: Check, words: str, espeak: str) -> None:
    """What espeak-ng 1.52 misreads, and how: should it learn better, take another word."""
    assert [found.clause for found in misreadings(f"请问，{words}", NEUTRAL)] == [words], espeak
