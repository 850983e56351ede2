"""``python -m tools.tiny_vosk.score [--model DIRECTORY]``: how well unseen voices are recognised.

Each phrase of phrases.txt (slots filled by chance), the bot's prompts and UNSEEN sentences, by
voices that were not trained, over a-law at several noise levels: how many exactly right, and the
share of wrong characters. About two minutes.
"""

import argparse
import random
from pathlib import Path

import numpy as np

from ivr.recognition.heard_back import compare
from ivr.recognition.model import Model, load
from ivr.recognition.segment import clauses
from tools.tiny_vosk import text
from tools.tiny_vosk.channel import RATE, noise_of, telephone
from tools.tiny_vosk.synthesiser import Synthesiser

VOICES = ("cmn+f4", "cmn+m8")
"""Not among corpus.VARIANTS."""
UNSEEN = (
    "我想咨询一下价格",
    "请帮我转一下财务部好吗",
    "你们的软件多少钱一个月",
    "我的账号登不上了怎么办理",
    "您好我想找李经理",
    "请问周末可以办理吗",
    "我需要三个工号谢谢",
    "对不起我没有听懂你的意思",
    "密码错了怎么重新登录",
    "这个问题还没解决",
)
"""Sentences of known words that phrases.txt does not hold."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--misses", action="store_true", help="print what was heard instead")
    arguments = parser.parse_args()
    model, chooser = load(arguments.model), random.Random(1)
    kinds = {
        "phrases": [text.said(phrase, chooser) for phrase in text.phrases()],
        "unseen sentences": list(UNSEEN),
        "prompts": ["".join(clauses(words)) for words in text.prompts().values()],
    }
    for kind, sentences in kinds.items():
        for snr_db in (None, 20, 15, 10, 5):
            print(kind, _row(model, sentences, snr_db, misses=arguments.misses), flush=True)
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
    right = wrong_characters = characters = 0
    for voice in VOICES:
        for sentence in sentences:
            heard = _heard(model, sentence, voice, snr_db)
            right += heard == sentence
            wrong_characters += _distance(sentence, heard)
            characters += len(sentence)
            if misses and heard != sentence:
                print("   ", voice, sentence, "->", heard)
    count = len(sentences) * len(VOICES)
    return (
        f"{'clean' if snr_db is None else f'{snr_db} dB'}: {right}/{count} = {right / count:.1%} "
        f"exact, {wrong_characters / characters:.1%} of the characters wrong"
    )


_SYNTHESISER: list[Synthesiser] = []


def _heard(model: Model, sentence: str, voice: str, snr_db: float | None) -> str:
    if not _SYNTHESISER:
        _SYNTHESISER.append(Synthesiser())
    speech = _SYNTHESISER[0].speak(sentence, voice, rate=190)
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


def _distance(wanted: str, heard: str) -> int:
    """Characters to replace, leave out or add."""
    row = list(range(len(heard) + 1))
    for at, sign in enumerate(wanted, 1):
        above, row[0] = row[0], at
        for place, other in enumerate(heard, 1):
            above, row[place] = (
                row[place],
                min(row[place] + 1, row[place - 1] + 1, above + (sign != other)),
            )
    return row[-1]


if __name__ == "__main__":
    main()
