"""The line numbers of the scenarios in a file, and of their keys and steps.

They are needed for error messages, and tomllib does not tell them. The text is already known to be
valid TOML, so that it is enough to look for strings, comments, keys and brackets.
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
"""The rest of a table header after its first bracket."""


@dataclass(slots=True)
class LineNumbers:
    """The line numbers of one scenario, counted from 1."""

    scenario: int
    """Line of ``[[scenario]]``."""
    keys: dict[str, int] = field(default_factory=dict)
    """Line of each key."""
    items: dict[str, list[int]] = field(default_factory=dict)
    """First lines of the tables in each list, by the key of the list."""

    def of(self, key: str = "", item: int | None = None) -> int:
        """Return the line of a key, or of the table at index ``item`` of its list.

        Return the line of the scenario if the key is not there.
        """
        tables = self.items.get(key, [])
        if item is not None and item < len(tables):
            return tables[item]
        return self.keys.get(key, self.scenario)


def lines_of(text: str) -> list[LineNumbers]:
    """Return the line numbers of each ``[[scenario]]`` in ``text``, in order."""
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
    """Yield line, kind, text and end position of keys and marks outside strings and comments."""
    line = 1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind in ("key", "mark"):
            yield line, kind, match.group(), match.end()
        line += match.group().count("\n")
