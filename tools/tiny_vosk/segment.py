"""Cut text into the words of a vocabulary; nothing here has a side effect."""

import re
from collections.abc import Collection

_WRITING = re.compile(r"[0-9A-Za-z㐀-鿿]+")
"""Pattern of the characters that are spoken; everything else is punctuation."""


def clauses(text: str) -> list[str]:
    """Return the parts of ``text`` between punctuation."""
    return _WRITING.findall(text)


def segment(text: str, words: Collection[str]) -> list[str]:
    """Return ``text`` cut into as few of ``words`` as possible.

    A character that belongs to no word is a part by itself and counts as two words, so that known
    words are preferred. Between two results of the same size the one with the longer first word
    wins. Punctuation is left out, and no word reaches across it.
    """
    longest = max(map(len, words), default=1)
    return [word for clause in clauses(text) for word in _cut(clause, words, longest)]


def _cut(clause: str, words: Collection[str], longest: int) -> list[str]:
    cost = [0] * (len(clause) + 1)
    length = [1] * (len(clause) + 1)
    for start in reversed(range(len(clause))):
        cost[start] = cost[start + 1] + (1 if clause[start] in words else 2)
        for size in range(2, min(longest, len(clause) - start) + 1):
            if clause[start : start + size] in words and cost[start + size] + 1 <= cost[start]:
                cost[start], length[start] = cost[start + size] + 1, size
    pieces, start = [], 0
    while start < len(clause):
        pieces.append(clause[start : start + length[start]])
        start += length[start]
    return pieces
