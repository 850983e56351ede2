"""``ivr doctor``: checks everything that a call needs, and names a remedy for each fault.

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
    """Run all checks; return their findings in the order in which remedies are best carried out.

    With ``service_only``, check only the two ports of the service. ``pbx_sounds`` is the PBX's
    sounds directory (``astdatadir``/sounds); None if this machine does not have it. If the settings
    in ``config`` are wrong, return that finding alone.
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
