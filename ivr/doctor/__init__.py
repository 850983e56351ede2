"""``ivr doctor``: looks at everything a call needs, and says what to do about what is wrong.

It changes nothing, and looking disturbs no call.
"""

import asyncio
from pathlib import Path

from ivr.config import ConfigError, load_settings
from ivr.doctor import deployment, pbx
from ivr.doctor.finding import Check, CheckVerdict, checks_as_json, worst, wrong

__all__ = ["Check", "CheckVerdict", "checks_as_json", "examine", "worst"]


def examine(
    config: Path | None, *, service_only: bool = False, pbx_sounds: Path | None = None
) -> list[Check]:
    """All checks, in the order in which their remedies are best followed.

    ``service_only`` looks at the two ports and nothing else. ``pbx_sounds`` is the PBX's sounds
    directory (``astdatadir``/sounds), when it can be seen from here.
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
    read = str(config) if config else "defaults and IVR_* variables"
    return [
        Check("settings", CheckVerdict.OK, read),
        *deployment.deployment_checks(settings, pbx_sounds),
        *ports,
        *asyncio.run(pbx.pbx_checks(settings)),
    ]
