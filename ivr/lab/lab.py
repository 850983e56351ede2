"""A whole laboratory: prompts, Asterisk, one service or two, and a telephone."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from ivr.lab.pbx import HOTLINE, PHONES, Pbx
from ivr.lab.service import LabService
from ivr.softphone.phone import Softphone
from ivr.words.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Lab:
    """A running laboratory for tests: Asterisk in a container, and the services of the hotline."""

    pbx: Pbx
    services: tuple[LabService, ...]
    """The services of the laboratory. The first takes the calls; a second, if there is one, takes
    over when the first fails."""
    catalogue: Catalogue
    """The prompts that the services play."""
    number: str = HOTLINE
    """The number that is called to reach the hotline."""

    @property
    def service(self) -> LabService:
        """The first service, which takes the calls."""
        return self.services[0]

    def telephone(self) -> Softphone:
        """Return a softphone that can call this laboratory; open it by ``async with``."""
        return Softphone(self.pbx.server, PHONES[0], self.pbx.password())


@asynccontextmanager
async def laboratory(
    root: Path,
    *,
    services: int = 1,
    max_calls: int = 25,
    cdr: bool = False,
    settings: Mapping[str, str] = {},
) -> AsyncIterator[Lab]:
    """Start a laboratory and yield it; stop and remove it at the end of the ``async with``.

    ``root`` is the git checkout with the prompts. ``services`` is the number of services, and
    ``max_calls`` the limit of calls at the same time. If ``cdr`` is True, Asterisk writes CDR and
    CEL (its records of calls and of events). ``settings`` are environment variables IVR_* for the
    services. Raise LabError if Asterisk or a service does not start.
    """
    prompts, sheet = root / "prompts" / "rendered", root / "prompts" / "sheet.toml"
    crew = tuple(LabService(prompts, sheet, max_calls) for _ in range(services))
    pbx = Pbx(prompts, tuple(service.agi_port for service in crew), max_calls, cdr=cdr)
    async with AsyncExitStack() as at_the_end:
        at_the_end.push_async_callback(pbx.stop)
        await pbx.start()
        for service in crew:
            at_the_end.push_async_callback(service.stop)
            await service.start(pbx, settings)
        yield Lab(pbx, crew, Catalogue.load(prompts))
