"""In which lines of a scenario file its scenarios and their steps stand.

tomllib tells what a file says and not where; whoever makes a mistake wants to know the line. The
text is known to be valid TOML here, so that strings, comments and brackets are all there is to see.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"""
    (?P<long>\"{3}(?:\\.|[^\\])*?\"{3}|'{3}.*?'{3})
    |(?P<string>"(?:\\.|[^"\\\n])*"|'[^'\n]*')
    |(?P<comment>\#[^\n]*)
    |(?P<key>[A-Za-z_]+(?=[ \t]*=))
    |(?P<mark>[][{}\n])
    """,
    re.VERBOSE | re.DOTALL,
)
_HEADER = re.compile(r"\[\s*scenario\s*(?:\.\s*(\w+)\s*)?\]\]")
"""After the first bracket."""


@dataclass(slots=True)
class LineNumbers:
    """Of one scenario: numbers count from 1."""

    scenario: int
    keys: dict[str, int] = field(default_factory=dict)
    """Where each of its keys stands."""
    items: dict[str, list[int]] = field(default_factory=dict)
    """Where the tables in its lists begin, by the key of the list."""

    def of(self, key: str = "", item: int | None = None) -> int:
        """The line of a key, or of the table at place ``item`` of its list."""
        tables = self.items.get(key, [])
        if item is not None and item < len(tables):
            return tables[item]
        return self.keys.get(key, self.scenario)


def lines_of(text: str) -> list[LineNumbers]:
    """The lines of each ``[[scenario]]`` in ``text``, in order."""
    found: list[LineNumbers] = []
    key, depth = "", 0
    for line, kind, token, rest in _tokens(text):
        if token == "[" and depth == 0 and not key:
            header = _HEADER.match(text, rest)
            if header is not None and header[1] is None:
                found.append(LineNumbers(line))
            elif header is not None and found:  # [[scenario.steps]]
                found[-1].items.setdefault(header[1], []).append(line)
            depth += 1
        elif token in "[{":
            if token == "{" and depth == 1 and found:
                found[-1].items.setdefault(key, []).append(line)
            depth += 1
        elif token in "]}":
            depth -= 1
        elif kind == "key" and depth == 0:
            key = token
            if found:
                found[-1].keys[key] = line
        elif token == "\n" and depth == 0:
            key = ""
    return found


def _tokens(text: str) -> Iterator[tuple[int, str, str, int]]:
    """Line, kind and text of what matters, and where it ends; without strings and comments."""
    line = 1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind in ("key", "mark"):
            yield line, kind, match.group(), match.end()
        line += match.group().count("\n")
