"""The files of recordings: two that Asterisk writes during a call, and one that is kept.

Asterisk writes each side into ``incoming``, as 16-bit WAV of 8 kHz. The file that is kept has both,
the caller on the left and the hotline on the right, in a directory for each day of China.
"""

import hashlib
import os
import wave
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples
from ivr.records.output import SHANGHAI
from ivr.records.spool import sync_directory
from ivr.translation import marked

INCOMING = "incoming"
"""Name of the directory, below recording.directory, that Asterisk writes to."""
SIDES = ("caller", "hotline")
"""Endings of the two files of a recording, which are the left and the right channel."""
_HEAD = 44
"""Octets of the WAV header, in the files that Asterisk writes and in ours."""
_BLOCK = 20 * RATE
"""Samples of a side that are joined at once (20 s): a long recording must not delay calls."""


class RecordingError(Exception):
    """A recording has no sound; the message says why, in a few words."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The measures of a file that is complete."""

    octets: int
    seconds: float
    sha256: str


def name_of(uniqueid: str, call: str, started: datetime) -> str:
    """Return ``2026-11-26/ivr-1795369695.1-0f3a52c1.wav``: day in China, channel, call."""
    return f"{started.astimezone(SHANGHAI):%Y-%m-%d}/{uniqueid}-{call[:8]}.wav"


def stem_in(directory: str, name: str) -> str:
    """Return the path of a recording that Asterisk writes, without ``-SIDE.wav``."""
    return f"{directory}/{INCOMING}/{Path(name).stem}"


def legs_of(directory: Path, name: str) -> list[Path]:
    """Return the two files that Asterisk writes, the caller's first."""
    stem = stem_in(str(directory), name)
    return [Path(f"{stem}-{side}.wav") for side in SIDES]


def is_closed(leg: Path) -> bool:
    """Return whether Asterisk has closed a file: only then the header has the sound's length.

    Raise OSError if there is no such file.
    """
    with leg.open("rb") as file:
        head = file.read(_HEAD)
        octets = os.fstat(file.fileno()).st_size - _HEAD
    return octets >= 0 and 0 <= octets - int.from_bytes(head[40:44], "little") <= 1


def join(directory: Path, name: str) -> Kept:
    """Join the two sides to the file that is kept, and sync it to the disk.

    A side that is shorter ends in silence. The files of the sides stay. Raise RecordingError if
    neither has sound, and OSError if the disk fails.
    """
    kept = directory / name
    sides = [_samples(leg) for leg in legs_of(directory, name)]
    if not any(map(len, sides)):
        raise RecordingError(marked("Asterisk has written no sound"))
    kept.parent.mkdir(mode=0o750, exist_ok=True)
    part = kept.with_suffix(".part")
    with part.open("wb") as file:
        with wave.open(file) as out:
            out.setnchannels(len(sides))
            out.setsampwidth(2)
            out.setframerate(RATE)
            for start in range(0, max(map(len, sides)), _BLOCK):
                out.writeframes(_block(sides, start))
        file.flush()
        os.fsync(file.fileno())
    part.replace(kept)
    sync_directory(kept.parent)
    return kept_file(kept)


def kept_file(path: Path) -> Kept:
    """Return the measures of a file that is kept. Raise OSError if it cannot be read."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        octets = os.fstat(file.fileno()).st_size
    return Kept(octets, (octets - _HEAD) / (2 * len(SIDES) * RATE), sha256)


def remove_legs(directory: Path, name: str) -> None:
    """Remove the files that Asterisk has written. Raise OSError if one cannot be removed."""
    for leg in legs_of(directory, name):
        leg.unlink(missing_ok=True)


def remove_refused(directory: Path, name: str) -> None:
    """Remove all files that Asterisk writes of this recording's channel.

    A service that has died may have begun to record the same channel under another name. Raise
    OSError if a file cannot be removed.
    """
    channel = Path(name).stem.rpartition("-")[0]
    for side in SIDES:
        for leg in (directory / INCOMING).glob(f"{channel}-*-{side}.wav"):
            leg.unlink(missing_ok=True)


def remove(directory: Path, name: str) -> None:
    """Remove all files of a recording, and its day's directory if that is empty then.

    Raise OSError if a file cannot be removed.
    """
    remove_legs(directory, name)
    kept = directory / name
    kept.unlink(missing_ok=True)
    with suppress(OSError):  # the day has other recordings
        kept.parent.rmdir()


def _samples(leg: Path) -> Samples:
    """Return the samples of a side, mapped from its file; none if there is no such file."""
    length = (leg.stat().st_size - _HEAD) // 2 if leg.exists() else 0
    if length <= 0:
        return np.zeros(0, np.int16)
    return np.memmap(leg, "<i2", "r", _HEAD, (length,))


def _block(sides: Sequence[Samples], start: int) -> bytes:
    """Return up to _BLOCK frames of both sides from ``start`` on, interleaved."""
    pieces = [side[start : start + _BLOCK] for side in sides]
    both = np.zeros((max(map(len, pieces)), len(pieces)), "<i2")
    for column, piece in enumerate(pieces):
        both[: len(piece), column] = piece
    return both.tobytes()
