"""People who speak: recordings from Debian's packages, and synthetic voices.

The recordings are the announcements of Asterisk, spoken by one professional per language, with the
licences of their packages. Development and test share neither a speaker nor a language.
"""

import os
import subprocess
import tempfile
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ivr.hearing.frames import RATE
from ivr.lab.voices import PHRASES
from ivr.voice.espeak import Espeak
from ivr.voice.mastering import master

Sound = NDArray[np.float64]
"""Samples at 8 kHz on the scale of 16 bits."""

PACKAGE = "asterisk-core-sounds-{}-wav"
LANGUAGES = {"dev": ("en", "es"), "test": ("fr", "it", "ru")}
VOICES = {
    "dev": [("cmn+f2", 190, 60), ("cmn+m3", 200, 35), ("cmn+f5", 175, 55)],
    "test": [("cmn+m1", 205, 45), ("cmn+f4", 180, 70), ("cmn+m7", 190, 40)],
}
LONGER = (
    "我们公司有三十个人，想问一下企业QQ多少钱，怎么办理",
    "上个月买的号码现在登录不了，你们给我看一下是怎么回事",
    "我的电话是一三八，零三七一，六六三八，请尽快给我回电话",
)
SHORTEST = 0.5
"""Seconds: announcements of single syllables are left out."""


class CorpusError(Exception):
    """The corpus cannot be built; the message says why and what to do."""


def sentence(rng: np.random.Generator, split: str) -> Sound:
    """Something that somebody says, without silence around it."""
    if rng.random() < 0.25:
        voices, texts = VOICES[split], (*PHRASES, *LONGER)
        return _synthetic(*voices[rng.integers(len(voices))], texts[rng.integers(len(texts))])
    language = LANGUAGES[split][rng.integers(len(LANGUAGES[split]))]
    files = recordings(language)
    while True:
        sound = _recording(files[rng.integers(len(files))])
        if len(sound) > SHORTEST * RATE:
            return sound


def talk(rng: np.random.Generator, split: str, seconds: float) -> Sound:
    """One speaker's sentences with pauses of 0.15 to 0.6 s; begins with voice."""
    parts: list[Sound] = []
    while sum(map(len, parts)) < seconds * RATE:
        parts += [sentence(rng, split), np.zeros(round(rng.uniform(0.15, 0.6) * RATE))]
    return np.concatenate(parts)[: round(seconds * RATE)]


def fetch(split: str) -> None:
    """Have the recordings of a split at hand; raises :class:`CorpusError` where that fails."""
    for language in LANGUAGES[split]:
        recordings(language)


@cache
def recordings(language: str) -> list[Path]:
    """The announcements in a language, fetched once into the cache directory.

    Raises :class:`CorpusError` where no Debian package can be fetched.
    """
    base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    home = base / "ivr" / "sounds" / language
    if not home.exists():
        _fetch(PACKAGE.format(language), home)
    found = sorted(home.rglob("*.wav"))
    return [path for path in found if not {"silence", "beep"} & {*path.parts, path.stem}]


def _fetch(package: str, home: Path) -> None:
    with tempfile.TemporaryDirectory() as directory:
        try:
            subprocess.run(
                ["apt-get", "download", "-q", package],
                cwd=directory,
                check=True,
                capture_output=True,
            )
            (archive,) = Path(directory).glob("*.deb")
            home.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["dpkg", "-x", archive, home], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise CorpusError(
                f"cannot fetch the Debian package {package}: {error}; on another system unpack"
                f" its wav files into {home}"
            ) from None


@lru_cache(maxsize=4096)
def _recording(path: Path) -> Sound:
    import soundfile  # here, because it is among the tools

    samples, rate = soundfile.read(path, dtype="float64")
    if rate != RATE:
        raise CorpusError(f"{path} has {rate} samples per second instead of {RATE}")
    return _trimmed(samples * 32768.0)


@lru_cache(maxsize=256)
def _synthetic(voice: str, speed: int, pitch: int, text: str) -> Sound:
    spoken = master(*Espeak(voice, words_per_minute=speed, pitch=pitch).synthesise(text))
    return _trimmed(np.asarray(spoken, np.float64))


def _trimmed(sound: Sound) -> Sound:
    """Without the silence at its ends: 40 dB under its loudest 20 ms."""
    frames = sound[: len(sound) // 160 * 160].reshape(-1, 160)
    power = np.mean(frames**2, axis=1)
    loud = np.flatnonzero(power > np.max(power, initial=0.0) * 1e-4)
    return sound[loud[0] * 160 : (loud[-1] + 1) * 160] if len(loud) else sound[:0]
