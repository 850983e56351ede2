"""Audio made of speech and music: callers, babble, television, music on hold."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.random import Generator
from scipy import signal

from ivr.hearing.frames import FRAME, FRAME_SECONDS, RATE
from ivr.hearing.g711 import Samples
from ivr.hearing.level import active_speech_level, frame_levels_dbov
from ivr.lab.corpus import noises, sources, tones
from ivr.lab.corpus.rooms import heard_in, room
from ivr.lab.corpus.sources import Speaker, Split, Wave
from ivr.lab.corpus.telephone import at_level

VOICED_DB = 15.9
"""A frame counts as voiced if its level is less than this many decibels below the active speech
level. The value is the margin of ITU-T P.56."""


@dataclass(frozen=True, slots=True)
class Stock:
    """All speakers and recorded pieces of music of a split."""

    split: Split
    speakers: tuple[Speaker, ...]
    pieces: tuple[Samples, ...]

    @classmethod
    def of(cls, split: Split, *, recorded: bool = True) -> "Stock":
        """Return the speakers and the music of a split. Without ``recorded`` there are only
        synthetic speakers and no music.

        Raise CorpusError if recorded speech or music cannot be fetched.
        """
        return _stock(split, recorded)

    def natural(self) -> "Stock":
        """Return the stock with the natural voices of its split in place of its other speakers.

        Raise VoiceError if the natural voice is not installed.
        """
        return replace(self, speakers=_natural_speakers(self.split))


@lru_cache(maxsize=2)
def _natural_speakers(split: Split) -> tuple[Speaker, ...]:
    return tuple(sources.natural_speakers(split))


@lru_cache(maxsize=4)
def _stock(split: Split, recorded: bool) -> Stock:
    pieces = tuple(sources.music_pieces(split)) if recorded else ()
    return Stock(split, tuple(sources.speakers(split, recorded=recorded)), pieces)


def anybody(random: Generator, stock: Stock, *, other_than: Speaker | None = None) -> Speaker:
    """Choose a random speaker other than ``other_than``. With a probability of 0.65 it is a
    recorded one, if there is any. Otherwise it is one of espeak-ng's Mandarin voices."""
    others = [speaker for speaker in stock.speakers if speaker is not other_than]
    recorded = [speaker for speaker in others if speaker.language != "cmn"]
    made = [speaker for speaker in others if speaker.language == "cmn"]
    some = recorded if recorded and random.random() < 0.65 else made
    return some[random.integers(len(some))]


def speech(
    random: Generator, speaker: Speaker, seconds: float, pause: tuple[float, float] = (0.12, 0.45)
) -> Wave:
    """Return ``seconds`` of speech of one speaker, with random pauses between utterances. ``pause``
    is the least and the greatest length of such a pause in seconds.

    The result begins with voice. Half of the voices are made a little higher or lower, so that
    there are more voices than speakers.
    """
    factor = float(random.uniform(0.86, 1.12)) if random.random() < 0.5 else 1.0
    wanted, parts, length = round(seconds * RATE), list[Wave](), 0
    order = random.permutation(len(speaker.utterances))
    turn = 0
    while length < wanted:
        part = speaker.utterances[order[turn % len(order)]].astype(np.float64)
        turn += 1
        if factor != 1.0:
            grid = np.arange(0, len(part) - 1, factor)
            part = np.interp(grid, np.arange(len(part)), part)
        if length:
            parts.append(np.zeros(round(random.uniform(*pause) * RATE)))
        parts.append(part)
        length = sum(len(part) for part in parts)
    return np.concatenate(parts)[:wanted]


def voiced_span(dry: Wave) -> tuple[float, float]:
    """Return the begin of the first voiced frame and the end of the last one, in seconds from the
    start of ``dry``. Return begin and end of ``dry`` if no frame is voiced."""
    level = active_speech_level(dry, RATE).level_dbov
    loud = np.flatnonzero(
        frame_levels_dbov(np.clip(dry, -32768, 32767).astype(np.int16)) > level - VOICED_DB
    )
    if not len(loud):
        return 0.0, len(dry) / RATE
    return float(loud[0] * FRAME_SECONDS), float((loud[-1] + 1) * FRAME_SECONDS)


def placed(sound: Wave, at: float, count: int) -> Wave:
    """Return ``count`` samples of silence with ``sound`` in them, ``at`` seconds from the start.
    What does not fit at the end is cut off."""
    whole, start = np.zeros(count), round(at * RATE)
    part = sound[: max(0, count - start)]
    whole[start : start + len(part)] = part
    return whole


def babble(random: Generator, stock: Stock, count: int, other_than: Speaker | None = None) -> Wave:
    """Make ``count`` samples of babble: eight to fourteen people who talk at once. ``other_than``
    is not among them."""
    return _crowd(random, stock, count, int(random.integers(8, 15)), other_than)


def television(
    random: Generator, stock: Stock, count: int, other_than: Speaker | None = None
) -> Wave:
    """Make ``count`` samples of a television: one to three voices over music, from a loudspeaker in
    a room. ``other_than`` is not among the voices."""
    voices = at_level(_crowd(random, stock, count, int(random.integers(1, 4)), other_than), -24.0)
    under = at_level(music_stretch(random, stock, count), float(random.uniform(-34, -24)))
    sos = signal.butter(2, (180, 3600), "bandpass", fs=RATE, output="sos")
    where = room(random, stock.split, float(random.uniform(0.3, 0.6)), float(random.uniform(-6, 2)))
    return heard_in(np.asarray(signal.sosfilt(sos, voices + under), np.float64), where)


def music_stretch(random: Generator, stock: Stock, count: int) -> Wave:
    """Make ``count`` samples of music. With a probability of 0.65 it is recorded music, if there is
    any; otherwise it is synthetic."""
    made = not stock.pieces or random.random() < 0.35
    return tones.melody(random, count) if made else recorded_music(random, stock, count)


def recorded_music(random: Generator, stock: Stock, count: int) -> Wave:
    """Return ``count`` samples of recorded music, from a random place of a random piece. The place
    is at least 1 s from the beginning and the end. Up to 20 places are tried until one is above -60
    dBov for four fifths of the time."""
    piece = stock.pieces[random.integers(len(stock.pieces))]
    for _ in range(20):
        start = random.integers(RATE, len(piece) - count - RATE)
        part = piece[start : start + count].astype(np.float64)
        levels = frame_levels_dbov(piece[start : start + count // FRAME * FRAME])
        if np.percentile(levels, 20) > -60:
            break
    return part


def noise_stretch(
    random: Generator, stock: Stock, kind: str, count: int, other_than: Speaker | None = None
) -> Wave:
    """Make ``count`` samples of the noise ``kind``: ``babble``, ``tv`` or a name in STATIONARY
    (noises without voices). The speaker ``other_than`` is not in it."""
    if kind == "babble":
        return babble(random, stock, count, other_than)
    if kind == "tv":
        return television(random, stock, count, other_than)
    return noises.STATIONARY[kind](random, count)


def _crowd(
    random: Generator, stock: Stock, count: int, voices: int, other_than: Speaker | None
) -> Wave:
    """Make ``count`` samples of ``voices`` people who talk at once. Each has a level of -30 to -22
    dBov."""
    sound = np.zeros(count)
    for _ in range(voices):
        one = speech(random, anybody(random, stock, other_than=other_than), count / RATE + 1.5)
        start = random.integers(0, len(one) - count + 1)
        sound += at_level(one[start : start + count], -26.0 + float(random.uniform(-4, 4)))
    return sound


def quiet_kinds() -> tuple[str, ...]:
    """Return the kinds of noise that also occur in a quiet room, such as ``fan``."""
    return ("white", "pink", "brown", "fan", "hum", "car")
