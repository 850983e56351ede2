"""Speakers and music of each split (development and test) of the corpus, cached on disk.

The splits share no recorded speaker: their languages differ (one woman speaks both English and
Spanish, so both languages are in one split). Synthetic speakers have other voices and other
sentences in each split. Each utterance is trimmed and brought to the same active speech level.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

import numpy as np
import soxr
from numpy.typing import NDArray

from ivr.hearing.frames import FRAME, RATE
from ivr.hearing.g711 import Samples
from ivr.hearing.level import active_speech_level, frame_levels_dbov, gain
from ivr.lab.corpus import debian
from ivr.lab.natural_callers import NATURAL_CALLERS, NaturalCaller
from ivr.voice.espeak import Espeak

SOURCES_VERSION = 2
"""Version of the cached utterances. Raise it to have them made again."""
NOMINAL_DBOV = -26.0
"""Active speech level of every cached utterance in dBov (ITU-T P.830)."""
SHORTEST, LONGEST = 0.6, 9.0
"""Length in seconds of the shortest and of the longest utterance that is used. All others are left
out."""

Wave = NDArray[np.float64]
"""Mono samples at 8 kHz as floats on the scale of 16-bit samples."""


class Split(StrEnum):
    """The two parts of the corpus: on DEV (development) the thresholds are chosen, on TEST they are
    checked. The two share no speaker, no generator of rooms and no music."""

    DEV = "dev"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Speaker:
    """One speaker's voice: its name, its language and its utterances."""

    name: str
    """Debian package of a recorded speaker, voice of espeak-ng, or pitch and pace of a natural
    voice."""
    language: str
    """Code of the language, such as ``cmn`` for Mandarin."""
    utterances: tuple[Samples, ...]


RECORDED = {
    Split.DEV: (
        ("en", "asterisk-core-sounds-en-wav"),
        ("es", "asterisk-core-sounds-es-wav"),
        ("fr", "asterisk-core-sounds-fr-wav"),
        ("fr", "asterisk-prompt-fr-armelle"),
        ("es", "asterisk-prompt-es-co"),
    ),
    Split.TEST: (
        ("it", "asterisk-core-sounds-it-wav"),
        ("ru", "asterisk-core-sounds-ru-wav"),
        ("it", "asterisk-prompt-it-menardi-wav"),
    ),
}
"""Recorded speakers of each split: language and Debian package, such as ``en`` and
``asterisk-core-sounds-en-wav``."""
MUSIC_PACKAGE = "asterisk-moh-opsound-wav"
"""Debian package of the recorded music."""
RECORDED_MUSIC = {Split.DEV: ("macroform",), Split.TEST: ("manolo", "reno")}
"""Beginnings of the names of each split's music files. One artist is for development, two others
are for the test."""

_MANDARIN = {
    Split.DEV: (
        "喂，你好，我想了解一下企业邮箱",
        "你好，我的账号登录不上去了，怎么办",
        "请帮我转人工客服，谢谢",
        "我昨天买的那个东西还没有收到，你帮我查一下",
        "不是，我说的是上个月的发票",
        "好的，我等一下再打过来",
        "电话号码是一三八零零一二三四五六",
    ),
    Split.TEST: (
        "你好，请问你们几点下班",
        "我要投诉，昨天的服务态度太差了",
        "麻烦你把地址再说一遍，我记一下",
        "对，就是那个红色的，型号我忘记了",
        "能不能便宜一点，我们公司要买五十个",
        "我们在上海，离你们公司很近",
        "密码忘了，短信也收不到，急用",
    ),
}
_FOREIGN = {
    Split.DEV: ("de", "Guten Tag, ich habe eine Frage zu meiner letzten Rechnung, bitte."),
    Split.TEST: ("pl", "Dzień dobry, dzwonię w sprawie mojego zamówienia z zeszłego tygodnia."),
}
_VARIANTS = {
    Split.DEV: (
        "f1 60 190|f2 45 205|f3 70 180|m1 40 200|m2 25 190|m3 50 215|m4 35 185|Annie 50 200|"
        "linda 55 190|adam 45 200|john 30 195|grandma 40 170|robert 50 210|shelby 60 200"
    ),
    Split.TEST: (
        "f4 50 195|f5 65 185|m5 45 200|m6 30 205|m7 40 190|m8 55 200|belinda 50 195|"
        "steph 60 200|victor 35 190|zac 45 210|travis 40 195|grandpa 30 175|Alicia 55 205"
    ),
}


def speakers(split: Split, *, recorded: bool = True) -> list[Speaker]:
    """Return all speakers of a split: the synthetic ones of espeak-ng and, with ``recorded``, the
    recorded ones of Debian's packages.

    Raise CorpusError if a package cannot be fetched.
    """
    found: list[Speaker] = []
    if recorded:
        for language, package in RECORDED[split]:
            parts = _cached(package, partial(_recorded, package))
            found.append(Speaker(package, language, parts))
    for line in _VARIANTS[split].split("|"):
        variant, pitch, pace = line.split()
        name = f"cmn+{variant}"
        make = partial(_synthetic, split, variant, int(pitch), int(pace))
        parts = _cached(name, make)
        found.append(Speaker(name, "cmn", parts))
    return found


def natural_speakers(split: Split) -> list[Speaker]:
    """Return the speakers with natural voices: none for DEV, because they are one person's voice.

    They are not among those of :func:`speakers`. The same seed thus makes the same windows as
    before they existed. Raise VoiceError if the natural voice is not installed.
    """
    if split is not Split.TEST:
        return []
    found = []
    for caller in NATURAL_CALLERS:
        name = f"natural-{caller.pitch}-{caller.pace}"
        found.append(Speaker(name, "cmn", _cached(name, partial(_natural, split, caller))))
    return found


def music_pieces(split: Split) -> list[Samples]:
    """Return the recorded pieces of music of a split, each as samples at 8 kHz. Raise CorpusError
    if they cannot be fetched."""
    files = debian.music_files(MUSIC_PACKAGE)
    return [
        debian.read_sound(path) for path in files if path.name.startswith(RECORDED_MUSIC[split])
    ]


def _recorded(package: str) -> Iterator[Samples]:
    """Yield the samples of each file with speech of a Debian package."""
    for path in debian.speech_files(package):
        yield debian.read_sound(path)


def _synthetic(split: Split, variant: str, pitch: int, pace: int) -> Iterator[Samples]:
    """Yield the sentences of the split, synthesised by espeak-ng in one voice at 8 kHz. The last
    sentence is in another language than Mandarin.

    ``pitch`` is espeak-ng's (0 to 99), ``pace`` is in words per minute.
    """
    language, foreign = _FOREIGN[split]
    said = [("cmn", text) for text in _MANDARIN[split]] + [(language, foreign)]
    for spoken, text in said:
        engine = Espeak(f"{spoken}+{variant}", words_per_minute=pace, pitch=pitch)
        samples, rate = engine.synthesise(text)
        resampled = soxr.resample(samples.astype(np.float64), rate, RATE)
        yield np.clip(resampled, -32768, 32767).astype(np.int16)


def _natural(split: Split, caller: NaturalCaller) -> Iterator[Samples]:
    """Yield the Mandarin sentences of the split, spoken by ``caller``, at 8 kHz."""
    for text in _MANDARIN[split]:
        samples, rate = caller.synthesise(text)
        resampled = soxr.resample(samples.astype(np.float64), rate, RATE)
        yield np.clip(resampled, -32768, 32767).astype(np.int16)


def _cached(name: str, build: Callable[[], Iterator[Samples]]) -> tuple[Samples, ...]:
    """Return the utterances that are cached under ``name``. If there are none, make them from the
    sounds that ``build`` yields, and cache them.

    espeak-ng never makes the same samples twice, so the same seed makes the same corpus only with
    the same cache.
    """
    path = debian.cache() / "speech" / f"{name}-{SOURCES_VERSION}.npz"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        parts = [part for sound in build() for part in _utterance(sound)]
        ends = np.cumsum([len(part) for part in parts])
        unfinished = path.with_name(f"{path.stem}.{os.getpid()}.part.npz")
        np.savez(unfinished, samples=np.concatenate(parts), ends=ends)
        unfinished.replace(path)
    with np.load(path) as stored:
        samples, ends = stored["samples"], stored["ends"]
    return tuple(np.split(samples, ends[:-1]))


def _utterance(sound: Samples) -> Iterator[Samples]:
    """Yield the sound trimmed to its speech and brought to NOMINAL_DBOV (-26). Yield nothing if it
    is then shorter than SHORTEST (0.6 s) or longer than LONGEST (9 s)."""
    level = active_speech_level(sound, RATE).level_dbov
    voiced = np.flatnonzero(frame_levels_dbov(sound) > level - 25.0)
    if not len(voiced):
        return
    part = sound[voiced[0] * FRAME : (voiced[-1] + 2) * FRAME]
    if SHORTEST <= len(part) / RATE <= LONGEST:
        factor = gain(NOMINAL_DBOV - active_speech_level(part, RATE).level_dbov)
        yield np.clip(part * factor, -32767, 32767).astype(np.int16)
