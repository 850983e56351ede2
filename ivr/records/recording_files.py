"""The files of recordings: two that Asterisk writes during a call, and one joined from them.

Asterisk writes 16-bit WAV files of 8 kHz into the directory ``incoming``: one with the caller, one
with the hotline. The joined file has the caller on the left and the hotline on the right. It is
stored in a directory for the day, by the time of China.
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
"""Name of the directory below recording.directory into which Asterisk writes recordings."""
SIDES = ("caller", "hotline")
"""Sides of a call, in the order left channel, right channel. The name of Asterisk's file for a side
ends in the side: ``-caller.wav``, ``-hotline.wav``."""
_HEAD = 44
"""Length in octets of the WAV header, in the files that Asterisk writes and in ours."""
_BLOCK = 20 * RATE
"""Number of samples of each side that are joined in one step: 20 s. Small steps keep the join of a
long recording from delaying calls."""


class RecordingError(Exception):
    """A recording has no sound; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A recording's joined file: its size in octets, its length in seconds, and its SHA-256."""

    octets: int
    seconds: float
    sha256: str


def name_of(uniqueid: str, call: str, started: datetime) -> str:
    """Return the path of a call's recording below recording.directory.

    An example is ``2026-11-26/ivr-1795369695.1-0f3a52c1.wav``. Its parts are the day in China on
    which the call ``started``, the PBX's ``uniqueid`` of the channel, and the first eight
    hexadecimal digits of ``call``, our id of the call.
    """
    return f"{started.astimezone(SHANGHAI):%Y-%m-%d}/{uniqueid}-{call[:8]}.wav"


def stem_in(directory: str, name: str) -> str:
    """Return the common beginning of the paths of Asterisk's two files for a recording.

    With the ending ``-caller.wav`` or ``-hotline.wav`` it is the path of one of them. ``directory``
    is recording.directory, and ``name`` the recording's path below it.
    """
    return f"{directory}/{INCOMING}/{Path(name).stem}"


def legs_of(directory: Path, name: str) -> list[Path]:
    """Return the paths of Asterisk's two files for a recording, the caller's first.

    ``directory`` is recording.directory, and ``name`` the recording's path below it.
    """
    stem = stem_in(str(directory), name)
    return [Path(f"{stem}-{side}.wav") for side in SIDES]


def is_closed(leg: Path) -> bool:
    """Return True if Asterisk has closed the WAV file ``leg``, False while it writes to it.

    ``leg`` is one of Asterisk's two files of a recording. Asterisk writes the length of the sound
    into the header only when it closes the file. Raise OSError if there is no such file.
    """
    with leg.open("rb") as file:
        head = file.read(_HEAD)
        octets = os.fstat(file.fileno()).st_size - _HEAD
    return octets >= 0 and 0 <= octets - int.from_bytes(head[40:44], "little") <= 1


def join(directory: Path, name: str) -> Kept:
    """Join Asterisk's two files of a recording into one stereo file, and sync it to the disk.

    ``directory`` is recording.directory, and ``name`` the path of the joined file below it. Return
    the size, length and SHA-256 of the joined file. The shorter of Asterisk's files is padded with
    silence; neither is deleted. Raise RecordingError if neither has sound, and OSError if the disk
    fails.
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
    """Read a recording's joined file, and return its size, length and SHA-256.

    Raise OSError if the file cannot be read.
    """
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        octets = os.fstat(file.fileno()).st_size
    return Kept(octets, (octets - _HEAD) / (2 * len(SIDES) * RATE), sha256)


def remove_legs(directory: Path, name: str) -> None:
    """Remove Asterisk's two files for a recording, if they exist.

    ``directory`` is recording.directory, and ``name`` the recording's path below it. Raise OSError
    if a file cannot be removed.
    """
    for leg in legs_of(directory, name):
        leg.unlink(missing_ok=True)


def remove_refused(directory: Path, name: str) -> None:
    """Remove Asterisk's files for a recording that the caller refused.

    ``directory`` is recording.directory, and ``name`` the recording's path below it. The files of
    other recordings of the same channel are removed, too: a service may have begun one and died,
    so that another service took the call over. Raise OSError if a file cannot be removed.
    """
    channel = Path(name).stem.rpartition("-")[0]
    for side in SIDES:
        for leg in (directory / INCOMING).glob(f"{channel}-*-{side}.wav"):
            leg.unlink(missing_ok=True)


def remove(directory: Path, name: str) -> None:
    """Remove the joined file of a recording and Asterisk's two files for it, if they exist.

    ``directory`` is recording.directory, and ``name`` the recording's path below it. If the
    directory of its day becomes empty, it is removed, too. Raise OSError if a file cannot be
    removed.
    """
    remove_legs(directory, name)
    kept = directory / name
    kept.unlink(missing_ok=True)
    with suppress(OSError):  # the day has other recordings
        kept.parent.rmdir()


def _samples(leg: Path) -> Samples:
    """Return the samples of the WAV file ``leg``, memory-mapped; no samples if it is missing."""
    length = (leg.stat().st_size - _HEAD) // 2 if leg.exists() else 0
    if length <= 0:
        return np.zeros(0, np.int16)
    return np.memmap(leg, "<i2", "r", _HEAD, (length,))


def _block(sides: Sequence[Samples], start: int) -> bytes:
    """Return up to 20 s (_BLOCK samples) of both sides of a call, interleaved as 16-bit stereo.

    ``sides`` are the samples of the caller and of the hotline; ``start`` is the index of the first
    sample. The shorter side is filled with zeros.
    """
    pieces = [side[start : start + _BLOCK] for side in sides]
    both = np.zeros((max(map(len, pieces)), len(pieces)), "<i2")
    for column, piece in enumerate(pieces):
        both[: len(piece), column] = piece
    return both.tobytes()
