"""How well the passages of a session fit the lines of its script: by their words and lengths.

Words are compared as toneless syllables, because a recogniser confuses characters and tones far
more often. All scores are logarithms of likelihood ratios: how much more probable a sound is if the
line was read than if it is any sound.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import log, pi

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from ivr.understanding.syllables import fold, syllables_of
from ivr.voice.duration import plausible, syllables
from ivr.voice.standard import SLOWER
from ivr.voice.studio.matching import Reading, Scores

_PAUSE = re.compile(r"[，。！？：；、](?=.)")
_SYLLABLE_SECONDS, _PAUSE_SECONDS = 0.22, 0.3
"""Usual length of a syllable and of the pause at a punctuation mark, in seconds. Both are scaled to
the speaker's own pace."""
_SPREAD, _SPREAD_SECONDS = 0.15, 0.1
"""Standard deviation of the length of a line from the speaker's usual length: the root of the sum
of the squares of 15 % of that length and 0.1 s."""
_ODD = log(0.03)
"""Logarithm of the share of lines (3 %) whose length says nothing, because the speaker hesitates or
hurries."""
_ANY_LENGTH = -log(log(200))
"""Density of the logarithm of any sound's length: from 0.1 to 20 s, all are equally probable."""
_KINDS_OF_SYLLABLES = 40.0
"""Number of different syllables that a recogniser would hear in any sound, all equally probable."""
_MOST_JOINED = 6
_LONGEST_PAUSE = 1.6
"""Longest pause within a line, in seconds. A longer one is a pause between two lines."""
_USUAL_PAUSE, _JOIN, _JOIN_PER_SECOND = 0.7, -2.0, -12.0
"""A pause within a line has the score -2, and -12 more for each second above 0.7 s. The script asks
for less than half a second."""
_STRAY, _NOISE = log(0.03), log(0.3)
"""Logarithms of the share of passages that belong to no line: of those with words, and of those
that may be a noise (a cough, a chair)."""
_NOISE_SECONDS = 0.35
"""A passage shorter than this, with at most one syllable heard, may be a noise."""
_UNDERSTOOD = 0.4
"""The recogniser understands the speaker if half of the passages differ from the nearest line in at
most this share of the syllables, or half of the lines from the nearest passage. The session may
have a part of the script, and the script may have a part of the session."""
_LEAST_ERROR, _MOST_ERROR = 0.05, 0.35
"""Limits of the share of errors that the scores assume, whatever the estimate is."""
_ALIKE = 0.5
"""Least similarity (0 to 1) of a reading from which the recogniser's errors are estimated. Readings
with less are taken for readings of other lines."""
_CLEAR, _CLEAR_LINE = 3, 5
"""Least number of syllables of a passage, and of a line, for estimating the recogniser's errors.
Shorter ones resemble some line or passage by chance."""

_Sounds = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WantedLine:
    """A line of the script, as it is expected to sound."""

    sounds: tuple[str, ...]
    """Its syllables: toneless pinyin."""
    least: float
    """Fewest seconds that the line takes; a shorter sound is not the line."""
    most: float
    """Most seconds that the line takes."""
    usual: float
    """Seconds that a speaker of usual pace takes."""

    @classmethod
    def of(cls, words: str, *, slow: bool = False) -> "WantedLine":
        """Return the expected sound of the line ``words``, in which digits are spelt out already.

        ``slow`` says that the line is read slowly.
        """
        least, most = plausible(words, slow=slow)
        usual = _SYLLABLE_SECONDS * syllables(words)
        usual += _PAUSE_SECONDS * len(_PAUSE.findall(words))
        usual = max(usual, _SYLLABLE_SECONDS) / (SLOWER if slow else 1.0)
        return cls(syllables_of(words).sounds, least, most, usual)


@dataclass(frozen=True, slots=True)
class HeardPassage:
    """A stretch of sound between two silences of a session, with the words that were recognised.

    ``start`` and ``end`` are seconds in the recording.
    """

    start: float
    end: float
    words: str
    """The recognised words; empty if there are none."""
    sounds: tuple[str, ...]
    """The syllables of ``words``: toneless pinyin."""
    overdriven: bool = False
    """True if the loudest samples are cut off at full scale (clipping)."""


class SessionEvidence:
    """Scores for how well the passages of one recording fit the lines of its script.

    :func:`ivr.voice.studio.matching.match` finds the lines with them.
    """

    most_joined = _MOST_JOINED

    def __init__(self, lines: Sequence[WantedLine], heard: Sequence[HeardPassage]) -> None:
        """Compare the words of all ``lines`` of the script with those of all passages ``heard``.

        1,500 lines with 1,500 passages take less than a second.
        """
        self._heard = heard
        self._sizes = np.array([len(line.sounds) for line in lines])
        self._bounds = np.array([(line.least, line.most) for line in lines]).reshape(-1, 2)
        self._usual = np.array([line.usual for line in lines])
        self._groups = [self._joined(count) for count in range(1, _MOST_JOINED + 1)]
        wanted = [line.sounds for line in lines]
        self._edits = [_edits(groups, wanted) for groups in self._groups]
        self.pace = 1.0
        """Time that the speaker takes for a line, as a share of the usual time: 1.2 is slow."""
        self.error = self._nearest()
        """Share of the syllables that the recogniser gets wrong, from 0 to 1."""
        self.understood = self.error <= _UNDERSTOOD
        """True if the recogniser understands the speaker. If it is False, only lengths are
        compared."""

    @property
    def lines(self) -> int:
        """Number of lines in the script."""
        return len(self._sizes)

    @property
    def stray(self) -> Scores:
        """One score for each passage: that it belongs to no line."""
        return np.array([_NOISE if is_noise(one) else _STRAY for one in self._heard])

    def read(self, first: int, count: int) -> Scores:
        """Return one score for each line: that it was read as the given passages.

        They are ``count`` passages from the index ``first`` on. The score is minus infinity if that
        is impossible.
        """
        if self._groups[count - 1][first] is None:
            return np.full(self.lines, -np.inf)
        return self._join(first, count) + self._length(first, count) + self._words(first, count)

    def similarity(self, reading: Reading) -> float | None:
        """Return the share of the syllables of a line that were heard in its passages, from 0 to 1.

        Return None if no words were heard, or if the recogniser does not understand the speaker.
        """
        heard = self._groups[reading.count - 1][reading.first]
        if not heard or not self.understood:
            return None
        edits = float(self._edits[reading.count - 1][reading.first, reading.line])
        return 1.0 - edits / max(len(heard), int(self._sizes[reading.line]), 1)

    def learn(self, readings: Sequence[Reading]) -> None:
        """Estimate the speaker's pace and the recogniser's errors from ``readings``.

        ``readings`` are the lines that were found with the present estimates. The results are
        stored in ``pace`` and ``error``. Without suitable readings an estimate stays as it was.
        """
        ratios = [self._seconds(one.first, one.count) / self._usual[one.line] for one in readings]
        if ratios:
            self.pace = float(np.median(ratios))
        alike = [one for one in map(self.similarity, readings) if one and one >= _ALIKE]
        if alike:
            self.error = 1.0 - float(np.mean(alike))

    def _joined(self, count: int) -> list[_Sounds | None]:
        """Return the syllables of every ``count`` passages in a row.

        Element i belongs to the passages from index i on. It is None if a pause between two of them
        is longer than _LONGEST_PAUSE (1.6 s).
        """
        groups: list[_Sounds | None] = []
        for first in range(len(self._heard) - count + 1):
            if max(self._pauses(first, count), default=0.0) > _LONGEST_PAUSE:
                groups.append(None)
            else:
                together = self._heard[first : first + count]
                groups.append(tuple(sound for one in together for sound in one.sounds))
        return groups

    def _nearest(self) -> float:
        """Return an estimate of the recogniser's errors, as a share of syllables from 0 to 1.

        Each passage is compared with the line that it resembles most, alone or together with its
        neighbours, and each line with the passage that it resembles most. The result is the median
        of the shares of wrong syllables, of passages or of lines, whichever is smaller.
        """
        by_passage, by_line = np.ones(len(self._heard)), np.ones(self.lines)
        for count, (groups, edits) in enumerate(zip(self._groups, self._edits, strict=True), 1):
            for first, group in enumerate(groups):
                if group and len(group) >= _CLEAR:
                    shares = edits[first] / np.maximum(self._sizes, len(group))
                    np.minimum(by_line, shares, out=by_line)
                    together = by_passage[first : first + count]
                    np.minimum(together, shares.min(initial=1.0), out=together)
        clear = np.array([len(one.sounds) for one in self._heard]) >= _CLEAR
        nearest = (by_passage[clear], by_line[self._sizes >= _CLEAR_LINE])
        return min(float(np.median(shares)) if len(shares) else 1.0 for shares in nearest)

    def _seconds(self, first: int, count: int) -> float:
        return self._heard[first + count - 1].end - self._heard[first].start

    def _pauses(self, first: int, count: int) -> list[float]:
        """Return the lengths of the pauses within ``count`` passages from the index ``first`` on.

        The lengths are in seconds; their number is ``count - 1``.
        """
        places = range(first + 1, first + count)
        return [self._heard[at].start - self._heard[at - 1].end for at in places]

    def _join(self, first: int, count: int) -> float:
        pauses = self._pauses(first, count)
        return sum(_JOIN + _JOIN_PER_SECOND * max(0.0, one - _USUAL_PAUSE) for one in pauses)

    def _length(self, first: int, count: int) -> Scores:
        """Return one score for each line: how well its usual length fits that of the passages.

        They are ``count`` passages from the index ``first`` on. The score is minus infinity if the
        line cannot take so long or so short a time.
        """
        seconds = self._seconds(first, count)
        usual = self.pace * self._usual
        spread = np.hypot(_SPREAD, _SPREAD_SECONDS / usual)
        away = np.log(max(seconds, 1e-3) / usual) / spread
        normal = -0.5 * away**2 - np.log(spread) - 0.5 * log(2 * pi)
        score: Scores = np.logaddexp(normal - _ANY_LENGTH, _ODD)
        score[(seconds < self._bounds[:, 0]) | (seconds > self._bounds[:, 1])] = -np.inf
        return score

    def _words(self, first: int, count: int) -> Scores:
        """Return one score for each line: how well its syllables fit those of the passages.

        They are ``count`` passages from the index ``first`` on. All scores are 0 if no words were
        heard or if the recogniser does not understand the speaker.
        """
        heard = self._groups[count - 1][first]
        if not heard or not self.understood:
            return np.zeros(self.lines)
        error = min(max(self.error, _LEAST_ERROR), _MOST_ERROR)
        edits = self._edits[count - 1][first].astype(np.float64)
        right = np.maximum(self._sizes, len(heard)) - edits
        score: Scores = right * log((1 - error) * _KINDS_OF_SYLLABLES) + edits * log(error)
        return score


def is_noise(passage: HeardPassage) -> bool:
    """Return True if a passage may be a noise such as a cough, and False if it is speech.

    It may be a noise if it is shorter than 0.35 s and has at most one syllable.
    """
    return passage.end - passage.start < _NOISE_SECONDS and len(passage.sounds) <= 1


def _edits(groups: Sequence[_Sounds | None], lines: Sequence[_Sounds]) -> NDArray[np.float16]:
    """Return the edit distance between each group of syllables and each line.

    The shape is (groups, lines). The distance is the number of syllables to replace, remove or add.
    A syllable that is often confused with the right one counts as half an edit. A group that is
    None counts as one without syllables.
    """
    heard = [group or () for group in groups]

    def distance(*lists: Sequence[_Sounds]) -> NDArray[np.float16]:
        edits: NDArray[np.float16] = cdist(*lists, scorer=Levenshtein.distance, dtype=np.uint16)
        return edits.reshape(len(heard), len(lines)).astype(np.float16)

    return (distance(heard, lines) + distance(_folded(heard), _folded(lines))) / np.float16(2)


def _folded(lists: Sequence[_Sounds]) -> list[_Sounds]:
    """Return ``lists`` with each syllable replaced by one that stands for all that sound like it.

    Syllables that recognisers often confuse thus become equal.
    """
    return [tuple(map(fold, sounds)) for sounds in lists]
