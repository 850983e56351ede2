"""The entries of the spool and their encoding as lines. Pure.

A line is the CRC-32 of its JSON, a space, the JSON in ASCII, and a line feed. After the last line a
file has zeros, because it is allocated on the disk in advance; a line that was cut off by a crash
ends in zeros or has a wrong checksum.
"""

import json
from dataclasses import dataclass
from typing import Any
from zlib import crc32

SpoolEntry = dict[str, Any]
"""``entry`` is its kind: call, step, ticket, recording, recording_dropped or end. ``call`` and, in
steps and tickets, ``step`` are its key, by which an entry that is loaded twice is stored once."""


@dataclass(frozen=True, slots=True)
class SpoolLines:
    """The lines of a piece of the spool."""

    entries: list[SpoolEntry]
    end: int
    """Octets up to the end of the last complete line."""
    damaged: int
    """Number of complete lines with a wrong checksum."""


def encode_entry(entry: SpoolEntry) -> bytes:
    """Return the line of an entry."""
    told = json.dumps(entry, separators=(",", ":")).encode("ascii")
    return b"%08x %s\n" % (crc32(told), told)


def decode(octets: bytes) -> SpoolLines:
    """Return the entries of the complete lines; the rest has not been written yet."""
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
