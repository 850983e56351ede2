"""The speech that the tiny model is trained with: its phones, and when each of them begins."""

import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from ivr.understanding.expected_words import NO, YES
from ivr.voice.baker.network import FRAME_SAMPLES, RATE_HZ
from ivr.voice.reading.pinyin import INITIAL_AND_FINAL
from tools.tiny_vosk.espeak_sounds import EspeakSounds
from tools.tiny_vosk.natural import timed_phones
from tools.tiny_vosk.readings import Readings
from tools.tiny_vosk.sayings import saying
from tools.tiny_vosk.sounds import (
    NUMBER,
    PHONES,
    SILENCE,
    SYLLABLE_NAMES,
    UNKNOWN,
    Timed,
    labels,
    phones_of,
    syllables_said,
)
from tools.tiny_vosk.speech import Speech, keep, kept
from tools.tiny_vosk.strings import strings_of_words
from tools.tiny_vosk.synthesiser import Synthesiser

FRAME = FRAME_SAMPLES / RATE_HZ


def test_a_syllable_has_an_initial_and_the_halves_of_its_final() -> None:
    assert phones_of("zhuang") == ("zh", "uang.1", "uang.2")
    assert phones_of("an") == ("an.1", "an.2")
    assert phones_of("yuan") == ("van.1", "van.2")


def test_no_two_syllables_have_the_same_phones() -> None:
    spelt = {one: phones_of(one) for one in INITIAL_AND_FINAL if one != "yo"}
    assert len(set(spelt.values())) == len(spelt)
    assert phones_of("yo") == phones_of("you")  # as the natural voice says it
    assert {phone for phones in spelt.values() for phone in phones} < set(PHONES)


def test_each_frame_has_the_phone_that_is_said_in_it() -> None:
    timed: Timed = [(0.02, "n"), (0.05, "i.1"), (0.07, "i.2")]
    found = labels(timed, [0.0125 + 0.01 * frame for frame in range(10)], end=0.085)
    assert [PHONES[number] for number in found] == [
        SILENCE, "n", "n", "n", "i.1", "i.1", "i.2", "i.2", SILENCE, SILENCE,
    ]  # fmt: skip
    assert NUMBER[SILENCE] == 0


@pytest.mark.parametrize(
    ("phones", "said"),
    [
        ([SILENCE, "n", "n", "i.1", "i.2", SILENCE, "h", "ao.1", "ao.2"], ["ni", "hao"]),
        (["a.1", "a.2", "a.1", "a.2"], ["a", "a"]),
        ([SILENCE], []),
        (["n", "i.2"], None),
        (["n", "i.1"], None),
        (["f", "i.1", "i.2"], None),
        ([UNKNOWN], None),
    ],
)
def test_the_labels_of_a_training_file_tell_its_syllables(
    phones: list[str], said: list[str] | None
) -> None:
    assert syllables_said([NUMBER[phone] for phone in phones]) == said


def test_every_syllable_but_yo_is_found_again() -> None:
    for name in SYLLABLE_NAMES:
        found = syllables_said([NUMBER[phone] for phone in phones_of(name)])
        assert found == ["you" if name == "yo" else name]


@pytest.mark.slow
def test_as_many_texts_are_answers_as_are_asked_for() -> None:
    chooser = random.Random(1)
    answers = {*YES, *NO}
    assert all(saying(chooser, 1.0) in answers for _ in range(50))
    assert sum(saying(chooser, 0.0) in answers for _ in range(50)) < 5


def voiced(*frames: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Return samples of the voice, with sound in so many frames and silence in so many, in turn."""
    parts = [
        np.full(count * FRAME_SAMPLES, 0.0 if at % 2 else 0.5) for at, count in enumerate(frames)
    ]
    return np.concatenate(parts).astype(np.float32)


def rounded(timed: Timed) -> list[tuple[int, str]]:
    return [(round(start / FRAME * 2), phone) for start, phone in timed]


def test_a_vowel_goes_on_into_the_boundary_after_it() -> None:
    symbols = ["n", "i3", "#0", "h", "ao3", "#0"]
    timed = timed_phones(symbols, [4, 4, 6, 4, 4, 6], voiced(28))
    assert rounded(timed) == [
        (0, "n"), (8, "i.1"), (18, "i.2"), (28, "h"), (36, "ao.1"), (46, "ao.2"),
    ]  # fmt: skip


@pytest.mark.parametrize(("quiet", "is_silence"), [(6, True), (3, False)])
def test_a_long_quiet_end_of_a_boundary_is_silence(quiet: int, is_silence: bool) -> None:
    """A short one is the closure of the plosive after it."""
    symbols = ["n", "i3", "#0", "b", "a4", "#0"]
    frames = [4, 4, 8, 4, 4, 4]
    timed = timed_phones(symbols, frames, voiced(16 - quiet, quiet, 12))
    starts = {phone: start for start, phone in rounded(timed)}
    assert (SILENCE in starts) == is_silence
    assert starts["b"] == (32 if is_silence else 32 - 2 * quiet)


def test_speech_is_kept_in_a_file(tmp_path: Path) -> None:
    pieces = [
        Speech(np.arange(50, dtype=np.int16), 8000, [(0.0, SILENCE), (0.5, "zh")]),
        Speech(np.arange(7, dtype=np.int16), 8000, [(0.25, "iang.2")]),
    ]
    keep(pieces, tmp_path / "speech.npz")
    again = kept(tmp_path / "speech.npz")
    assert [one.phones for one in again] == [one.phones for one in pieces]
    assert [one.samples.tolist() for one in again] == [one.samples.tolist() for one in pieces]


def test_words_of_one_speaker_become_a_string_with_their_phones_in_place(tmp_path: Path) -> None:
    """Each word is a noise as long as its phone's name says, so its place can be checked."""
    random = np.random.default_rng(1)
    for speaker, phone in (("one", "zh"), ("two", "sh")):
        words = [
            Speech(random.integers(-9000, 9000, 2000).astype(np.int16), 10000, [(0.05, phone)])
            for _ in range(5)
        ]
        keep(words, tmp_path / f"people-{speaker}.npz")
    strings = list(strings_of_words(tmp_path, 40, random))
    assert len(strings) == 40
    said = [{phone for _, phone in one.phones} - {SILENCE} for one in strings]
    assert all(len(phones) == 1 for phones in said)
    assert {phone for phones in said for phone in phones} == {"zh", "sh"}
    for one in strings:
        starts = [start for start, _ in one.phones]
        assert starts == sorted(starts)
        assert starts[-1] < one.seconds
    quicker = [one.seconds / sum(phone != SILENCE for _, phone in one.phones) for one in strings]
    assert min(quicker) < 0.15  # a word lasts 0.2 s as it was recorded


def test_some_strings_of_words_are_numbers(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    sound = random.integers(-9000, 9000, 2000).astype(np.int16)
    said = [("san",), ("yao",), ("hai", "lang"), ("ma", "che")]
    words = [
        Speech(sound, 10000, [(0.01 * at, phone) for at, phone in enumerate(_spelt(word))])
        for word in said
    ]
    keep(words, tmp_path / "people-one.npz")
    strings = [
        [phone for _, phone in one.phones if phone != SILENCE]
        for one in strings_of_words(tmp_path, 200, random)
    ]
    digits = {*phones_of("san"), *phones_of("yao")}
    numbers = [phones for phones in strings if digits.issuperset(phones)]
    assert 40 < len(numbers) < 110
    assert max(len(phones) // 2 for phones in numbers) > 6  # longer than other strings


def _spelt(word: tuple[str, ...]) -> list[str]:
    return [phone for syllable in word for phone in phones_of(syllable)]


def _what_espeak_says(texts: list[str]) -> list[list[str]]:
    synthesiser = Synthesiser()
    sounds = EspeakSounds(synthesiser)
    return [sounds.syllables(synthesiser.pronunciation(said), said) for said in texts]


def _times(said: str) -> tuple[Timed, float]:
    synthesiser = Synthesiser()
    speech = EspeakSounds(synthesiser).with_phones(synthesiser.speak(said), said)
    assert speech is not None
    return speech.phones, speech.seconds


def _readings(words: list[str]) -> list[list[list[str]]]:
    readings = Readings()
    return [readings.of(word) for word in words]


@pytest.fixture
def process() -> Iterator[ProcessPoolExecutor]:
    """Yield a process for espeak-ng, which crashes when it is started twice in one."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        yield executor


@pytest.mark.slow
def test_the_syllables_of_espeak_are_what_it_says_even_if_it_misreads(
    process: ProcessPoolExecutor,
) -> None:
    found = process.submit(_what_espeak_says, ["你好", "便宜", "银行", "律师", "一二三幺"]).result()
    assert found == [
        ["ni", "hao"], ["bian", "yi"], ["yin", "hang"], ["lv", "shi"], ["yi", "er", "san", "yao"],
    ]  # fmt: skip


@pytest.mark.slow
def test_the_phones_of_espeak_lie_within_its_speech(process: ProcessPoolExecutor) -> None:
    timed, seconds = process.submit(_times, "请帮我转人工").result()
    assert [phone for _, phone in timed if phone != SILENCE] == [
        phone
        for syllable in ("qing", "bang", "wo", "zhuan", "ren", "gong")
        for phone in phones_of(syllable)
    ]
    starts = [start for start, _ in timed]
    assert starts == sorted(starts)
    assert starts[0] >= 0
    assert starts[-1] <= seconds


@pytest.mark.slow
def test_words_have_the_readings_of_people_and_of_espeak(process: ProcessPoolExecutor) -> None:
    found = process.submit(_readings, ["便宜", "行", "QQ", "曾"]).result()
    assert found[0] == [["pian", "yi"], ["bian", "yi"]]
    assert {tuple(one) for one in found[1]} == {("xing",), ("hang",)}
    assert found[2] == [["kiu", "kiu"]]
    assert ["zeng"] in found[3]  # the surname
