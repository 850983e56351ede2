"""The files of recordings: what Asterisk writes during a call, and the one that is kept.

Asterisk writes each side into ``incoming``, as 16-bit WAV of 8 kHz. What is kept has both, the
caller on the left and the hotline on the right, in a directory for each day of China.
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

INCOMING = "incoming"
SIDES = ("caller", "hotline")
_HEAD = 44
"""Octets before the sound, in the files that Asterisk writes and in ours."""
_BLOCK = 2 * 10 * RATE
"""Ten seconds at a time: a long call must not hold up those that are being served."""


class RecordingError(Exception):
    """There is nothing to keep; why, in a few words."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a file that is complete."""

    octets: int
    seconds: float
    sha256: str


def name_of(uniqueid: str, call: str, started: datetime) -> str:
    """``2026-11-26/ivr-1795369695.1-0f3a52c1.wav``: the day in China, the channel, the call."""
    return f"{started.astimezone(SHANGHAI):%Y-%m-%d}/{uniqueid}-{call[:8]}.wav"


def stem_in(directory: str, name: str) -> str:
    """Where Asterisk writes a recording while it lasts, without the sides and their endings."""
    return f"{directory}/{INCOMING}/{Path(name).stem}"


def legs_of(directory: Path, name: str) -> list[Path]:
    """The two files that Asterisk writes, the caller's first."""
    stem = stem_in(str(directory), name)
    return [Path(f"{stem}-{side}.wav") for side in SIDES]


def is_closed(leg: Path) -> bool:
    """Whether Asterisk has finished a file: only then its head says how long the sound is.

    OSError when there is none.
    """
    with leg.open("rb") as file:
        head = file.read(_HEAD)
        octets = os.fstat(file.fileno()).st_size - _HEAD
    return octets >= 0 and 0 <= octets - int.from_bytes(head[40:44], "little") <= 1


def join(directory: Path, name: str) -> Kept:
    """Make of the two sides the file that is kept, on the disk when this returns.

    A side that is shorter ends in silence. RecordingError when there is no sound in them,
    OSError when the disk does not do what it should; the sides are left as they are.
    """
    kept = directory / name
    sides = [_samples(leg) for leg in legs_of(directory, name)]
    if not any(map(len, sides)):
        raise RecordingError("Asterisk has written nothing")
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
    """The measures of a file that is kept already; OSError when it is not there."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        octets = os.fstat(file.fileno()).st_size
    return Kept(octets, (octets - _HEAD) / (2 * len(SIDES) * RATE), sha256)


def remove_legs(directory: Path, name: str) -> None:
    """What Asterisk has written is not needed any more. OSError when it cannot be removed."""
    for leg in legs_of(directory, name):
        leg.unlink(missing_ok=True)


def remove_refused(directory: Path, name: str) -> None:
    """Everything that is being written of a channel goes: a service that has died may have begun to
    record it as well. OSError when it cannot be removed."""
    channel = Path(name).stem.rpartition("-")[0]
    for side in SIDES:
        for leg in (directory / INCOMING).glob(f"{channel}-*-{side}.wav"):
            leg.unlink(missing_ok=True)


def remove(directory: Path, name: str) -> None:
    """Everything of a recording goes, and its day with the last one. OSError when it does not."""
    remove_legs(directory, name)
    kept = directory / name
    kept.unlink(missing_ok=True)
    with suppress(OSError):  # others are left of that day
        kept.parent.rmdir()


def _samples(leg: Path) -> Samples:
    """The sound of a side, read when it is looked at; none when there is no such file."""
    length = (leg.stat().st_size - _HEAD) // 2 if leg.exists() else 0
    if length <= 0:
        return np.zeros(0, np.int16)
    return np.memmap(leg, "<i2", "r", _HEAD, (length,))


def _block(sides: Sequence[Samples], start: int) -> bytes:
    pieces = [side[start : start + _BLOCK] for side in sides]
    both = np.zeros((max(map(len, pieces)), len(pieces)), "<i2")
    for column, piece in enumerate(pieces):
        both[: len(piece), column] = piece
    return both.tobytes()
