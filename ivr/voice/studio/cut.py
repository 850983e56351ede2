"""Cut the takes that count out of a session's recordings, and write them for the engine."""

from pathlib import Path

import numpy as np

from ivr.voice.studio.passages import mono, readable, segment
from ivr.voice.studio.recordings import recording_in
from ivr.voice.studio.result import FoundSession, LineStatus, StudioTake

_MARGIN_SECONDS = 0.15
"""Seconds of silence that a recording keeps before and after its words, if the session has them."""
_FADE_MILLISECONDS = 10


def write_takes(
    session: FoundSession, directory: Path, *, slow: bool = False, again: bool = False
) -> list[Path]:
    """Write a recording of each line that was found into ``directory``; return the files written.

    It is the take (reading of the line in the session) that counts: the last good one, else the
    last one. A file is named by the id of its prompt, with ``.slow`` if ``slow`` says that the
    session was spoken slowly. An existing recording is only replaced if the new take has no doubts,
    or if ``again`` is true. Raise VoiceError if a recording of the session cannot be read, and
    OSError if a file cannot be written.
    """
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for found in session.lines:
        name = found.line.id + ".slow" * slow
        sure = found.status is LineStatus.SURE
        if found.counted and (sure or again or recording_in(directory, name) is None):
            path = directory / f"{name}.wav"
            _write(found.counted, path)
            written.append(path)
    return written


def _write(take: StudioTake, path: Path) -> None:
    """Cut ``take`` out of its recording, and write it to the WAV file ``path``.

    The file has the sampling rate of the session and one channel of 16 bits. An old file is
    replaced when the new one is complete.
    """
    before, after = (min(_MARGIN_SECONDS, silence / 2) for silence in take.room)
    with readable(take.file) as file:
        rate = file.samplerate
        first = max(0, round((take.start - before) * rate))
        file.seek(first)
        sound = mono(file.read(round((take.end + after) * rate) - first, "float32", True))
    samples = np.clip(np.rint(sound * 32768.0), -32768, 32767).astype(np.int16)
    recording = segment(samples, rate).fade_in(_FADE_MILLISECONDS).fade_out(_FADE_MILLISECONDS)
    draft = path.with_name(f".{path.name}.part")
    try:
        recording.export(str(draft), format="wav").close()
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
