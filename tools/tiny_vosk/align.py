"""``python -m tools.tiny_vosk.align CHECKPOINT RECORDINGS OUT``: when people say each phone.

CHECKPOINT is what ``train`` has written. It finds in each recording of RECORDINGS, whose words are
known, the likeliest place of each phone (forced alignment). OUT/people-<speaker>.npz then hold the
recordings with their phones. The held-out words are left out, and so are the recordings that fit
their words worst: some are read in another way, or damaged.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soxr
import torch
from numpy.typing import NDArray
from rich.progress import track

from ivr.voice.reading.pinyin import INITIAL_AND_FINAL
from tools.hearing_back.recordings import RATE as RECORDED_HZ
from tools.hearing_back.recordings import load_sounds
from tools.recordings import Recording, find_recordings
from tools.tiny_vosk.channel import RATE
from tools.tiny_vosk.configuration import CEPSTRA, FRAME_CENTRE, FRAME_SECONDS, SUBSAMPLING
from tools.tiny_vosk.front_end import features
from tools.tiny_vosk.network import Network
from tools.tiny_vosk.sounds import NUMBER, PHONES, SILENCE, Timed, phones_of
from tools.tiny_vosk.speech import Speech, keep

_WORST = 0.04
"""Share of a speaker's recordings that are left out because they fit their words worst."""
_PADDING_SECONDS = 0.15
"""Seconds of silence before and after a recording, so that the network sees its edges."""
_LEVEL = 4000.0
"""RMS to which the recordings are brought for the alignment, of 16-bit samples."""


def main() -> None:
    """Align all recordings that are not held out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("recordings", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    arguments.out.mkdir(parents=True, exist_ok=True)
    aligner = Aligner(arguments.checkpoint)
    everything = find_recordings(arguments.recordings)
    sounds = load_sounds(everything, arguments.out / "recordings.npz")
    for speaker in sorted({one.speaker for one in everything}):
        chosen = [
            (recording, sound)
            for recording, sound in zip(everything, sounds, strict=True)
            if recording.speaker == speaker
            and not recording.held_out
            and INITIAL_AND_FINAL.keys() >= set(recording.syllables)
        ]
        aligned = _aligned(aligner, chosen)
        keep(aligned, arguments.out / f"people-{speaker}.npz")
        print(f"{speaker}: {len(aligned)} of {len(chosen)} recordings aligned", flush=True)


class Aligner:
    """The acoustic model of a checkpoint, as a judge of which phone is said in each frame."""

    def __init__(self, checkpoint: Path) -> None:
        kept = torch.load(checkpoint)
        self._network = Network(CEPSTRA, kept["hidden"], len(PHONES))
        self._network.load_state_dict(kept["network"])
        self._network.eval()
        self._mean, self._deviation = kept["mean"], kept["deviation"]
        self._prior = kept["prior"].log().float()

    def scores(self, sound: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return how well each phone fits each frame (10 ms) of ``sound`` at 8 kHz.

        The shape is (frames, phones); a score is a logarithm of a likelihood.
        """
        rows = (torch.from_numpy(features(sound)) - self._mean) / self._deviation
        with torch.no_grad():
            parts = [
                self._network(rows[None], offset)[0].log_softmax(-1)
                for offset in range(SUBSAMPLING)
            ]
        found = np.zeros((len(rows), len(PHONES)), np.float32)
        for offset, part in enumerate(parts):
            found[offset::SUBSAMPLING] = (part - 0.7 * self._prior).numpy()
        return found

    def align(self, sound: NDArray[np.float64], phones: Sequence[str]) -> tuple[list[int], float]:
        """Return the first frame of each phone, and the mean score of the frames.

        Each phone lasts two frames at least. Raise ValueError if the sound is too short for that.
        """
        scores = self.scores(sound)[:, [NUMBER[phone] for phone in phones]].repeat(2, axis=1)
        frames, states = scores.shape
        if frames < states:
            raise ValueError(f"{len(phones)} phones do not fit in {frames} frames")
        total = np.full(states, -np.inf, np.float32)
        total[0] = scores[0, 0]
        came = np.zeros((frames, states), np.bool_)
        for frame in range(1, frames):
            moved = np.concatenate([[-np.inf], total[:-1]])
            may_stay = np.where(np.arange(states) % 2, total, -np.inf)
            came[frame] = moved > may_stay
            total = np.maximum(moved, may_stay) + scores[frame]
        at, starts = states - 1, [0] * len(phones)
        for frame in range(frames - 1, 0, -1):
            if came[frame, at]:
                if at % 2 == 0:
                    starts[at // 2] = frame
                at -= 1
        return starts, float(total[-1]) / frames


def _aligned(
    aligner: Aligner, chosen: Sequence[tuple[Recording, NDArray[np.int16]]]
) -> list[Speech]:
    found: list[tuple[float, Speech]] = []
    for recording, samples in track(chosen, "recordings"):
        phones = [phone for syllable in recording.syllables for phone in phones_of(syllable)]
        around = [SILENCE, *phones, SILENCE]
        try:
            starts, score = aligner.align(_heard(samples), around)
        except ValueError:
            continue  # fewer frames than phones: not this word
        timed: Timed = [
            (
                max(0.0, (start - 0.5) * FRAME_SECONDS + FRAME_CENTRE - _PADDING_SECONDS),
                phone,
            )
            for start, phone in zip(starts, around, strict=True)
        ]
        found.append((score, Speech(samples, RECORDED_HZ, timed)))
    worst = np.quantile([score for score, _ in found], _WORST)
    return [speech for score, speech in found if score > worst]


def _heard(samples: NDArray[np.int16]) -> NDArray[np.float64]:
    """Return a recording at 8 kHz, at one level, with a little noise around it."""
    sound = soxr.resample(samples.astype(np.float64), RECORDED_HZ, RATE, quality="HQ")
    sound = sound * _LEVEL / max(float(np.sqrt(np.mean(sound**2))), 1.0)
    padded = np.pad(sound, round(_PADDING_SECONDS * RATE))
    return padded + np.random.default_rng(0).normal(0, 5.0, len(padded))


if __name__ == "__main__":
    main()
