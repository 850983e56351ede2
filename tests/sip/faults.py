"""Calls in the middle of which the service fails."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from ivr.lab.lab import Lab, laboratory
from ivr.softphone import Silence
from tests.sip.conftest import Heard

WITHIN_SECONDS = 5.0
"""Seconds after a fault within which the caller hears the apology or the second service."""


@asynccontextmanager
async def fault(
    root: Path,
    services: int,
    after: float,
    strike: Callable[[Lab], None],
    settings: Mapping[str, str] = {},
) -> AsyncIterator[tuple[Lab, float, Heard]]:
    """Make a call and run ``strike`` when ``after`` seconds have passed since the answer.

    Yield the laboratory, the time of the fault by the clock of the loop, and what was heard.
    """
    async with laboratory(root, services=services, max_calls=5, settings=settings) as lab:
        loop = asyncio.get_running_loop()
        struck: asyncio.Future[float] = loop.create_future()

        def now() -> None:
            strike(lab)
            struck.set_result(loop.time())

        async with lab.telephone() as phone:
            calling = phone.dial(lab.number, [Silence()], max_seconds=30)
            assert await calling.answered()
            loop.call_later(after, now)
            recording = await calling.ended()
        yield lab, await struck, Heard(recording, lab.catalogue)


def kill(lab: Lab) -> None:
    """Kill the process of the service."""
    lab.service.signal(signal.SIGKILL)


def freeze(lab: Lab) -> None:
    """Stop the process of the service without ending it; its sockets stay open."""
    lab.service.signal(signal.SIGSTOP)


IN_A_PROMPT, IN_A_WAIT = 1.5, 8.0
