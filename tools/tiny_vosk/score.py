"""``python -m tools.tiny_vosk.score [--model DIRECTORY]``: measure recognition of unseen voices.

Voices that were not trained say each phrase of phrases.txt (with random words in its slots), the
bot's prompts and unseen.txt, over a-law at several noise levels. Printed are the share of sentences
that are recognised exactly, and the shares of wrong characters and syllables. It takes about two
minutes.
"""

import argparse
import random
from functools import cache
from pathlib import Path

import numpy as np
from pypinyin import lazy_pinyin

from ivr.bench.tally import edit_distance
from ivr.recognition.model import Model, load_model
from tools.tiny_vosk import text
from tools.tiny_vosk.channel import RATE, noise_of, telephone
from tools.tiny_vosk.heard_back import compare
from tools.tiny_vosk.segment import clauses
from tools.tiny_vosk.synthesiser import Synthesiser
from tools.tiny_vosk.voices import UNSEEN

VOICES = tuple(f"cmn+{variant}" for variant in UNSEEN[:2])


def main() -> None:
    """Decode the sentences and print one line for each kind and noise level."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--kinds", nargs="*", help="phrases, unseen, prompts; all if not given")
    parser.add_argument(
        "--snr", nargs="*", type=int, help="dB; clean, 20, 15, 10 and 5 if not given"
    )
    parser.add_argument("--misses", action="store_true", help="print the wrong results")
    arguments = parser.parse_args()
    model, chooser = load_model(arguments.model), random.Random(1)
    kinds = {
        "phrases": [text.said(phrase, chooser) for phrase in text.phrases()],
        "unseen": text.unseen(),
        "prompts": ["".join(clauses(words)) for words in text.prompts().values()],
    }
    for kind, sentences in kinds.items():
        if arguments.kinds and kind not in arguments.kinds:
            continue
        for snr_db in arguments.snr or (None, 20, 15, 10, 5):
            print(kind, _row(model, sentences, snr_db, misses=arguments.misses), flush=True)
    if arguments.kinds:
        return
    vocabulary = set(text.words())
    for voice in ("cmn", *VOICES):
        results = [
            compare(words, _heard(model, words, voice, None), vocabulary)
            for words in text.prompts().values()
        ]
        wanted, missed = (sum(len(getattr(r, n)) for r in results) for n in ("keywords", "missed"))
        worst = min(result.share for result in results)
        print(f"keywords of prompts, {voice}: {1 - missed / wanted:.1%}, worst {worst:.0%}")


def _row(model: Model, sentences: list[str], snr_db: float | None, *, misses: bool) -> str:
    """Decode the sentences in both VOICES and return the line to print; None as SNR: no noise."""
    right = wrong_characters = characters = wrong_syllables = 0
    for voice in VOICES:
        for sentence in sentences:
            heard = _heard(model, sentence, voice, snr_db)
            right += heard == sentence
            wrong_characters += edit_distance(sentence, heard)
            characters += len(sentence)
            wrong_syllables += edit_distance(_sounds(sentence), _sounds(heard))
            if misses and heard != sentence:
                print("   ", voice, sentence, "->", heard)
    count = len(sentences) * len(VOICES)
    return (
        f"{'clean' if snr_db is None else f'{snr_db} dB'}: {right}/{count} = {right / count:.1%} "
        f"exact, {wrong_characters / characters:.1%} of the characters wrong, "
        f"{wrong_syllables / characters:.1%} of the syllables"
    )


_synthesiser = cache(Synthesiser)  # espeak-ng is started once per process


def _heard(model: Model, sentence: str, voice: str, snr_db: float | None) -> str:
    """Return what the model recognises when ``voice`` says ``sentence``; None as SNR: no noise."""
    speech = _synthesiser().speak(sentence, voice, rate=190)
    noise = None
    if snr_db is not None:
        count = round((speech.seconds + 2) * RATE)
        noise = noise_of("white", count, np.random.default_rng(len(sentence)))
    sound = telephone(
        speech.samples,
        speech.rate,
        before=0.3,
        after=0.4,
        noise=noise,
        snr_db=0.0 if snr_db is None else snr_db,
    )
    return model.decode(sound.astype(np.int16)).text


def _sounds(sentence: str) -> list[str]:
    """Return the syllables of ``sentence`` without tones; the understander works on these."""
    return lazy_pinyin(sentence)


if __name__ == "__main__":
    main()
