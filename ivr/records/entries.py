"""What is written down of a call, as lines of the spool. Pure.

A line is the CRC-32 of its JSON, a space, the JSON in ASCII, and a line feed. After the last one a
file has zeros, because its place on the disk is taken beforehand; a line that was cut off by a
crash ends in them, or has the wrong sum.
"""

import json
from dataclasses import dataclass
from typing import Any
from zlib import crc32

SpoolEntry = dict[str, Any]
"""``entry`` says which kind it is (call, step, ticket, end), ``call`` and mostly ``step`` which one
it is for ever: what is loaded twice is stored once."""


@dataclass(frozen=True, slots=True)
class SpoolLines:
    """What a piece of a spool holds."""

    entries: list[SpoolEntry]
    end: int
    """Octets up to and with the last whole line."""
    damaged: int
    """Whole lines that are not what was written."""


def encode_entry(entry: SpoolEntry) -> bytes:
    """The line of an entry."""
    told = json.dumps(entry, separators=(",", ":")).encode("ascii")
    return b"%08x %s\n" % (crc32(told), told)


def decode(octets: bytes) -> SpoolLines:
    """The entries of whole lines; what follows the last of them has not been written yet."""
    octets = octets.partition(b"\0")[0]
    end = octets.rfind(b"\n") + 1
    entries, damaged = [], 0
    for line in octets[:end].splitlines():
        entry = _entry(line)
        if entry is None:
            damaged += 1
        else:
            entries.append(entry)
    return SpoolLines(entries, end, damaged)


def _entry(line: bytes) -> SpoolEntry | None:
    told = line[9:]
    if line[:9] != b"%08x " % crc32(told):
        return None
    entry: SpoolEntry = json.loads(told)
    return entry
