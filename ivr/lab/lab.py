"""A whole laboratory: prompts, Asterisk, one service or two, and a telephone."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from ivr.lab.pbx import HOTLINE, PHONES, Pbx
from ivr.lab.service import LabService
from ivr.softphone.phone import Softphone
from ivr.words.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Lab:
    """What a test or bench works with."""

    pbx: Pbx
    services: tuple[LabService, ...]
    catalogue: Catalogue
    number: str = HOTLINE

    @property
    def service(self) -> LabService:
        """The first service, which takes the calls."""
        return self.services[0]

    def telephone(self) -> Softphone:
        """A telephone of the laboratory, to be opened with ``async with``."""
        return Softphone(self.pbx.server, PHONES[0], self.pbx.password())


@asynccontextmanager
async def laboratory(
    root: Path, *, services: int = 1, max_calls: int = 25, cdr: bool = False, **settings: str
) -> AsyncIterator[Lab]:
    """Build a laboratory from the checkout at ``root``; everything is gone afterwards.

    ``cdr``: Asterisk keeps records of its own. ``settings`` are IVR_* variables of the services.
    """
    prompts, sheet = root / "prompts" / "rendered", root / "prompts" / "sheet.toml"
    crew = tuple(LabService(prompts, sheet, max_calls) for _ in range(services))
    pbx = Pbx(prompts, tuple(service.agi_port for service in crew), max_calls, cdr=cdr)
    async with AsyncExitStack() as at_the_end:
        at_the_end.push_async_callback(pbx.stop)
        await pbx.start()
        for service in crew:
            at_the_end.push_async_callback(service.stop)
            await service.start(pbx, **settings)
        yield Lab(pbx, crew, Catalogue.load(prompts))
