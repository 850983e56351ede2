"""Cut a run of Chinese characters into words.

The words decide which entry of a dictionary applies (会计 is no word in 不会计较) and where tone
sandhi begins. They are found by jieba, the common library for this, with its own dictionary.
"""

import re
import warnings
from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import cache

with warnings.catch_warnings():
    # jieba 0.42.1 is of 2020: it imports pkg_resources, which is deprecated, and has escape
    # sequences that a newer Python warns of.
    warnings.simplefilter("ignore")
    import jieba


class Cutter:
    """A tool that cuts text into words; it knows jieba's words and those given to it."""

    def __init__(self, more: Iterable[str] = ()) -> None:
        """Make a list of words, into which texts are cut: those of jieba and those in ``more``.

        ``more`` holds words such as those of ``pronunciation.toml``.
        """
        self._dictionary = _jieba_dictionary()
        self._tokenizer = jieba.Tokenizer()
        self._tokenizer.total = self._dictionary.total
        self._tokenizer.initialized = True  # it would otherwise read all of the dictionary
        for word in sorted(more, key=len):
            self._look_up(word)
            self._tokenizer.add_word(word)

    def words(self, run: str) -> list[str]:
        """Return the words of ``run`` in order; ``run`` must hold only Chinese characters.

        Joined, the words are ``run`` again.
        """
        self._look_up(run)
        return list(self._tokenizer.cut(run, HMM=False))

    def feet(self, words: Iterable[str]) -> Iterator[int]:
        """Yield the number of syllables of each foot of ``words``.

        Feet are the parts within which the tones change first (tone sandhi). A word of one or two
        characters is a foot. Of three characters, the two that are the more frequent word are a
        foot, and the third is another: 展览 in 展览馆 (exhibition hall), 老虎 in 纸老虎 (paper
        tiger). Of longer words, two characters at a time are cut off.
        """
        for word in words:
            left = len(word)
            while left > 3:
                yield 2
                left -= 2
            if left == 3:
                first, last = (self._times(pair) for pair in (word[-3:-1], word[-2:]))
                yield from (1, 2) if last > first else (2, 1)
            else:
                yield left

    def _times(self, word: str) -> int:
        """Return how often ``word`` occurs in the texts that jieba has counted; 0 if unknown."""
        self._look_up(word)
        times: int = self._tokenizer.FREQ.get(word, 0)
        return times

    def _look_up(self, run: str) -> None:
        """Give the tokenizer the entries of the dictionary that it needs for cutting ``run``.

        Behind a text that begins no word nothing is looked for: the dictionary and the words that
        were added have all beginnings of their words.
        """
        table: dict[str, int] = self._tokenizer.FREQ
        for start in range(len(run)):
            for end in range(start + 1, len(run) + 1):
                part = run[start:end]
                if part not in table:
                    times = self._dictionary.times(part)
                    if times is None:
                        break
                    table[part] = times


class Dictionary:
    """How often words occur in the texts that jieba has counted.

    jieba fills a table with all words and their beginnings, half a million, which takes a second.
    Here the words are looked up when they are needed, in the sorted lines of its file.
    """

    def __init__(self, content: bytes) -> None:
        """Take the content of a dictionary file.

        Its lines have a word, how often it occurs, and its part of speech, with a space between.
        """
        self._lines = sorted(filter(None, content.split(b"\n")))
        self.total = sum(map(int, re.findall(rb" (\d+) ", content)))
        """The sum of the numbers of all words."""

    def times(self, text: str) -> int | None:
        """Return how often the word ``text`` occurs.

        Return 0 if ``text`` is only the beginning of words, None if no word begins with it.
        """
        wanted = text.encode()
        at = bisect_left(self._lines, wanted)
        if at == len(self._lines) or not self._lines[at].startswith(wanted):
            return None
        # The line of the word itself comes first: a space is less than what goes on a word.
        word, times, *_ = self._lines[at].split(b" ")
        return int(times) if word == wanted else 0


@cache
def _jieba_dictionary() -> Dictionary:
    """Return jieba's own dictionary."""
    with jieba.Tokenizer().get_dict_file() as file:
        return Dictionary(file.read())


def occurrences(
    words: Sequence[str], known: Container[str], longest: int
) -> Iterator[tuple[int, int]]:
    """Yield where entries of ``known`` occur in a run of characters: start and end (exclusive).

    ``words`` are the words of the run. An entry occurs within one word or as several whole words,
    so 会计 (accountant) does not occur in 不会 计较 (will not mind). From left to right, the
    longest entry is taken; entries do not overlap. ``longest`` is the number of characters of the
    longest entry in ``known``.
    """
    run = "".join(words)
    inside = [index for index, word in enumerate(words) for _ in word]
    starts = {0, len(run)} | {at for at in range(1, len(run)) if inside[at] != inside[at - 1]}
    at = 0
    while at < len(run):
        for end in range(min(len(run), at + longest), at, -1):
            whole = inside[at] == inside[end - 1] or (at in starts and end in starts)
            if whole and run[at:end] in known:
                yield at, end
                at = end
                break
        else:
            at += 1
