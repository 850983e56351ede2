"""The doctor: check everything that a call needs, and name a remedy for each fault.

The checks change nothing and disturb no call.
"""

import asyncio
from pathlib import Path

from ivr.config import ConfigError, load_settings
from ivr.doctor import deployment, pbx
from ivr.doctor.finding import Check, CheckVerdict, checks_as_json, worst, wrong
from ivr.translation import tr

__all__ = ["Check", "CheckVerdict", "checks_as_json", "examine", "worst"]


def examine(
    config: Path | None, *, service_only: bool = False, pbx_sounds: Path | None = None
) -> list[Check]:
    """Return the findings of all checks, in the order in which their remedies are best followed.

    With ``service_only`` only the two ports of the service are checked. ``pbx_sounds`` is the
    PBX's sounds directory (``astdatadir``/sounds), when this machine has it.
    """
    try:
        settings = load_settings(config)
    except ConfigError as error:
        return [wrong("settings", error)]
    ports = [
        pbx.listens("agi", settings.agi.host, settings.agi.port),
        pbx.listens("audio", settings.audio.host, settings.audio.port),
    ]
    if service_only:
        return ports
    says = (
        tr("read from {config}").format(config=config)
        if config
        else tr("read from defaults and IVR_* variables")
    )
    return [
        Check("settings", CheckVerdict.OK, says),
        *deployment.deployment_checks(settings, pbx_sounds),
        *ports,
        *asyncio.run(pbx.pbx_checks(settings)),
    ]
