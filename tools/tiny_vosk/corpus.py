"""``python -m tools.tiny_vosk.corpus KIND OUT [SPEECH]``: labelled cepstra to train with.

KIND is ``espeak``, ``natural`` or ``people``. espeak-ng speaks while the corpus is made; for the
two others SPEECH is the directory with what ``natural`` or ``align`` has written. Every piece of
speech is played by a person of another size, in a room, over a telephone line with noise, and each
frame of 10 ms is labelled with its phone. Foreign speech is labelled SPN, noise SIL. A file that
exists is kept, so an interrupted run goes on. A seed whose process crashes or hangs, as espeak-ng
does now and then, is left out and named. A file holds five minutes of speech and takes about ten
seconds of one core.
"""

import argparse
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from rich.progress import track

from tools.tiny_vosk.channel import NOISES, noise_of, on_a_line, through_alaw
from tools.tiny_vosk.configuration import FRAME_CENTRE, FRAME_SECONDS
from tools.tiny_vosk.espeak_sounds import EspeakSounds
from tools.tiny_vosk.front_end import features
from tools.tiny_vosk.sayings import saying
from tools.tiny_vosk.sounds import SILENCE, UNKNOWN, labels
from tools.tiny_vosk.speech import Speech, kept, person_size
from tools.tiny_vosk.strings import strings_of_words
from tools.tiny_vosk.synthesiser import Synthesiser
from tools.tiny_vosk.voices import VARIANTS

_KINDS = ("espeak", "natural", "people")
_LANGUAGES = ("en-us", "de", "ru", "es", "fr", "hi", "ja", "ko", "vi")
_FOREIGN = """
the quick brown fox jumps over lazy dog information telephone company please wait operator tomorrow
weather music computer network switch question number service customer window mountain river school
student family kitchen garden yellow orange forty thousand morning
"""
_FOREIGN_WORDS = _FOREIGN.split()
_FOREIGN_SHARE, _FOREIGN_LENGTHS = 0.25, (1, 1, 2, 3, 5)
"""Share of espeak-ng's pieces that are in a foreign language, and the numbers of their words. Many
of them are as short as an answer; otherwise the network takes every short sound for one."""
_PIECES, _NOISES = 100, 10
"""Number of pieces of speech, and of noises without speech, in a file."""
_RESIZED = 0.75
"""Share of the pieces that are played faster or slower, by a smaller or larger person."""
_SIZES = {"espeak": (0.86, 1.16), "natural": (0.76, 1.28), "people": (0.74, 1.22)}
"""Range of the factor. espeak-ng's variants differ in size themselves; the others are women."""
_SEED_SECONDS = 90
"""Seconds after which the process of a seed is taken to hang, and ended."""


def main() -> None:
    """Make the corpus files of the seeds that have none yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=_KINDS)
    parser.add_argument("out", type=Path)
    parser.add_argument("speech", type=Path, nargs="?")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument(
        "--sizes", type=int, help="sizes of a speaker beside their own; default: any"
    )
    parser.add_argument("--seed", type=int, help="make only this seed, in this process")
    arguments = parser.parse_args()
    if arguments.kind != "espeak" and arguments.speech is None:
        parser.error(f"name the directory with the speech for {arguments.kind}")
    arguments.out.mkdir(parents=True, exist_ok=True)
    if arguments.seed is not None:
        _make(arguments.kind, arguments.seed, arguments.out, arguments.speech, arguments.sizes)
        return
    lost = []
    for seed in track(range(arguments.first, arguments.seeds), "seeds"):
        if _path(arguments.out, arguments.kind, seed).exists():
            continue
        command = [sys.executable, "-m", "tools.tiny_vosk.corpus", arguments.kind]
        command += [str(part) for part in (arguments.out, arguments.speech) if part is not None]
        if arguments.sizes is not None:
            command += ["--sizes", str(arguments.sizes)]
        try:
            subprocess.run([*command, "--seed", str(seed)], check=True, timeout=_SEED_SECONDS)
        except subprocess.SubprocessError:
            lost.append(seed)
    print(f"seeds left out because their process crashed or hung: {lost or 'none'}")


def _path(directory: Path, kind: str, seed: int) -> Path:
    return directory / f"{kind}-{seed:04}.npz"


def _make(kind: str, seed: int, out: Path, directory: Path | None, sizes: int | None) -> None:
    """Write the file of a seed; ``directory`` holds the speech that is not made here."""
    chooser, noise = (
        random.Random(f"{kind} {seed}"),
        np.random.default_rng([_KINDS.index(kind), seed]),
    )
    rows, found = [], []
    for piece in _pieces(kind, chooser, noise, directory):
        if chooser.random() < _RESIZED:
            piece = piece.resized(person_size(*_SIZES[kind], sizes, chooser))
        before, after = chooser.uniform(0, 0.5), chooser.uniform(0, 0.5)
        sound = on_a_line(piece.samples, piece.rate, before, after, noise)
        rows.append(features(sound))
        times = np.arange(len(rows[-1])) * FRAME_SECONDS + FRAME_CENTRE - before
        found.append(labels(piece.phones, times.tolist(), piece.seconds))
    for _ in range(_NOISES):
        hiss = noise_of(chooser.choice(NOISES), chooser.randint(3000, 24000), noise)
        dbov = chooser.uniform(-75, -25)
        rows.append(features(through_alaw(hiss * 32768 * 10 ** (dbov / 20))))
        found.append([0] * len(rows[-1]))
    draft = _path(out, kind, seed).with_suffix(".draft")
    with draft.open("wb") as file:
        np.savez(
            file,
            rows=np.concatenate(rows).astype(np.float16),
            labels=np.concatenate(found).astype(np.uint8),
            lengths=np.array([len(row) for row in rows]),
        )
    draft.rename(_path(out, kind, seed))


def _pieces(
    kind: str, chooser: random.Random, noise: np.random.Generator, directory: Path | None
) -> Iterator[Speech]:
    """Yield the pieces of speech of a file."""
    if directory is None:
        yield from _espeak(chooser)
        return
    if kind == "people":
        yield from strings_of_words(directory, _PIECES, noise)
        return
    files = sorted(directory.glob(f"{kind}-*.npz"))
    for path in chooser.sample(files, min(4, len(files))):
        pieces = kept(path)
        yield from chooser.sample(pieces, min(_PIECES // 4, len(pieces)))


def _espeak(chooser: random.Random) -> Iterator[Speech]:
    """Yield what espeak-ng says in random voices; foreign speech has the phone UNKNOWN."""
    synthesiser = Synthesiser()
    sounds, made = EspeakSounds(synthesiser), 0
    while made < _PIECES:
        foreign = chooser.random() < _FOREIGN_SHARE
        said = _foreign(chooser) if foreign else saying(chooser)
        spoken: Speech | None = synthesiser.speak(
            said,
            (chooser.choice(_LANGUAGES) if foreign else "cmn")
            + chooser.choice(["", *(f"+{name}" for name in VARIANTS)]),
            rate=chooser.randint(120, 250),
            pitch=chooser.randint(15, 85),
            span=chooser.randint(20, 80),
        )
        assert spoken is not None
        if spoken.seconds < 0.15:
            continue
        if foreign:
            unknown = [
                (start, name if name == SILENCE else UNKNOWN) for start, name in spoken.phones
            ]
            spoken = Speech(spoken.samples, spoken.rate, unknown)
        else:
            characters = "".join(filter(str.isalpha, said))
            spoken = sounds.with_phones(spoken, characters)
        if spoken is not None:
            made += 1
            yield spoken


def _foreign(chooser: random.Random) -> str:
    return " ".join(chooser.sample(_FOREIGN_WORDS, chooser.choice(_FOREIGN_LENGTHS)))


if __name__ == "__main__":
    main()
