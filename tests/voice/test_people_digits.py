"""Single digits that a person has said become strings of digits that the bench reads."""

from pathlib import Path

import numpy as np
import pytest

from ivr.bench.people import digits_said
from ivr.commands.people_corpus import read_people_corpus
from tools.hearing_back.recordings import RATE
from tools.people_digits import MissingDigit, digits_of, write_strings
from tools.recordings import Recording

DIGITS = "ling1 yao1 yi1 yi4 er4 san1 si4 wu3 liu4 qi1 ba1 jiu3"


def recorded(names: str) -> list[Recording]:
    return [Recording(Path(f"{name}.mp3"), "syllables", (name[:-1],)) for name in names.split()]


def test_a_digit_has_its_own_tone_or_any_that_is_recorded() -> None:
    found = digits_of(recorded(DIGITS))
    assert (found["零"].path.stem, found["一"].path.stem) == ("ling1", "yi1")
    assert len(found) == 11


def test_a_digit_that_nobody_has_said_is_named() -> None:
    with pytest.raises(MissingDigit, match="no recording of jiu3: add"):
        digits_of(recorded(DIGITS.removesuffix(" jiu3")))


@pytest.mark.slow
def test_strings_of_digits_are_a_corpus_and_the_seed_decides_which(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    sounds = {sign: random.normal(0, 3000, 8000) for sign in "零一二三四五六七八九幺"}
    said = {}
    for name, seed in (("one", 1), ("same", 1), ("other", 2)):
        (tmp_path / name).mkdir()
        write_strings(sounds, tmp_path / name, 20, seed)
        said[name] = [one.words for one in read_people_corpus(tmp_path / name).recordings]
    assert said["one"] == said["same"] != said["other"]
    assert all(4 <= len(digits_said(words)) <= 11 for words in said["one"])
    assert not [words for words in said["one"] if "一" in words and "幺" in words]
    for one in read_people_corpus(tmp_path / "one").recordings:
        assert (one.speaker, one.sex) == ("Chen Wang", "f")
        digits = len(one.words) * 8000 / RATE * 8000  # the sounds have 8,000 samples at RATE
        assert digits / 1.7 < len(one.samples()) < digits * 1.4
