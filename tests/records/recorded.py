"""Files of recordings as Asterisk writes them, made without Asterisk."""

import os
import wave
from pathlib import Path

import numpy as np

from ivr.config import RecordingSettings
from ivr.dialogue.commands import StartRecording
from ivr.hearing.g711 import Samples
from ivr.records.call_record import CallRecord
from ivr.records.recording_files import INCOMING, legs_of
from tests.records.kept import ANSWERED

CALLER = np.arange(1, 4001, dtype=np.int16)
HOTLINE = -np.arange(1, 8001, dtype=np.int16)


def recording_into(directory: Path, **changed: object) -> RecordingSettings:
    """Return settings that record every call while one octet is free."""
    return RecordingSettings(directory=directory, **({"mode": "on", "min_free_gb": 1e-9} | changed))


def write_leg(path: Path, sound: Samples, *, closed: bool = True) -> None:
    """Write the file of a side; unless it is closed its header says that it has no sound."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(sound.tobytes())
    if not closed:
        with path.open("r+b") as raw:
            raw.seek(40)
            raw.write(bytes(4))


def write_legs(directory: Path, name: str, *, closed: bool = True) -> None:
    """Write both files of a recording as Asterisk does."""
    for leg, sound in zip(legs_of(directory, name), (CALLER, HOTLINE), strict=True):
        write_leg(leg, sound, closed=closed)


def begin_recording(record: CallRecord, directory: Path, *, closed: bool = True) -> str:
    """Record a call from its answer on; return the name of its file."""
    record.note(StartRecording(), ANSWERED)
    write_legs(directory, record.recording, closed=closed)
    return record.recording


def age(directory: Path, seconds: float) -> None:
    """Set the last write of Asterisk's files so many seconds back."""
    for path in (directory / INCOMING).iterdir():
        moment = path.stat().st_mtime - seconds
        os.utime(path, (moment, moment))
