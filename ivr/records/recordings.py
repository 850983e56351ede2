"""Reading the recordings: which call has one, and where it can be heard."""

from pathlib import Path

from sqlalchemy import Connection, select

from ivr.records.calls import CallRow, fetched_rows, found
from ivr.records.output import local, printable
from ivr.records.recording_files import INCOMING, kept_file
from ivr.records.schema import recordings_table


class NoRecordingError(Exception):
    """There is nothing to hear; one sentence that says why, and where it would be."""


def of_call(connection: Connection, call: str) -> CallRow | None:
    """The recording of a call, if there was ever one."""
    return next(
        iter(
            fetched_rows(
                connection, select(recordings_table).where(recordings_table.c.call == call)
            )
        ),
        None,
    )


def named(connection: Connection, name: str) -> CallRow:
    """The recording of a call as ``ivr calls`` names it; NoRecordingError when there is none."""
    calls = found(connection, name)
    if not calls:
        raise NoRecordingError(
            f"there is no call {printable(name)}: `ivr calls list` has the last ones"
        )
    recorded = (of_call(connection, call["call"]) for call in calls)
    row = next((each for each in recorded if each is not None), None)
    if row is None:
        raise NoRecordingError(
            f"call {printable(name)} was not recorded: recording.mode was off then, or there was "
            "no room on the disk, which the service's log says"
        )
    return row


def file_of(row: CallRow, directory: Path) -> Path:
    """Where it is, complete; NoRecordingError when it is not."""
    path: Path = directory / row["file"]
    call = row["call"][:8]
    if row["problem"] is not None:
        raise NoRecordingError(f"call {call} has no recording: {row['problem']}")
    if row["removed"] is not None:
        raise NoRecordingError(
            f"the recording of call {call} is gone: `ivr records prune` removed {path} "
            f"on {local(row['removed'])}, as recording.keep_days says"
        )
    if row["kept"] is None:
        raise NoRecordingError(
            f"the recording of call {call} is not complete: it is in {directory / INCOMING} until "
            f"the call is over and the service has made {path} of it"
        )
    if not path.is_file():
        raise NoRecordingError(
            f"the recording of call {call} should be {path}, where it is not: was it moved, or is "
            "recording.directory another one now?"
        )
    return path


def is_as_kept(row: CallRow, path: Path) -> bool:
    """Whether the file is still the one that was recorded. OSError when it cannot be read."""
    return bool(kept_file(path).sha256 == row["sha256"])


def recording_line(row: CallRow) -> str:
    """What a person needs to know of it, in a line."""
    if row["removed"] is not None or row["problem"] is not None:
        gone = f"removed {local(row['removed'])}" if row["removed"] else "being removed"
        return f"{row['file']}  {row['problem'] or gone}"
    if row["kept"] is None:
        return f"{row['file']}  not complete yet"
    return f"{row['file']}  {row['seconds']:.1f} s  sha256 {row['sha256']}"
