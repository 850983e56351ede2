"""Recognise speech in worker processes, so that the event loop never waits for a decoder.

::

    async with Recognisers(model, workers=2) as recognisers:
        utterance = recognisers.utterance(on_partial=...)
        utterance.feed(samples)              # never waits
        outcome = await utterance.finish()   # Transcript or NotHeard

Feed detected speech and the 0.3 s before its onset. Nothing is fed while the caller is silent, so
silence costs no processor time. When a worker dies, hangs or is slow, the utterances assigned to it
end as ``NotHeard`` (row 25: the caller is asked to say it again); other workers are not affected.
"""

import asyncio
import itertools
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import structlog

from ivr.dialogue.expected import Expected
from ivr.hearing.frames import RATE
from ivr.recognition import embedded
from ivr.recognition.engine import check_model_files
from ivr.recognition.keeper import TICK_SECONDS, Keeper
from ivr.recognition.transcript import Reason
from ivr.recognition.utterance import Utterance

log = structlog.get_logger()


class Recognisers:
    """Several worker processes with the same model. One event loop uses them; not thread-safe."""

    def __init__(self, model: Path | None = None, *, workers: int = 1) -> None:
        """Take the settings of the workers; :meth:`start` starts them.

        ``model`` is the directory of a model; None means the built-in one. ``workers`` is the
        number of processes. Each holds the model in memory and uses at most one core.
        """
        self._model = model
        self._workers = workers
        self._keepers: list[Keeper] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._numbers = itertools.count(1)

    async def start(self) -> None:
        """Start the workers and wait until each has loaded the model.

        Raise ModelError if one of them cannot load it; all workers are then ended. If the built-in
        model is used, a warning in the log says that it is for trying and testing.
        """
        directory = embedded.unpacked() if self._model is None else self._model
        check_model_files(directory)
        if self._model is None:
            log.warning(
                "built_in_model_used", reason=embedded.NO_MODEL, effect=embedded.NOTICE,
                remedy=embedded.FETCH_MODEL,
            )  # fmt: skip
        self._keepers = [Keeper(directory) for _ in range(self._workers)]
        self._tasks = [asyncio.create_task(keeper.keep()) for keeper in self._keepers]
        self._tasks.append(asyncio.create_task(self._watch()))
        try:
            await asyncio.gather(*(keeper.up for keeper in self._keepers))
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End all worker processes. Unfinished utterances are lost. Idempotent."""
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
        """Process ids of the recognition workers that are running."""
        return [keeper.pid for keeper in self._keepers if keeper.pid is not None]

    @property
    def utterances(self) -> int:
        """Number of callers' utterances that are being fed or wait for their transcript."""
        return sum(keeper.load[1] for keeper in list(self._keepers))

    @property
    def backlog_seconds(self) -> float:
        """Seconds of audio that the workers have received and not yet decoded."""
        return sum(keeper.load[2] for keeper in list(self._keepers)) / (2 * RATE)

    def utterance(
        self,
        on_partial: Callable[[str], None] | None = None,
        expected: Expected | None = None,
    ) -> Utterance:
        """Begin to recognise one utterance, with the worker that has the least to do; return it.

        ``on_partial`` is called with the text recognised so far when it changes, at most once in
        0.24 s of speech. ``expected`` is the kind of answer that the caller was asked for; a model
        that can listen for it in particular does so. If no worker can take the utterance, it is
        lost from the start, and its ``finish`` returns NotHeard at once.
        """
        running = [keeper for keeper in self._keepers if keeper.running]
        keeper = min(running, key=lambda keeper: keeper.load, default=None)
        if keeper is None:
            return self._refused(Reason.NO_WORKER if self._keepers else Reason.STOPPED)
        if keeper.full:
            return self._refused(Reason.BUSY)
        utterance = Utterance(next(self._numbers), keeper, on_partial)
        keeper.pin(utterance)
        if expected is not None:
            utterance.expect(expected)
        return utterance

    def _refused(self, reason: Reason) -> Utterance:
        log.warning(
            "recognition_refused",
            reason=reason,
            effect="this utterance is not recognised; the caller is asked to repeat it (row 25)",
            remedy="busy: raise recognition.workers, or use a smaller model or a faster machine; "
            "no_worker: carry out the remedy of the line recogniser_died",
        )
        utterance = Utterance(next(self._numbers), None, None)
        utterance.lose(reason)
        return utterance

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            for keeper in self._keepers:
                keeper.tick()
