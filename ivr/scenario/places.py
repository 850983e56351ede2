"""The line numbers of the scenarios in a file, and of their keys and steps.

Error messages need them, and tomllib does not give them. The text is already known to be valid
TOML. It is therefore enough to find its strings, comments, keys and brackets.
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
"""Pattern of a table header without its first bracket: ``[scenario]]`` or ``[scenario.steps]]``."""


@dataclass(slots=True)
class LineNumbers:
    """The line numbers of one scenario in its file, counted from 1."""

    scenario: int
    """Line of ``[[scenario]]`` in the file."""
    keys: dict[str, int] = field(default_factory=dict)
    """Line number of each key in the scenario: ``{"name": 12}``."""
    items: dict[str, list[int]] = field(default_factory=dict)
    """First line of each table in the scenario's lists: ``{"steps": [15, 18]}``."""

    def of(self, key: str = "", item: int | None = None) -> int:
        """Return the line number of ``key``; with ``item``, of table ``item`` in the list ``key``.

        ``item`` is an index, the first table is 0. If the scenario has no such table, return the
        line of ``key``; if it has no such key, the line of ``[[scenario]]``.
        """
        tables = self.items.get(key, [])
        if item is not None and item < len(tables):
            return tables[item]
        return self.keys.get(key, self.scenario)


def lines_of(text: str) -> list[LineNumbers]:
    """Return the line numbers of all scenarios in ``text``, the content of a scenario file.

    They are in the order of the file. ``text`` must be valid TOML.
    """
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
    """Yield a tuple for each key and mark in ``text``, which must be valid TOML.

    A mark is a bracket, a brace or the end of a line. The tuple is: line number, kind (``key`` or
    ``mark``), the token itself, and the index in ``text`` just after it. Strings and comments are
    skipped.
    """
    line = 1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind in ("key", "mark"):
            yield line, kind, match.group(), match.end()
        line += match.group().count("\n")
