"""Speech to words in processes of their own: the event loop never waits for a decoder.

::

    async with Recognisers(model, workers=2) as recognisers:
        utterance = recognisers.utterance(on_partial=...)
        utterance.feed(samples)              # never waits
        outcome = await utterance.finish()   # Transcript or NotHeard

Feed detected speech and the 0.3 s before its onset; a silent caller costs nothing because nothing
is fed. A worker that dies, hangs or is slow costs the utterances pinned to it, each of which ends
as ``NotHeard`` (row 25: the caller is asked to say it again); the other workers do not notice.
"""

import asyncio
import itertools
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import structlog

from ivr.hearing.frames import RATE
from ivr.recognition import embedded
from ivr.recognition.files import check_files
from ivr.recognition.keeper import TICK_SECONDS, Keeper
from ivr.recognition.transcript import Reason
from ivr.recognition.utterance import Utterance

log = structlog.get_logger()


class Recognisers:
    """Some workers with the same model. One event loop; not for threads."""

    def __init__(self, model: Path | None = None, *, workers: int = 1) -> None:
        """``model`` is the directory of a Vosk model; None is our own tiny one.

        Each worker holds the model in memory and uses at most one core.
        """
        self._model = model
        self._workers = workers
        self._keepers: list[Keeper] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._numbers = itertools.count(1)

    async def start(self) -> None:
        """Until every worker has loaded the model; ModelError when one cannot, and none is left.

        The tiny model is announced in the log: it understands no people.
        """
        directory = embedded.unpacked() if self._model is None else self._model
        check_files(directory)
        if self._model is None:
            log.warning("synthetic_model", meaning=embedded.NOTICE)
        self._keepers = [Keeper(directory) for _ in range(self._workers)]
        self._tasks = [asyncio.create_task(keeper.keep()) for keeper in self._keepers]
        self._tasks.append(asyncio.create_task(self._watch()))
        try:
            await asyncio.gather(*(keeper.up for keeper in self._keepers))
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End every worker; what is being heard is lost. No process is left. Idempotent."""
        for keeper in self._keepers:
            keeper.close()
        tasks, self._tasks, self._keepers = self._tasks, [], []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def __aenter__(self) -> "Recognisers":
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    @property
    def pids(self) -> list[int]:
        """The processes that run now."""
        return [keeper.pid for keeper in self._keepers if keeper.pid is not None]

    @property
    def utterances(self) -> int:
        """How many are being heard, or wait for their words."""
        return sum(keeper.load[1] for keeper in list(self._keepers))

    @property
    def backlog_seconds(self) -> float:
        """Sound that was given to the workers and is not decoded yet."""
        return sum(keeper.load[2] for keeper in list(self._keepers)) / (2 * RATE)

    def utterance(self, on_partial: Callable[[str], None] | None = None) -> Utterance:
        """Begin to hear one utterance, with the worker that has the least to do.

        ``on_partial`` is told what may have been said so far, whenever that changes (every 0.24 s
        of speech with our models). Where nobody can hear it the utterance is lost from the start:
        its ``finish`` says so at once.
        """
        running = [keeper for keeper in self._keepers if keeper.running]
        keeper = min(running, key=lambda keeper: keeper.load, default=None)
        if keeper is None:
            return self._refused(Reason.NO_WORKER if self._keepers else Reason.STOPPED)
        if keeper.full:
            return self._refused(Reason.BUSY)
        utterance = Utterance(next(self._numbers), keeper, on_partial)
        keeper.pin(utterance)
        return utterance

    def _refused(self, reason: Reason) -> Utterance:
        log.warning("recognition_refused", reason=reason)
        utterance = Utterance(next(self._numbers), None, None)
        utterance.lose(reason)
        return utterance

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            for keeper in self._keepers:
                keeper.tick()
