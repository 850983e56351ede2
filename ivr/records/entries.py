"""The entries of the spool and their encoding as lines. Pure.

The spool is the files that hold the records of calls until the database has them. A line is the
CRC-32 of its JSON, a space, the JSON in ASCII, and a line feed. A file is allocated on the disk in
advance, so zeros follow its last line. A line that was cut off by a crash ends in zeros or has a
wrong checksum.
"""

import json
from dataclasses import dataclass
from typing import Any
from zlib import crc32

SpoolEntry = dict[str, Any]
"""One entry of the spool. Its value ``entry`` is its kind: call, step, ticket, recording,
recording_dropped or end. An entry is identified by its value ``call``; a step or ticket by ``call``
and ``step``. The database therefore stores an entry only once, even if it is loaded twice."""


@dataclass(frozen=True, slots=True)
class SpoolLines:
    """The entries that were decoded from a part of a file of the spool."""

    entries: list[SpoolEntry]
    end: int
    """Number of octets that were decoded: all up to the end of the last complete line."""
    damaged: int
    """Number of complete lines with a wrong checksum; their entries are left out."""


def encode_entry(entry: SpoolEntry) -> bytes:
    """Return ``entry`` as a line of a spool file: checksum, space, JSON, line feed."""
    told = json.dumps(entry, separators=(",", ":")).encode("ascii")
    return b"%08x %s\n" % (crc32(told), told)


def decode(octets: bytes) -> SpoolLines:
    """Return the entries of the complete lines in ``octets``, which were read from a spool file.

    Octets after the last complete line are not decoded: they are the beginning of a line that a
    crash cut off, or that was not read to its end. Lines with a wrong checksum are counted and left
    out.
    """
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
