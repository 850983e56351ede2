"""The checks of this machine: words, speech recognition, records, recordings and secrets."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from ivr.config import (
    ConfigError,
    RecognitionSettings,
    RecordingSettings,
    RecordsSettings,
    Settings,
    read_secret,
)
from ivr.doctor.finding import Check, CheckVerdict, wrong
from ivr.doctor.words import words_checks
from ivr.recognition.check import check_model
from ivr.recognition.choice import chosen
from ivr.recognition.environment import PACKAGE, allocator
from ivr.recognition.files import ModelError
from ivr.recognition.hears import what_it_hears
from ivr.records.channels import channels
from ivr.records.database import DatabaseError, connect, newest, reading, url_of, why
from ivr.records.database import has_current_version as check_version
from ivr.records.recorder import GIGABYTE
from ivr.records.recording_files import INCOMING
from ivr.translation import marked, tr

FREE_BYTES = {CheckVerdict.WARNING: 500_000_000, CheckVerdict.BROKEN: 20_000_000}
"""Free space on the disk of the records, in bytes, below which ``ivr doctor`` gives the verdict
that is the key. The records of a call take about 5 kB."""
_FETCH = marked(
    "run `ivr models fetch small` as the service's user, with its settings after -c; in Docker run "
    "`make run`"
)
"""Remedy for a hotline without a model of its own."""
ODD = ("*.damaged", "refused.lines")
"""Name patterns of files in the spool's directory that hold records which are not in the database.
Files ``*.damaged`` have damaged lines; ``refused.lines`` has records that the database refused."""


def deployment_checks(settings: Settings, pbx_sounds: Path | None) -> Iterator[Check]:
    """Yield the findings of all checks of this machine, in the best order for their remedies.

    ``pbx_sounds`` is the PBX's sounds directory; None if this machine does not have it.
    """
    yield from words_checks(settings, pbx_sounds)
    yield _recognition(settings.recognition)
    yield _records(settings.records.directory)
    yield _database(settings.records)
    yield _recording(settings.recording)
    yield _notify(settings)
    yield _token(settings)


def _recognition(settings: RecognitionSettings) -> Check:
    """Return the finding on speech recognition: its model is loaded and decodes a test sentence.

    That is done in another process. The verdict is a warning if the model is the built-in one.
    """
    name, model = marked("recognition"), chosen(settings.model, settings.models)
    try:
        heard = asyncio.run(check_model(model))
    except ModelError as error:
        found = wrong(name, error)
        says = tr("{problem}; calls go on by keys").format(problem=found.says)
        remedy = found.remedy or tr(_FETCH)
        return Check(name, CheckVerdict.BROKEN, says, remedy)
    hears = what_it_hears(model)
    if model is None:
        return Check(name, CheckVerdict.WARNING, hears, tr(_FETCH))
    says = tr(
        "{hears}; it recognised {text} in a trial, in {ratio:.2f} s for each second of speech"
    ).format(hears=hears, text=heard.text, ratio=heard.decode_ratio)
    if allocator() is None:
        says += " " + tr("(less with {package} installed)").format(package=PACKAGE)
    return Check(name, CheckVerdict.OK, says)


def _records(directory: Path) -> Check:
    """Return the finding on ``directory``, which holds the records of calls and tickets.

    Checked are the free disk space, that files can be written, and that no record was refused by
    the database.
    """
    name = marked("records")
    existing = next(path for path in (directory, *directory.absolute().parents) if path.exists())
    remedy = tr("make it writable for this user, or set another records.directory")
    try:
        with tempfile.TemporaryFile(dir=existing) as file:
            file.write(b"\n")
        free = shutil.disk_usage(existing).free
    except OSError as error:
        says = tr("records.directory = {directory} cannot be written ({reason})").format(
            directory=directory, reason=error.strerror
        )
        return Check(name, CheckVerdict.BROKEN, says, remedy)
    spool = directory / "spool"
    if spool.exists() and not os.access(spool, os.W_OK):
        return Check(
            name, CheckVerdict.BROKEN, tr("{spool} cannot be written").format(spool=spool), remedy
        )
    if odd := sorted(path for ending in ODD for path in spool.glob(ending)):
        says = tr("{file} holds records that the database refused").format(file=odd[0])
        remedy = tr("enter by hand what it holds, then remove it")
        return Check(name, CheckVerdict.WARNING, says, remedy)
    says = tr("{directory} is writable, {free:.1f} GB are free").format(
        directory=directory, free=free / 1e9
    )
    for verdict in (CheckVerdict.BROKEN, CheckVerdict.WARNING):
        if free < FREE_BYTES[verdict]:
            return Check(name, verdict, says, tr("make room on the disk"))
    return Check(name, CheckVerdict.OK, says)


def _recording(settings: RecordingSettings) -> Check:
    """Return the finding on the recording of calls: recording.directory and its free space.

    Only a call shows whether Asterisk may write to that directory.
    """
    name, directory = marked("recording"), settings.directory
    if settings.mode == "off":
        return Check(name, CheckVerdict.OK, tr("off: the sound of calls is not kept"))
    existing = next(path for path in (directory, *directory.absolute().parents) if path.exists())
    incoming = directory / INCOMING
    if not os.access(incoming if incoming.exists() else existing, os.W_OK):
        says = tr(
            "recording.directory = {directory} cannot be written; calls go on unrecorded"
        ).format(directory=directory)
        return Check(name, CheckVerdict.BROKEN, says, tr("make it writable for this user"))
    free = shutil.disk_usage(existing).free / GIGABYTE
    if free < settings.min_free_gb:
        says = tr("{free:.1f} GB are free at {directory}; calls go on unrecorded").format(
            free=free, directory=directory
        )
        return Check(
            name, CheckVerdict.BROKEN, says, tr("make room, or lower recording.min_free_gb")
        )
    says = tr("{mode}: {directory}, which Asterisk must have as {pbx_directory}").format(
        mode=settings.mode, directory=directory, pbx_directory=settings.on_the_pbx
    )
    return Check(name, CheckVerdict.OK, says)


def _database(settings: RecordsSettings) -> Check:
    """Return the finding on the records' database: it must be readable and not newer than we are.

    The verdict is also ok if the database is missing or old: the service then makes or migrates it.
    """
    try:
        url = url_of(settings)
        name = url.render_as_string(hide_password=True)
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
            return Check(
                "database",
                CheckVerdict.OK,
                tr("{name} is made at the first start").format(name=name),
            )
        engine = connect(url)
        try:
            with reading(engine) as connection:
                current = check_version(connection)
        finally:
            engine.dispose()
    except (DatabaseError, ConfigError) as error:
        return wrong("database", error)
    except SQLAlchemyError as error:
        says = tr(
            "{name} cannot be read ({reason}); calls go on, the spool keeps the records"
        ).format(name=name, reason=why(error))
        return Check(
            "database", CheckVerdict.BROKEN, says, tr("start it, or correct records.database")
        )
    if not current:
        says = tr("{name} is migrated to our version at the next start").format(name=name)
        return Check("database", CheckVerdict.OK, says)
    return Check(
        "database",
        CheckVerdict.OK,
        tr("{name} has version {version}").format(name=name, version=newest()),
    )


def _notify(settings: Settings) -> Check:
    """Return the finding on the settings by which the supervisor is notified; send nothing."""
    try:
        ways = [channel.name for channel in channels(settings.notify)]
    except ConfigError as error:
        return wrong("notify", error)
    if not ways:
        return Check("notify", CheckVerdict.OK, tr("not used ([notify] is empty)"))
    return Check(
        "notify", CheckVerdict.OK, tr("tickets are sent by {ways}").format(ways=", ".join(ways))
    )


def _token(settings: Settings) -> Check:
    path = settings.agi.token_file
    try:
        read_secret(path, "agi.token_file")
    except ConfigError as error:
        return wrong("token", error)
    if path is None:
        return Check(
            "token",
            CheckVerdict.WARNING,
            tr("agi.token_file is not set, so any program may hand calls to the service"),
            tr("set it to a file that holds the IVR_TOKEN of the dialplan"),
        )
    return Check("token", CheckVerdict.OK, tr("read from {path}").format(path=path))
