"""``python -m tools.people_digits RECORDINGS OUT``: strings of digits by a person, as a corpus.

RECORDINGS holds the people's words and syllables (see tools/recordings.py). The digits are Chen
Wang's syllables, so the corpus judges a model that was trained without her recordings. OUT becomes
a folder for ``ivr bench recognition --corpus OUT``. Digits that are recorded singly are spoken
slowly and apart; in a string they are quicker, at different levels, and most run into the next one.
"""

import argparse
import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile
from numpy.typing import NDArray

from ivr.commands.people_corpus import PEOPLE_COLUMNS
from ivr.voice.stretch import stretched
from tools.hearing_back.recordings import RATE, load_sounds
from tools.people_table import TABLE
from tools.recordings import SPEAKERS, Recording, find_recordings

SPEAKER = "syllables"
_SPOKEN = {
    "零": "ling2", "幺": "yao1", "一": "yi1", "二": "er4", "三": "san1", "四": "si4", "五": "wu3",
    "六": "liu4", "七": "qi1", "八": "ba1", "九": "jiu3",
}  # fmt: skip
"""The syllable of each digit. Another tone stands in for one that is not recorded."""
_FEWEST, _MOST = 4, 11
"""Range of the number of digits of a string."""
_TEMPOS = (1.0, 1.6)
"""Range of the factor by which a string is faster at the same pitch."""
_LEVEL_DB = 2.0
"""Standard deviation of the level of a digit, in dB."""
_HEADROOM = 0.5
"""Factor for the level of all digits, so that a louder one is not clipped."""
_GAP, _GAP_SECONDS = 0.25, (0.02, 0.25)
"""Share of the digits that a silence precedes, and the range of its length in seconds."""

_Sound = NDArray[np.float64]


def main() -> None:
    """Make the corpus, and print how many strings it has."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recordings", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, choices=range(1, 10_000), default=200, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    try:
        sounds = sounds_of(digits_of(find_recordings(arguments.recordings)))
        arguments.out.mkdir(parents=True, exist_ok=True)
        write_strings(sounds, arguments.out, arguments.count, arguments.seed)
    except (OSError, soundfile.LibsndfileError, MissingDigit) as error:
        parser.error(str(error))
    print(f"{arguments.out / TABLE}: {arguments.count} strings of digits")


class MissingDigit(Exception):
    """The syllable of a digit is not recorded; the message names it."""


def digits_of(recordings: Sequence[Recording]) -> dict[str, Recording]:
    """Return the recording of each digit, by its character.

    Raise MissingDigit if the syllable of a digit is not among ``recordings`` in any tone.
    """
    by_name = {one.path.stem: one for one in recordings if one.speaker == SPEAKER}
    found = {}
    for sign, name in _SPOKEN.items():
        tones = [name, *(other for other in by_name if other[:-1] == name[:-1])]
        chosen = next((tone for tone in tones if tone in by_name), None)
        if chosen is None:
            raise MissingDigit(f"there is no recording of {name}: add syllables/{name}.mp3")
        found[sign] = by_name[chosen]
    return found


def sounds_of(digits: Mapping[str, Recording]) -> dict[str, _Sound]:
    """Return the sound of each digit at RATE, without silence, by its character.

    Raise OSError or LibsndfileError if a file cannot be read.
    """
    with TemporaryDirectory() as scratch:
        sounds = load_sounds(list(digits.values()), Path(scratch) / "digits.npz")
    return {sign: sound.astype(np.float64) for sign, sound in zip(digits, sounds, strict=True)}


def write_strings(sounds: Mapping[str, _Sound], out: Path, count: int, seed: int) -> None:
    """Write ``count`` strings of digits and their table into the directory ``out``.

    ``sounds`` has the sound of each digit at RATE, by its character. A string has one word for 1,
    幺 or 一. ``seed`` is the random seed.
    """
    random = np.random.default_rng(seed)
    with (out / TABLE).open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, PEOPLE_COLUMNS[:4])
        table.writeheader()
        for number in range(count):
            unused = random.choice(["幺", "一"])
            choice = [sign for sign in sounds if sign != unused]
            signs = random.choice(choice, random.integers(_FEWEST, _MOST + 1))
            path = f"digits-{number:04d}.wav"
            samples = _string([sounds[sign] for sign in signs], random)
            soundfile.write(out / path, samples.clip(-32768, 32767).astype(np.int16), RATE)
            speaker = SPEAKERS[SPEAKER]
            table.writerow({"path": path, "words": "".join(signs), "speaker": speaker, "sex": "f"})


def _string(digits: Sequence[_Sound], random: np.random.Generator) -> _Sound:
    """Return ``digits`` said one after the other, as one sound."""
    tempo = random.uniform(*_TEMPOS)
    parts: list[_Sound] = []
    for digit in digits:
        if parts and random.random() < _GAP:
            parts.append(np.zeros(int(random.uniform(*_GAP_SECONDS) * RATE)))
        level = _HEADROOM * 10 ** (random.normal(0, _LEVEL_DB) / 20)
        parts.append(stretched(digit * level, RATE, 1 / tempo))
    return np.concatenate(parts)


if __name__ == "__main__":
    main()
