"""Database queries for the recording of a call, and the path of its file."""

from pathlib import Path

from sqlalchemy import Connection, select

from ivr.records.calls import CallRow, fetched_rows, found
from ivr.records.output import local, printable
from ivr.records.recording_files import INCOMING, kept_file
from ivr.records.schema import recordings_table
from ivr.translation import tr


class NoRecordingError(Exception):
    """Raised if a call has no recording to play; the message is one sentence with the reason."""


def of_call(connection: Connection, call: str) -> CallRow | None:
    """Return the database row of a call's recording; None if the call has no recording.

    ``call`` is the id that the records give the call (not Asterisk's id).
    """
    return next(
        iter(
            fetched_rows(
                connection, select(recordings_table).where(recordings_table.c.call == call)
            )
        ),
        None,
    )


def named(connection: Connection, name: str) -> CallRow:
    """Return the database row of the recording of the call that a user means by ``name``.

    ``name`` is the beginning of our id of the call, the unique id of its channel, or the number of
    a ticket. If it means several calls, the oldest one with a recording counts.

    Raise NoRecordingError if there is no such call or no recording of it.
    """
    calls = found(connection, name)
    if not calls:
        raise NoRecordingError(
            tr("there is no call {name}: `ivr calls list` shows the latest ones").format(
                name=printable(name)
            )
        )
    recorded = (of_call(connection, call["call"]) for call in calls)
    row = next((each for each in recorded if each is not None), None)
    if row is None:
        raise NoRecordingError(
            tr(
                "call {name} was not recorded: recording.mode was off, or the disk had "
                "no room (the service's log says recording_stopped then)"
            ).format(name=printable(name))
        )
    return row


def file_of(row: CallRow, directory: Path) -> Path:
    """Return the path of the file of the recording with the database row ``row``.

    ``directory`` is recording.directory. Raise NoRecordingError if the recording is not complete,
    was removed or refused, or if its file is missing.
    """
    path: Path = directory / row["file"]
    call = row["call"][:8]
    if row["problem"] is not None:
        raise NoRecordingError(
            tr("call {call} has no recording: {problem}").format(
                call=call, problem=tr(row["problem"])
            )
        )
    if row["removed"] is not None:
        raise NoRecordingError(
            tr(
                "the recording of call {call} is gone: `ivr records prune` removed "
                "{path} on {removed}, as recording.keep_days says"
            ).format(call=call, path=path, removed=local(row["removed"]))
        )
    if row["kept"] is None:
        raise NoRecordingError(
            tr(
                "the recording of call {call} is not complete: it is in {directory} "
                "until the call is over and the service has joined its files to {path}"
            ).format(call=call, directory=directory / INCOMING, path=path)
        )
    if not path.is_file():
        raise NoRecordingError(
            tr(
                "the recording of call {call} should be {path} and is not there: move "
                "it back, or set recording.directory to where it is"
            ).format(call=call, path=path)
        )
    return path


def is_as_kept(row: CallRow, path: Path) -> bool:
    """Return True if the recording's file ``path`` is unchanged: it has the SHA-256 of its row.

    ``row`` is the recording's row of the database. Return False if the file was changed. Raise
    OSError if it cannot be read.
    """
    return bool(kept_file(path).sha256 == row["sha256"])


def recording_line(row: CallRow) -> str:
    """Return a line of text about the recording with the database row ``row``.

    It has the name of the file, and its length and SHA-256, or why there is no file.
    """
    if row["removed"] is not None or row["problem"] is not None:
        gone = tr("being removed")
        if row["removed"]:
            gone = tr("removed {moment}").format(moment=local(row["removed"]))
        return f"{row['file']}  {tr(row['problem'] or '') or gone}"
    if row["kept"] is None:
        return f"{row['file']}  {tr('not complete yet')}"
    return tr("{file}  {seconds:.1f} s  sha256 {sha256}").format(
        file=row["file"], seconds=row["seconds"], sha256=row["sha256"]
    )
