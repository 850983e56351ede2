"""Rows for people and for programs. What a caller said is never taken for an instruction.

On a terminal, control characters are written as escapes; in CSV a cell that a spreadsheet would
take for a formula begins with an apostrophe (OWASP, CSV injection); JSON escapes by itself.
"""

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has one time, without summer time since 1991."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories: controls, bidirectional marks, halves of surrogates, line ends."""


def printable(text: str) -> str:
    r"""The text in one line, with ``\x1b`` for what would move the cursor or turn the text round.

    A backslash of the caller's own is left: what matters is that nothing is carried out.
    """
    return "".join(
        _escape(sign) if unicodedata.category(sign) in _UNPRINTABLE else sign for sign in text
    )


def _escape(sign: str) -> str:
    return sign.encode("unicode_escape").decode("ascii")


def local(moment: datetime | None) -> str:
    """``2026-11-25 10:30:00`` in China; empty for none."""
    return "" if moment is None else f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def cell(value: Any) -> str:
    """A value as a cell of CSV."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return local(value)
    text = printable(value) if isinstance(value, str) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) and isinstance(value, str) else text


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """A table with a head, CRLF line ends (RFC 4180)."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(row[column]) for column in columns])
    return written.getvalue()


def as_json(value: Any) -> str:
    """Readable JSON; moments as ISO 8601 in UTC."""
    return json.dumps(value, ensure_ascii=False, indent=1, default=_moment)


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    raise TypeError(f"{type(value).__name__} has no form in JSON")
