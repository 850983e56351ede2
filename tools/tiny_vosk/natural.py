"""``python -m tools.tiny_vosk.natural OUT [--files N]``: speech of the natural voice.

The voice baker says random texts in many paces, pitches and efforts. The network itself decides
when each sound begins, so the phones are known to 12.5 ms. A file that exists is kept; one holds
about five minutes of speech and takes 40 seconds of one core.
"""

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray
from rich.progress import track

from ivr.voice import VoiceError
from ivr.voice.baker.network import FRAME_SAMPLES, RATE_HZ, Networks
from ivr.voice.baker.symbols import breaths
from ivr.voice.context import NO_CONTEXT
from ivr.voice.reading.pinyin import INITIAL_AND_FINAL
from ivr.voice.voices import installed
from tools.tiny_vosk.sayings import ANSWERS, saying
from tools.tiny_vosk.sounds import SILENCE, Timed, timed_syllable
from tools.tiny_vosk.speech import Speech, keep

_TEXTS = 150
"""Number of texts in a file."""
_RATE = 16000
"""Samples per second that are kept: more than a telephone needs, also when played faster."""
_SLOWER, _PITCH, _ENERGY = (0.72, 1.25), (0.68, 1.32), (0.85, 1.15)
"""Ranges of the factors for the length of the sounds, the frequency of the voice, its effort."""
_GAP_SECONDS = 0.06
"""Least length of the quiet end of a boundary between two syllables that counts as silence."""
_QUIET_DB = -32.0
"""Level below which a frame is quiet, relative to the loudest frame."""
_SYLLABLES = {sounds: syllable for syllable, sounds in INITIAL_AND_FINAL.items()}


def main() -> None:
    """Make the files that do not exist yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--files", type=int, default=60)
    parser.add_argument("--first", type=int, default=0, help="number of the first file")
    parser.add_argument(
        "--answers",
        type=float,
        default=ANSWERS,
        help="share of texts that answer a yes-or-no question",
    )
    arguments = parser.parse_args()
    directory = installed("baker")
    if directory is None:
        parser.error("the voice baker is missing: run `ivr voices fetch baker`")
    arguments.out.mkdir(parents=True, exist_ok=True)
    networks = Networks(directory)
    for number in track(range(arguments.first, arguments.files), "files"):
        path = arguments.out / f"natural-{number:03}.npz"
        if not path.exists():
            chooser = random.Random(f"natural {number}")
            keep(_spoken(networks, chooser, arguments.answers), path)


def _spoken(networks: Networks, chooser: random.Random, answers: float) -> list[Speech]:
    pieces: list[Speech] = []
    while len(pieces) < _TEXTS:
        try:
            said = breaths(saying(chooser, answers), NO_CONTEXT)
        except VoiceError:
            continue  # a rare character of the dictionary has no reading
        for breath in said:
            samples, frames = networks.speak_whole(
                breath.symbols,
                chooser.uniform(*_SLOWER),
                chooser.uniform(*_PITCH),
                chooser.uniform(*_ENERGY),
            )
            heard = soxr.resample(samples, RATE_HZ, _RATE, quality="HQ")
            whole = np.rint(np.clip(heard, -1, 1) * 32767).astype(np.int16)
            pieces.append(
                Speech(whole, _RATE, timed_phones(breath.symbols, frames.tolist(), samples))
            )
    return pieces


def timed_phones(
    symbols: Sequence[str], frames: Sequence[int], samples: NDArray[np.float32]
) -> Timed:
    """Return the phones of the voice's symbols, of which each lasts ``frames`` frames.

    A vowel goes on into the boundary after it, whose symbol stands for no sound of its own. The
    quiet end of a boundary is silence, or belongs to the next sound (a plosive) if it is short.
    """
    seconds = FRAME_SAMPLES / RATE_HZ
    starts = [0, *np.cumsum(frames).tolist()]
    quiet = _quiet(samples)
    timed: Timed = []
    begin = 0  # frame where the next syllable begins, at the latest where its symbol does
    for at, symbol in enumerate(symbols):
        if symbol == "sil" or symbol[0] == "#":
            begin = starts[at + 1]
            while begin > starts[at] and quiet[begin - 1]:
                begin -= 1
            if (starts[at + 1] - begin) * seconds >= _GAP_SECONDS or symbol == "sil":
                timed.append((begin * seconds, SILENCE))
                begin = starts[at + 1]
        elif symbol[-1].isdigit():
            end = starts[at + 2] if at + 1 < len(symbols) else starts[at + 1]
            while end > starts[at] + 2 and quiet[end - 1]:
                end -= 1
            syllable = _SYLLABLES[symbols[at - 1], symbol[:-1]]
            middle = max(starts[at], begin)
            timed += timed_syllable(syllable, begin * seconds, middle * seconds, end * seconds)
    return timed


def _quiet(samples: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return for each frame whether it is far fainter than the voice."""
    frames = samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    power = np.mean(frames.astype(np.float64) ** 2, axis=1)
    quiet: NDArray[np.bool_] = power < power.max() * 10 ** (_QUIET_DB / 10)
    return quiet


if __name__ == "__main__":
    main()
