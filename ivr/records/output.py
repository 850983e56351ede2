"""Writes rows of the database as text, CSV and JSON, so that callers' words do no harm.

In text for a terminal, control characters are written as escapes. In CSV, a cell that a spreadsheet
would take for a formula begins with an apostrophe (OWASP, CSV injection). JSON has escapes of its
own.
"""

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The time zone of China: UTC+8 in the whole country, without summer time since 1991."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""Characters with which a formula begins in spreadsheets. A CSV cell whose text begins with one of
them gets an apostrophe before it."""
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories whose characters are written as escapes: controls, bidirectional marks,
surrogates, line ends."""


def printable(text: str) -> str:
    r"""Return the text in one line, with escapes such as ``\x1b`` for control characters.

    A backslash in the text stays as it is, so a result may come from two different texts.
    """
    return "".join(
        _escape(sign) if unicodedata.category(sign) in _UNPRINTABLE else sign for sign in text
    )


def _escape(sign: str) -> str:
    return sign.encode("unicode_escape").decode("ascii")


def local(moment: datetime | None) -> str:
    """Return a moment in the time of China as ``2026-11-25 10:30:00``, or ``""`` for None."""
    return "" if moment is None else f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def cell(value: Any) -> str:
    """Return a value of the database as the text of a CSV cell.

    None becomes ``""``, and a moment is given in the time of China. Text that a spreadsheet would
    take for a formula gets an apostrophe before it.
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        return local(value)
    text = printable(value) if isinstance(value, str) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) and isinstance(value, str) else text


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Return ``rows`` as CSV with a header and CRLF line ends (RFC 4180).

    Each row is a dictionary by column name; only its values for ``columns`` are written, in that
    order, as :func:`cell` returns them.
    """
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(row[column]) for column in columns])
    return written.getvalue()


def as_json(value: Any) -> str:
    """Return ``value`` as indented JSON, with moments as ISO 8601 text in UTC.

    Raise TypeError if JSON has no form for a value.
    """
    return json.dumps(value, ensure_ascii=False, indent=1, default=_moment)


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
