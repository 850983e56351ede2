"""The checks of what lies on this machine: settings, words, sounds, models, records."""

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
from ivr.recognition import embedded
from ivr.recognition.check import check_model as check_model
from ivr.recognition.choice import chosen
from ivr.recognition.environment import PACKAGE, allocator
from ivr.recognition.files import ModelError
from ivr.records.channels import channels
from ivr.records.database import DatabaseError, connect, newest, reading, url_of, why
from ivr.records.database import has_current_version as check_version
from ivr.records.recorder import GIGABYTE
from ivr.records.recording_files import INCOMING
from ivr.service.loading import StartError, load_catalogue, load_sheet
from ivr.understanding.phrases import PhraseError
from ivr.voice.check import check_prompts as check_prompts
from ivr.voice.current import sha256_of
from ivr.words.catalogue import SOUNDS, Catalogue
from ivr.words.phrase_files import read_phrases

FREE_BYTES = {"warning": 500_000_000, "broken": 20_000_000}
"""Below this much free disk space it is time to make room, or too late: a call's record has
about 5 kB."""
ODD = ("*.damaged", "refused.lines")
"""Files of the spool that a person has to look at."""


def deployment_checks(settings: Settings, pbx_sounds: Path | None) -> Iterator[Check]:
    """All of them, in the order in which their remedies are best followed."""
    yield from _words(settings, pbx_sounds)
    yield _recognition(settings.recognition)
    yield _records(settings.records.directory)
    yield _database(settings.records)
    yield _recording(settings.recording)
    yield _notify(settings)
    yield _token(settings)


def _words(settings: Settings, pbx_sounds: Path | None) -> Iterator[Check]:
    """The sheet, its recordings here, and its recordings on the PBX."""
    try:
        sheet = load_sheet(settings)
    except StartError as error:
        yield wrong("sheet", error)
        return
    yield Check("sheet", CheckVerdict.OK, f"{len(sheet)} rows in {settings.prompts.sheet}")
    yield _phrases(settings.prompts.sheet)
    directory = settings.prompts.directory
    try:
        catalogue = load_catalogue(settings, sheet)
        report = check_prompts(directory, sheet)
    except (StartError, OSError) as error:
        yield wrong("prompts", error)
        return
    if report.problems:
        more = f"{len(report.problems)} prompts are not as they should be; the first: "
        first = wrong("prompts", report.problems[0], CheckVerdict.WARNING)
        yield Check(first.name, first.verdict, more + first.says, first.remedy)
    else:
        yield Check(
            "prompts", CheckVerdict.OK, f"{report.figures.present} are current in {directory}"
        )
    if pbx_sounds is not None:
        yield _sounds(catalogue, pbx_sounds)


def _phrases(sheet: Path) -> Check:
    """What callers say, as far as it is written down."""
    try:
        phrases = read_phrases(sheet)
    except PhraseError as error:
        return wrong("phrases", error)
    sentences = sum(map(len, phrases.say.values()))
    return Check("phrases", CheckVerdict.OK, f"{sentences} sentences of {len(phrases.say)} intents")


def _sounds(catalogue: Catalogue, pbx_sounds: Path) -> Check:
    """Whether the PBX has the recordings that the manifest describes, in at least one format."""
    name, remedy = "pbx sounds", f"run `ivr prompts install --to {pbx_sounds}`"
    missing: list[str] = []
    other: list[str] = []
    try:
        for recording in catalogue.manifest.recordings.values():
            stem = pbx_sounds / SOUNDS / recording.stem
            found = {ending: sha256_of(Path(f"{stem}.{ending}")) for ending in recording.sha256}
            if not any(found.values()):
                missing.append(recording.id)
            elif any(hash not in (None, recording.sha256[end]) for end, hash in found.items()):
                other.append(recording.id)
    except OSError as error:
        return Check(name, CheckVerdict.BROKEN, f"{error}", "run this as a user who may read them")
    if missing:
        says = f"{pbx_sounds} lacks {len(missing)} prompts, such as {missing[0]}"
        return Check(name, CheckVerdict.BROKEN, says, remedy)
    if other:
        says = f"{len(other)} prompts in {pbx_sounds} are other recordings, such as {other[0]}"
        return Check(name, CheckVerdict.WARNING, says, remedy)
    return Check(name, CheckVerdict.OK, f"{pbx_sounds} has every prompt as rendered")


def _recognition(settings: RecognitionSettings) -> Check:
    """Loads the model in a process of its own and lets it decode a sentence."""
    name, model = "recognition", chosen(settings.model, settings.models)
    try:
        heard = asyncio.run(check_model(model))
    except ModelError as error:
        found = wrong(name, error)
        says = f"{found.says}; calls go on by keys"
        return Check(
            name, CheckVerdict.BROKEN, says, found.remedy or "run `ivr models fetch small`"
        )
    if model is None:
        return Check(name, CheckVerdict.WARNING, embedded.NOTICE, "run `ivr models fetch small`")
    cost = f"{heard.decode_ratio:.2f} s for each second of speech"
    if allocator() is None:
        cost += f"; with {PACKAGE} it would be less"
    return Check(name, CheckVerdict.OK, f"{model} heard {heard.text} in a trial, {cost}")


def _records(directory: Path) -> Check:
    """Whether a record can be written, tried with a file that never has a name."""
    existing = next(path for path in (directory, *directory.absolute().parents) if path.exists())
    remedy = "make it writable for this user or choose another"
    try:
        with tempfile.TemporaryFile(dir=existing) as file:
            file.write(b"\n")
        free = shutil.disk_usage(existing).free
    except OSError as error:
        says = f"records.directory = {directory} cannot be written ({error.strerror})"
        return Check("records", CheckVerdict.BROKEN, says, remedy)
    verdict = next(
        (
            level
            for level in (CheckVerdict.BROKEN, CheckVerdict.WARNING)
            if free < FREE_BYTES[level]
        ),
        CheckVerdict.OK,
    )
    spool = directory / "spool"
    if spool.exists() and not os.access(spool, os.W_OK):
        return Check("records", CheckVerdict.BROKEN, f"{spool} cannot be written", remedy)
    if odd := sorted(path for ending in ODD for path in spool.glob(ending)):
        says = f"{odd[0]} holds what the database did not take"
        return Check(
            "records", CheckVerdict.WARNING, says, "look at it, correct it by hand, remove it"
        )
    says = f"{directory} is writable, {free / 1e9:.1f} GB are free"
    return Check(
        "records", verdict, says, "" if verdict is CheckVerdict.OK else "make room on the disk"
    )


def _recording(settings: RecordingSettings) -> Check:
    """Whether calls are recorded, and whether there is room; whether Asterisk may write there only
    a call can tell."""
    name, directory = "recording", settings.directory
    if settings.mode == "off":
        return Check(name, CheckVerdict.OK, "off: the sound of calls is not kept")
    existing = next(path for path in (directory, *directory.absolute().parents) if path.exists())
    incoming = directory / INCOMING
    if not os.access(incoming if incoming.exists() else existing, os.W_OK):
        says = f"recording.directory = {directory} cannot be written; calls go on unrecorded"
        return Check(name, CheckVerdict.BROKEN, says, "make it writable for this user")
    free = shutil.disk_usage(existing).free / GIGABYTE
    if free < settings.min_free_gb:
        says = f"{free:.1f} GB are free at {directory}; calls go on unrecorded"
        return Check(name, CheckVerdict.BROKEN, says, "make room, or lower recording.min_free_gb")
    says = f"{settings.mode}: {directory}, which Asterisk must have as {settings.on_the_pbx}"
    return Check(name, CheckVerdict.OK, says)


def _database(settings: RecordsSettings) -> Check:
    """Whether it answers, and whether it has our version; it is not migrated here."""
    try:
        url = url_of(settings)
        name = url.render_as_string(hide_password=True)
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
            return Check("database", CheckVerdict.OK, f"{name} is made at the first start")
        engine = connect(url)
        try:
            with reading(engine) as connection:
                current = check_version(connection)
        finally:
            engine.dispose()
    except (DatabaseError, ConfigError) as error:
        return wrong("database", error)
    except SQLAlchemyError as error:
        says = f"{name} cannot be read ({why(error)}); calls go on, the spool keeps the records"
        return Check(
            "database", CheckVerdict.BROKEN, says, "is it up, and is records.database right?"
        )
    if not current:
        return Check(
            "database", CheckVerdict.OK, f"{name} is brought to our version at the next start"
        )
    return Check("database", CheckVerdict.OK, f"{name} has version {newest()}")


def _notify(settings: Settings) -> Check:
    """Whether the supervisor can be told of tickets; nothing is sent."""
    try:
        ways = [channel.name for channel in channels(settings.notify)]
    except ConfigError as error:
        return wrong("notify", error)
    says = f"tickets are told by {' and '.join(ways)}" if ways else "not used ([notify] is empty)"
    return Check("notify", CheckVerdict.OK, says)


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
            "agi.token_file is not set, so anybody may hand over calls",
            "name a file with the IVR_TOKEN of the dialplan",
        )
    return Check("token", CheckVerdict.OK, f"read from {path}")
