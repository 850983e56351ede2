"""``ivr doctor``: looks at everything a call needs, and says what to do about what is wrong.

It changes nothing, and looking disturbs no call.
"""

import asyncio
import json
import os
import re
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from ivr.asterisk.ami_link import AmiError
from ivr.asterisk.manager import Ami
from ivr.catalogue import SOUNDS, Catalogue
from ivr.config import ConfigError, Recognition, Recording, Records, Settings, load, read_secret
from ivr.loading import StartError, load_catalogue, load_sheet, manager
from ivr.phrases import read_phrases
from ivr.recognition import embedded
from ivr.recognition.check import check as check_model
from ivr.recognition.choice import chosen
from ivr.recognition.files import ModelError
from ivr.records.channels import channels
from ivr.records.database import DatabaseError, connect, newest, reading, url_of, why
from ivr.records.database import check as check_version
from ivr.records.recorder import GIGABYTE
from ivr.records.recording_files import INCOMING
from ivr.understanding.phrases import PhraseError
from ivr.voice.check import check as check_prompts
from ivr.voice.current import sha256_of

OLDEST_ASTERISK = (22, 10, 1)
"""Older releases of 22 have holes that a caller can use; see asterisk-conf/README.md."""
CONTEXT = "ivr-hotline"
CONNECT_SECONDS = 2.0
FREE_BYTES = {"warning": 500_000_000, "broken": 20_000_000}
"""Below this much free disk space it is time to make room, or too late: a call's record has
about 5 kB."""
ODD = ("*.damaged", "refused.lines")
"""Files of the spool that a person has to look at."""


class Verdict(StrEnum):
    """What a check found; the worst one decides the exit code."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"

    @property
    def exit_code(self) -> int:
        """0, 1 or 2."""
        return list(Verdict).index(self)


@dataclass(frozen=True, slots=True)
class Check:
    """One finding."""

    name: str
    verdict: Verdict
    says: str
    remedy: str = ""
    """What to do; empty when nothing has to be done."""


def worst(checks: list[Check]) -> Verdict:
    """The verdict on the whole."""
    return max((check.verdict for check in checks), key=lambda verdict: verdict.exit_code)


def dump(checks: list[Check]) -> str:
    """The findings as one JSON object."""
    found = {"verdict": worst(checks), "checks": [asdict(check) for check in checks]}
    return json.dumps(found, ensure_ascii=False, indent=1)


def examine(
    config: Path | None, *, service_only: bool = False, pbx_sounds: Path | None = None
) -> list[Check]:
    """All checks, in the order in which their remedies are best followed.

    ``service_only`` looks at the two ports and nothing else. ``pbx_sounds`` is the PBX's sounds
    directory (``astdatadir``/sounds), when it can be seen from here.
    """
    try:
        settings = load(config)
    except ConfigError as error:
        return [_wrong("settings", error)]
    ports = [
        _listens("agi", settings.agi.host, settings.agi.port),
        _listens("audio", settings.audio.host, settings.audio.port),
    ]
    if service_only:
        return ports
    read = str(config) if config else "defaults and IVR_* variables"
    return [
        Check("settings", Verdict.OK, read),
        *_words(settings, pbx_sounds),
        _recognition(settings.recognition),
        _records(settings.records.directory),
        _database(settings.records),
        _recording(settings.recording),
        _notify(settings),
        _token(settings),
        *ports,
        *asyncio.run(_pbx(settings)),
    ]


def _wrong(name: str, error: object, verdict: Verdict = Verdict.BROKEN) -> Check:
    """A finding from a sentence of ours, which says what is wrong, then what to do."""
    sentence = str(error)
    cut = max(sentence.rfind(": "), sentence.rfind("; "))
    if cut < 0:
        return Check(name, verdict, sentence)
    return Check(name, verdict, sentence[:cut], sentence[cut + 2 :])


def _words(settings: Settings, pbx_sounds: Path | None) -> Iterator[Check]:
    """The sheet, its recordings here, and its recordings on the PBX."""
    try:
        sheet = load_sheet(settings)
    except StartError as error:
        yield _wrong("sheet", error)
        return
    yield Check("sheet", Verdict.OK, f"{len(sheet)} rows in {settings.prompts.sheet}")
    yield _phrases(settings.prompts.sheet)
    directory = settings.prompts.directory
    try:
        catalogue = load_catalogue(settings, sheet)
        report = check_prompts(directory, sheet)
    except (StartError, OSError) as error:
        yield _wrong("prompts", error)
        return
    if report.problems:
        more = f"{len(report.problems)} prompts are not as they should be; the first: "
        first = _wrong("prompts", report.problems[0], Verdict.WARNING)
        yield Check(first.name, first.verdict, more + first.says, first.remedy)
    else:
        yield Check("prompts", Verdict.OK, f"{report.figures.present} are current in {directory}")
    if pbx_sounds is not None:
        yield _sounds(catalogue, pbx_sounds)


def _phrases(sheet: Path) -> Check:
    """What callers say, as far as it is written down."""
    try:
        phrases = read_phrases(sheet)
    except PhraseError as error:
        return _wrong("phrases", error)
    sentences = sum(map(len, phrases.say.values()))
    return Check("phrases", Verdict.OK, f"{sentences} sentences of {len(phrases.say)} intents")


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
        return Check(name, Verdict.BROKEN, f"{error}", "run this as a user who may read them")
    if missing:
        says = f"{pbx_sounds} lacks {len(missing)} prompts, such as {missing[0]}"
        return Check(name, Verdict.BROKEN, says, remedy)
    if other:
        says = f"{len(other)} prompts in {pbx_sounds} are other recordings, such as {other[0]}"
        return Check(name, Verdict.WARNING, says, remedy)
    return Check(name, Verdict.OK, f"{pbx_sounds} has every prompt as rendered")


def _recognition(settings: Recognition) -> Check:
    """Loads the model in a process of its own and lets it decode a sentence."""
    name, model = "recognition", chosen(settings.model, settings.models)
    try:
        heard = asyncio.run(check_model(model))
    except ModelError as error:
        found = _wrong(name, error)
        says = f"{found.says}; calls go on by keys"
        return Check(name, Verdict.BROKEN, says, found.remedy or "run `ivr models fetch small`")
    if model is None:
        return Check(name, Verdict.WARNING, embedded.NOTICE, "run `ivr models fetch small`")
    cost = f"{heard.decode_ratio:.2f} s for each second of speech"
    return Check(name, Verdict.OK, f"{model} heard {heard.text} in a trial, {cost}")


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
        return Check("records", Verdict.BROKEN, says, remedy)
    verdict = next(
        (level for level in (Verdict.BROKEN, Verdict.WARNING) if free < FREE_BYTES[level]),
        Verdict.OK,
    )
    spool = directory / "spool"
    if spool.exists() and not os.access(spool, os.W_OK):
        return Check("records", Verdict.BROKEN, f"{spool} cannot be written", remedy)
    if odd := sorted(path for ending in ODD for path in spool.glob(ending)):
        says = f"{odd[0]} holds what the database did not take"
        return Check("records", Verdict.WARNING, says, "look at it, correct it by hand, remove it")
    says = f"{directory} is writable, {free / 1e9:.1f} GB are free"
    return Check("records", verdict, says, "" if verdict is Verdict.OK else "make room on the disk")


def _recording(settings: Recording) -> Check:
    """Whether calls are recorded, and whether there is room; whether Asterisk may write there only
    a call can tell."""
    name, directory = "recording", settings.directory
    if settings.mode == "off":
        return Check(name, Verdict.OK, "off: the sound of calls is not kept")
    existing = next(path for path in (directory, *directory.absolute().parents) if path.exists())
    incoming = directory / INCOMING
    if not os.access(incoming if incoming.exists() else existing, os.W_OK):
        says = f"recording.directory = {directory} cannot be written; calls go on unrecorded"
        return Check(name, Verdict.BROKEN, says, "make it writable for this user")
    free = shutil.disk_usage(existing).free / GIGABYTE
    if free < settings.min_free_gb:
        says = f"{free:.1f} GB are free at {directory}; calls go on unrecorded"
        return Check(name, Verdict.BROKEN, says, "make room, or lower recording.min_free_gb")
    says = f"{settings.mode}: {directory}, which Asterisk must have as {settings.on_the_pbx}"
    return Check(name, Verdict.OK, says)


def _database(settings: Records) -> Check:
    """Whether it answers, and whether it has our version; it is not migrated here."""
    try:
        url = url_of(settings)
        name = url.render_as_string(hide_password=True)
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
            return Check("database", Verdict.OK, f"{name} is made at the first start")
        engine = connect(url)
        try:
            with reading(engine) as connection:
                current = check_version(connection)
        finally:
            engine.dispose()
    except (DatabaseError, ConfigError) as error:
        return _wrong("database", error)
    except SQLAlchemyError as error:
        says = f"{name} cannot be read ({why(error)}); calls go on, the spool keeps the records"
        return Check("database", Verdict.BROKEN, says, "is it up, and is records.database right?")
    if not current:
        return Check("database", Verdict.OK, f"{name} is brought to our version at the next start")
    return Check("database", Verdict.OK, f"{name} has version {newest()}")


def _notify(settings: Settings) -> Check:
    """Whether the supervisor can be told of tickets; nothing is sent."""
    try:
        ways = [channel.name for channel in channels(settings.notify)]
    except ConfigError as error:
        return _wrong("notify", error)
    says = f"tickets are told by {' and '.join(ways)}" if ways else "not used ([notify] is empty)"
    return Check("notify", Verdict.OK, says)


def _token(settings: Settings) -> Check:
    path = settings.agi.token_file
    try:
        read_secret(path, "agi.token_file")
    except ConfigError as error:
        return _wrong("token", error)
    if path is None:
        return Check(
            "token", Verdict.WARNING, "agi.token_file is not set, so anybody may hand over calls",
            "name a file with the IVR_TOKEN of the dialplan",
        )  # fmt: skip
    return Check("token", Verdict.OK, f"read from {path}")


def _listens(group: str, host: str, port: int) -> Check:
    """Connects and closes at once, which both servers take for what it is."""
    name, place = f"{group} port", f"{host}:{port}"
    try:
        socket.create_connection((host, port), CONNECT_SECONDS).close()
    except OSError as error:
        says = f"nothing listens on {place} ({error.strerror or error})"
        remedy = f"start `ivr serve`, or correct {group}.host and {group}.port"
        return Check(name, Verdict.BROKEN, says, remedy)
    return Check(name, Verdict.OK, f"{place} listens")


async def _pbx(settings: Settings) -> list[Check]:
    """What the manager interface tells; without it calls go on, so its absence is a warning."""
    try:
        ami = manager(settings)
    except StartError as error:
        return [_wrong("ami", error)]
    if ami is None:
        return [Check("ami", Verdict.OK, "not used (ami.host is empty)")]
    try:
        await ami.connect()
        user = f"{settings.ami.user} is logged in at {settings.ami.host}:{settings.ami.port}"
        return [Check("ami", Verdict.OK, user), *[check async for check in _answers(ami, settings)]]
    except AmiError as error:
        found = _wrong("ami", error, Verdict.WARNING)
        remedy = found.remedy or "is Asterisk up, and are ami.host and ami.port those of [general]"
        says = f"{found.says}; calls go on without it"
        return [Check("ami", Verdict.WARNING, says, remedy)]
    finally:
        ami.close()


async def _answers(ami: Ami, settings: Settings) -> AsyncIterator[Check]:
    rights = "give this user of manager.conf write = reporting"
    try:
        yield _version((await ami.ask("CoreSettings")).get("AsteriskVersion", ""))
    except AmiError as error:
        yield Check("asterisk", Verdict.WARNING, str(error), rights)
    try:
        await ami.ask("ShowDialPlan", Context=CONTEXT)
        yield await _hand_over(ami, settings)
    except AmiError as error:
        if "Did not find" in str(error):
            says, remedy = f"there is no context {CONTEXT}", "include ivr-hotline.conf"
            yield Check("dialplan", Verdict.BROKEN, says, remedy + " and run `dialplan reload`")
        else:
            yield Check("dialplan", Verdict.WARNING, str(error), rights)
    try:
        channels = (await ami.ask("CoreStatus")).get("CoreCurrentCalls", "?")
        yield Check("channels", Verdict.OK, f"{channels} live")
    except AmiError as error:
        yield Check("channels", Verdict.WARNING, str(error), rights)


def _version(text: str) -> Check:
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    version = tuple(int(part or 0) for part in found.groups()) if found else (0,)
    if version < OLDEST_ASTERISK:
        oldest = ".".join(map(str, OLDEST_ASTERISK))
        says = f"version {text or 'unknown'} is older than {oldest}"
        return Check("asterisk", Verdict.WARNING, says, f"upgrade to {oldest} or newer")
    return Check("asterisk", Verdict.OK, f"version {text}")


async def _hand_over(ami: Ami, settings: Settings) -> Check:
    """Whether the dialplan hands calls to this service, and with its token."""
    service, second, token = [
        (await ami.ask("Getvar", Variable=name)).get("Value", "")
        for name in ("IVR_SERVICE", "IVR_SERVICE_2", "IVR_TOKEN")
    ]
    where = "correct it in ivr-globals.conf and run `dialplan reload`"
    port = settings.agi.port
    if not any(place.endswith(f":{port}") for place in (service, second)):
        says = f"{CONTEXT} hands calls to {service or 'nobody'}, but agi.port is {port}"
        return Check("dialplan", Verdict.WARNING, says, where)
    try:
        ours = read_secret(settings.agi.token_file, "agi.token_file")
    except ConfigError:
        ours = None  # has a check of its own
    if ours is not None and ours.get_secret_value() != token:
        says = "IVR_TOKEN is not what agi.token_file holds, so every call is refused"
        return Check("dialplan", Verdict.BROKEN, says, where)
    return Check("dialplan", Verdict.OK, f"{CONTEXT} hands calls to {service}")
