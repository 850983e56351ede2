"""``python -m tools.tiny_vosk.corpus DIRECTORY [--seeds N]``: labelled speech, a file per seed.

espeak-ng says random syllables, words and sentences in many voices, and a telephone line disturbs
them. Every frame of 10 ms is labelled with the phoneme that espeak-ng was saying. Foreign speech is
labelled SPN, noise SIL. A file that exists is kept. A seed whose process crashes or hangs is left
out and named. A seed takes about 6 CPU seconds, half of them to read the phrases.
"""

import argparse
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
from rich.progress import track

from tools.tiny_vosk import text
from tools.tiny_vosk.channel import NOISES, RATE, Sound, noise_of, telephone, through_alaw
from tools.tiny_vosk.configuration import FRAME_CENTRE, FRAME_SECONDS
from tools.tiny_vosk.front_end import features
from tools.tiny_vosk.synthesiser import SILENCE, Speech, Synthesiser
from tools.tiny_vosk.voices import VARIANTS

UNKNOWN = "SPN"
"""Label of speech that is not Mandarin."""
_LANGUAGES = ("en-us", "de", "ru", "es", "fr", "hi", "ja", "ko", "vi")
_FOREIGN = """
the quick brown fox jumps over lazy dog information telephone company please wait operator tomorrow
weather music computer network switch question number service customer window mountain river school
student family kitchen garden yellow orange forty thousand morning
"""
_FOREIGN_WORDS = _FOREIGN.split()
_SOUNDS = """
b p m f d t n l g k h j q x zh ch sh r z c s y w
a o e i u v ai ei ao ou an en ang eng ong
ia ie iao iu ian in iang ing iong ua uo uai ui uan un uang ue
"""
_INITIALS = [*_SOUNDS.splitlines()[1].split(), ""]
_FINALS = " ".join(_SOUNDS.splitlines()[2:]).split()
_UTTERANCES, _NOISES = 60, 5
"""Number of utterances, and of noises without speech, that are made for each seed."""
_RESIZED, _SIZES = 0.6, (0.88, 1.15)
"""Share of the utterances that are played faster or slower, and the range of the factor.

This gives vocal tracts of sizes that no variant of espeak-ng has.
"""
_SNRS_DB = (None, None, 35, 30, 25, 20, 15, 15, 10, 10, 5, 0)
"""Signal-to-noise ratios in dB, of which one is chosen for each utterance; None means no noise."""
_SHORT_GAP = 0.06
"""Least seconds of a silence between two phonemes for it to be labelled as silence."""
_SEED_SECONDS = 40
"""Seconds after which the process of a seed is taken to hang, and ended."""


def main() -> None:
    """Make the corpus files of the seeds that have none yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--seeds", type=int, default=340)
    parser.add_argument("--seed", type=int, help="make only this seed, in this process")
    arguments = parser.parse_args()
    arguments.directory.mkdir(parents=True, exist_ok=True)
    if arguments.seed is not None:
        _speak_seed(arguments.seed, arguments.directory)
        return
    lost = []
    for seed in track(range(arguments.seeds), "seeds"):
        if _path(arguments.directory, seed).exists():
            continue
        command = [sys.executable, "-m", "tools.tiny_vosk.corpus", str(arguments.directory)]
        try:
            subprocess.run([*command, "--seed", str(seed)], check=True, timeout=_SEED_SECONDS)
        except subprocess.SubprocessError:
            lost.append(seed)
    print(f"seeds left out because espeak-ng crashed or hung: {lost or 'none'}")


def _path(directory: Path, seed: int) -> Path:
    return directory / f"{seed:04}.npz"


def _speak_seed(seed: int, directory: Path) -> None:
    chooser, noise = random.Random(seed), np.random.default_rng(seed)
    synthesiser, vocabulary = Synthesiser(), text.words()
    phrases = [*text.phrases(), *(phrase for phrase, _ in text.callers())]
    prompts = list(text.prompts().values())
    rows, labels = [], []
    for _ in range(_UTTERANCES):
        foreign, words = _words(chooser, vocabulary, phrases, prompts)
        language = chooser.choice(_LANGUAGES) if foreign else "cmn"
        variant = chooser.choice(["", *(f"+{name}" for name in VARIANTS)])
        speech = synthesiser.speak(
            words,
            language + variant,
            rate=chooser.randint(120, 250),
            pitch=chooser.randint(15, 85),
            span=chooser.randint(20, 80),
        )
        if speech.seconds < 0.15:
            continue
        if chooser.random() < _RESIZED:
            speech = speech.resized(chooser.uniform(*_SIZES))
        before, after = chooser.uniform(0, 0.6), chooser.uniform(0, 0.6)
        sound = _on_a_line(speech, before, after, chooser, noise)
        rows.append(features(sound))
        labels.append(_labels(speech, before, len(rows[-1]), foreign))
    for _ in range(_NOISES):
        dbov = chooser.uniform(-75, -25)
        hiss = noise_of(chooser.choice(NOISES), chooser.randint(8000, 24000), noise)
        rows.append(features(through_alaw(hiss * 32768 * 10 ** (dbov / 20))))
        labels.append([SILENCE] * len(rows[-1]))
    draft = directory / f"{seed:04}.draft"
    with draft.open("wb") as file:
        np.savez(
            file,
            rows=np.concatenate(rows).astype(np.float16),
            labels=np.array([label for utterance in labels for label in utterance]),
            lengths=np.array([len(utterance) for utterance in labels]),
        )
    draft.rename(_path(directory, seed))


def _words(
    chooser: random.Random, vocabulary: list[str], phrases: list[str], prompts: list[str]
) -> tuple[bool, str]:
    """Return whether the language is foreign, and words chosen at random to be said in it."""
    kind = chooser.random()
    if kind < 0.30:
        syllables = chooser.randint(2, 8)
        return False, " ".join(
            chooser.choice(_INITIALS) + chooser.choice(_FINALS) + str(chooser.randint(1, 5))
            for _ in range(syllables)
        )
    if kind < 0.55:
        return False, "".join(chooser.choices(vocabulary, k=chooser.randint(1, 6)))
    if kind < 0.78:
        return False, text.said("".join(chooser.choices(phrases, k=chooser.randint(1, 2))), chooser)
    if kind < 0.87:
        return False, chooser.choice(prompts)
    return True, " ".join(chooser.sample(_FOREIGN_WORDS, 5))


def _on_a_line(
    speech: Speech,
    before: float,
    after: float,
    chooser: random.Random,
    noise: np.random.Generator,
) -> Sound:
    snr = chooser.choice(_SNRS_DB)
    count = round((speech.seconds + before + after) * RATE) + RATE
    return telephone(
        speech.samples,
        speech.rate,
        dbov=chooser.uniform(-42, -8),
        band=chooser.random() < 0.7,
        law=chooser.random() < 0.8,
        before=before,
        after=after,
        noise=None if snr is None else noise_of(chooser.choice(NOISES), count, noise),
        snr_db=snr or 0.0,
    )


def _labels(speech: Speech, before: float, count: int, foreign: bool) -> list[str]:
    """Return the label (the name of the phoneme) at the centre of each of ``count`` frames.

    The first frame begins ``before`` seconds ahead of the speech. A silence shorter than _SHORT_GAP
    has the label of the phoneme that follows it. Phonemes of foreign speech except
    silence have the label UNKNOWN.
    """
    starts = np.array([start for start, _ in speech.phonemes])
    names = [name for _, name in speech.phonemes]
    for index in range(len(names) - 2, 0, -1):
        if names[index] == SILENCE and starts[index + 1] - starts[index] < _SHORT_GAP:
            names[index] = names[index + 1]
    if foreign:
        names = [name if name == SILENCE else UNKNOWN for name in names]
    times = np.arange(count) * FRAME_SECONDS + FRAME_CENTRE - before
    at = np.searchsorted(starts, times, side="right") - 1
    return [
        SILENCE if index < 0 or time > speech.seconds else names[index]
        for index, time in zip(at, times, strict=True)
    ]


if __name__ == "__main__":
    main()
