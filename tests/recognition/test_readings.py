"""espeak-ng reads the sheet's words with the sounds and tones of a dictionary, clause by clause."""

from collections.abc import Collection, Iterator
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
"""Words that end in a neutral tone. pypinyin gives the full tone; both readings are right."""


class Reader:
    """espeak-ng in a process of its own, because it crashes when it is started twice in one."""

    def __init__(self, process: ProcessPoolExecutor) -> None:
        self._process = process

    def misreadings(self, text: str, neutral: Collection[str]) -> list[Misreading]:
        """Return the clauses of ``text`` that espeak-ng reads unlike the dictionary."""
        return self._process.submit(readings.misreadings, text, neutral).result()

    def phonemes(self, text: str) -> str:
        """Return espeak-ng's phonemes of a text or of pinyin."""
        return self._process.submit(readings.phonemes, text).result()


@pytest.fixture(scope="module")
def espeak() -> Iterator[Reader]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        yield Reader(process)


@pytest.mark.slow
@pytest.mark.parametrize("id", sorted(text.prompts()))
def test_a_prompt_is_read_as_in_the_dictionary(espeak: Reader, id: str) -> None:
    assert espeak.misreadings(text.prompts()[id], NEUTRAL) == []


@pytest.mark.slow
@pytest.mark.parametrize("word", NEUTRAL)
def test_every_exception_is_needed(espeak: Reader, word: str) -> None:
    others = [other for other in NEUTRAL if other != word]
    assert any(espeak.misreadings(said, others) for said in text.prompts().values())


@pytest.mark.parametrize(
    ("word", "wrong"),
    [
        ("便宜", "bian4 yi2"),
        ("东莞", "dong1 wan3"),
        ("还钱", "hai2 qian2"),
        ("蚌埠", "bang4 bu4"),
        ("朝阳", "chao2 yang2"),
    ],
)
def test_a_wrong_reading_is_noticed(espeak: Reader, word: str, wrong: str) -> None:
    """``wrong`` is how espeak-ng 1.52 reads ``word``; if it learns better, take another word."""
    found = espeak.misreadings(f"请问，{word}", NEUTRAL)
    assert [(one.clause, one.read) for one in found] == [(word, espeak.phonemes(wrong))]
