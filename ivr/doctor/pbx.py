"""The checks of the service's ports, and of the PBX through its manager interface (AMI)."""

import re
import socket
from collections.abc import AsyncIterator, Mapping
from typing import Protocol

from ivr.asterisk.ami_link import AmiError
from ivr.config import ConfigError, Settings, read_secret
from ivr.doctor.finding import Check, CheckVerdict, wrong
from ivr.service.loading import StartError, manager
from ivr.translation import marked, tr

OLDEST_ASTERISK = (22, 10, 1)
"""Oldest version of Asterisk for which the check gives no warning. Older releases of 22 have
security holes that callers can use; see asterisk-conf/README.md."""
CONTEXT, TRANSFERS = "ivr-hotline", "ivr-transfer"
"""Contexts of our dialplan in Asterisk: CONTEXT is for incoming calls, and TRANSFERS for calls that
are put through to the staff."""
_CONNECT_SECONDS = 2.0


_PORTS = {"agi": marked("agi port"), "audio": marked("audio port")}
"""Names of the checks of the service's two ports, by the group of settings that has the port."""


class Asked(Protocol):
    """The part of a connection to Asterisk's manager interface that the checks use."""

    async def ask(self, action: str, **fields: str) -> Mapping[str, str]:
        """Send an action to Asterisk; return the fields of its answer by name.

        Raise AmiError if Asterisk refuses the action or does not answer.
        """
        ...


def listens(group: str, host: str, port: int) -> Check:
    """Check that a port of the service accepts connections; return the finding.

    ``group`` is the group of settings that has the port: ``agi`` or ``audio``. The connection is
    closed at once; the service does not count it as a call.
    """
    name, place = _PORTS[group], f"{host}:{port}"
    try:
        socket.create_connection((host, port), _CONNECT_SECONDS).close()
    except OSError as error:
        says = tr("nothing listens on {place} ({reason})").format(
            place=place, reason=error.strerror or error
        )
        remedy = tr("start `ivr serve`, or correct {group}.host and {group}.port").format(
            group=group
        )
        return Check(name, CheckVerdict.BROKEN, says, remedy)
    return Check(name, CheckVerdict.OK, tr("{place} listens").format(place=place))


async def pbx_checks(settings: Settings) -> list[Check]:
    """Check the PBX through its manager interface (AMI); return the findings.

    If the interface does not answer, the finding is only a warning, because calls go on without it.
    """
    try:
        ami = manager(settings)
    except StartError as error:
        return [wrong("ami", error)]
    if ami is None:
        return [Check("ami", CheckVerdict.OK, tr("not used (ami.host is empty)"))]
    try:
        await ami.connect()
        user = tr("{user} is logged in at {host}:{port}").format(
            user=settings.ami.user, host=settings.ami.host, port=settings.ami.port
        )
        return [
            Check("ami", CheckVerdict.OK, user),
            *[check async for check in _answers(ami, settings)],
        ]
    except AmiError as error:
        found = wrong("ami", error, CheckVerdict.WARNING)
        remedy = found.remedy or tr(
            "start Asterisk, and set ami.host and ami.port as [general] of manager.conf does"
        )
        says = tr("{problem}; calls go on without it").format(problem=found.says)
        return [Check("ami", CheckVerdict.WARNING, says, remedy)]
    finally:
        ami.close()


async def _answers(ami: Asked, settings: Settings) -> AsyncIterator[Check]:
    rights = tr("give this user of manager.conf write = reporting")
    try:
        yield _version((await ami.ask("CoreSettings")).get("AsteriskVersion", ""))
    except AmiError as error:
        yield Check("asterisk", CheckVerdict.WARNING, str(error), rights)
    try:
        await ami.ask("ShowDialPlan", Context=CONTEXT)
        yield await _hand_over(ami, settings)
    except AmiError as error:
        if "Did not find" in str(error):
            says = tr("there is no context {context}").format(context=CONTEXT)
            remedy = tr("include ivr-hotline.conf and run `dialplan reload`")
            yield Check("dialplan", CheckVerdict.BROKEN, says, remedy)
        else:
            yield Check("dialplan", CheckVerdict.WARNING, str(error), rights)
    async for check in _transfers(ami, settings):
        yield check
    try:
        channels = (await ami.ask("CoreStatus")).get("CoreCurrentCalls", "?")
        yield Check("channels", CheckVerdict.OK, tr("{channels} live").format(channels=channels))
    except AmiError as error:
        yield Check("channels", CheckVerdict.WARNING, str(error), rights)


async def _transfers(ami: Asked, settings: Settings) -> AsyncIterator[Check]:
    """Yield the findings on the extensions that the settings in [transfer] name.

    Each must exist in the dialplan: a caller who is put through to a missing one is lost.
    """
    names = {key: extension for key, extension in settings.transfer if extension}
    for key, extension in names.items():
        try:
            await ami.ask("ShowDialPlan", Context=TRANSFERS, Extension=extension)
        except AmiError as error:
            if "Did not find" in str(error):
                says = tr(
                    "{context} has no extension {extension}, which transfer.{key} names"
                ).format(context=TRANSFERS, extension=extension, key=key)
                remedy = tr("add it to ivr-transfer.conf and run `dialplan reload`")
                yield Check("transfer", CheckVerdict.BROKEN, says, remedy)
                continue
            return  # the check of the dialplan has said why
        yield Check(
            "transfer",
            CheckVerdict.OK,
            tr("transfer.{key} leads to {extension} of {context}").format(
                key=key, extension=extension, context=TRANSFERS
            ),
        )


def _version(text: str) -> Check:
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    version = tuple(int(part or 0) for part in found.groups()) if found else (0,)
    if version < OLDEST_ASTERISK:
        oldest = ".".join(map(str, OLDEST_ASTERISK))
        says = (
            tr("version {version} is older than {oldest}").format(version=text, oldest=oldest)
            if text
            else tr("its version is unknown")
        )
        return Check(
            "asterisk",
            CheckVerdict.WARNING,
            says,
            tr("upgrade to {oldest} or newer").format(oldest=oldest),
        )
    return Check("asterisk", CheckVerdict.OK, tr("version {version}").format(version=text))


async def _hand_over(ami: Asked, settings: Settings) -> Check:
    """Return the finding on the dialplan: it must hand calls to this service's port with our token.

    Raise AmiError if Asterisk refuses to give the values of its global variables.
    """
    service, second, token = [
        (await ami.ask("Getvar", Variable=name)).get("Value", "")
        for name in ("IVR_SERVICE", "IVR_SERVICE_2", "IVR_TOKEN")
    ]
    where = tr("correct it in ivr-globals.conf and run `dialplan reload`")
    port = settings.agi.port
    if not any(place.endswith(f":{port}") for place in (service, second)):
        says = (
            tr("{context} hands calls to {service}, but agi.port is {port}").format(
                context=CONTEXT, service=service, port=port
            )
            if service
            else tr("{context} hands calls to no service, but agi.port is {port}").format(
                context=CONTEXT, port=port
            )
        )
        return Check("dialplan", CheckVerdict.WARNING, says, where)
    try:
        ours = read_secret(settings.agi.token_file, "agi.token_file")
    except ConfigError:
        ours = None  # the check of the token says so
    if ours is not None and ours.get_secret_value() != token:
        says = tr("IVR_TOKEN is not what agi.token_file holds, so every call is refused")
        return Check("dialplan", CheckVerdict.BROKEN, says, where)
    return Check(
        "dialplan",
        CheckVerdict.OK,
        tr("{context} hands calls to {service}").format(context=CONTEXT, service=service),
    )
