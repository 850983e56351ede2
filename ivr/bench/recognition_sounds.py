"""Sentences of the recognition bench, spoken by synthetic callers or in the user's recordings."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ivr.commands.hear import HearError, Recording
from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples, decode_alaw, encode_alaw
from ivr.translation import tr
from ivr.voice.espeak import Espeak
from ivr.voice.mastering import master

UNTRAINED = (Espeak("cmn+f4", 190, 60), Espeak("cmn+m8", 180, 40))
"""Synthetic voices that the tiny model was not trained with (tools/tiny_vosk/corpus.py)."""
SENTENCES = (
    "打错了",
    "我想了解一下企业QQ",
    "帮我转技术部",
    "电话一直占线怎么老打不通",
    "我要投诉你们客服态度不好",
    "你们公司在哪里",
    "我姓张叫我张先生",
    "我的手机号是幺三八零三七幺二三四五",
    "企业购买需要几个工号",
    "听不清楚请大声一点",
    "请再说一遍我没听懂",
    "没有其他问题了谢谢再见",
)
BEFORE_SECONDS, AFTER_SECONDS = 0.3, 0.5
"""Seconds of noise before and after the speech. A call feeds the recogniser as much."""
SNR_DB = 15.0


@dataclass(frozen=True, slots=True)
class SpokenSample:
    """One sentence that a caller speaks: its text and its audio (16-bit samples at 8 kHz)."""

    text: str
    samples: Samples


class RecordingsError(Exception):
    """The recordings cannot be used; the message names the file, the reason and the remedy."""


def synthetic(seed: int, sentences: int = len(SENTENCES)) -> list[SpokenSample]:
    """Return the first ``sentences`` of SENTENCES, each spoken by both voices of UNTRAINED.

    The audio has the sound of a telephone line, with noise (:func:`on_the_line`). ``seed`` is the
    random seed of the noise.
    """
    random = np.random.default_rng(seed)
    return [
        SpokenSample(text, on_the_line(master(*voice.synthesise(text)), random))
        for text in SENTENCES[:sentences]
        for voice in UNTRAINED
    ]


def on_the_line(voice: Samples, random: np.random.Generator) -> Samples:
    """Return ``voice`` (16-bit, 8 kHz), a clip of speech, with the sound of a telephone line.

    Silence is added before it (0.3 s) and after it (0.5 s). White noise is added to the whole, 15
    dB (SNR_DB) below the active level of the voice. The sum is coded as a-law and decoded.
    """
    sound = np.pad(
        voice.astype(np.float64), (round(BEFORE_SECONDS * RATE), round(AFTER_SECONDS * RATE))
    )
    active = np.abs(voice) > np.abs(voice).max() / 30
    level = np.sqrt(np.mean(voice[active].astype(np.float64) ** 2))
    sound += random.normal(0, level * 10 ** (-SNR_DB / 20), len(sound))
    return decode_alaw(encode_alaw(np.clip(np.rint(sound), -32768, 32767).astype(np.int16)))


def recorded(directory: Path) -> list[SpokenSample]:
    """Return the user's recordings in ``directory``, each with its text (one.wav with one.txt).

    Recordings without a text are left out. Punctuation and spaces are removed from the texts,
    because only characters are compared. Raise RecordingsError when a text has no recording, when a
    file cannot be used, or when there is no text.
    """
    spoken = []
    for path in sorted(directory.glob("*.txt")):
        sounds = [p for p in directory.glob(f"{path.stem}.*") if p.suffix != ".txt"]
        if not sounds:
            raise RecordingsError(
                tr("{path} has no recording beside it: add {stem}.wav").format(
                    path=path, stem=path.stem
                )
            )
        try:
            text = path.read_text(encoding="utf-8")
            samples = Recording.read(sounds[0]).samples
        except (HearError, UnicodeDecodeError, OSError) as error:
            raise RecordingsError(
                tr("{path}: {error}: correct it").format(path=path, error=error)
            ) from None
        spoken.append(SpokenSample("".join(filter(str.isalnum, text)), samples))
    if not spoken:
        raise RecordingsError(
            tr("{directory} holds no text beside a recording: add one.wav, one.txt").format(
                directory=directory
            )
        )
    return spoken
