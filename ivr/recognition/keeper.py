"""Keeps one worker alive: starts it, notices when it dies or stops, starts another."""

import asyncio
import json
from pathlib import Path

import structlog

from ivr.hearing.frames import RATE
from ivr.recognition.files import ModelError
from ivr.recognition.framing import Frame, Kind
from ivr.recognition.process import Ended, WorkerProcess
from ivr.recognition.transcript import NotHeard, Reason, Transcript
from ivr.recognition.utterance import Utterance

log = structlog.get_logger()

TICK_SECONDS = 0.25
STUCK_TICKS = 8
"""So many looks without an answer to anything, and the worker is stuck: two seconds. Looks are
counted and not seconds, so that a stall of our own is not blamed on it."""
PING_TICKS = 4
"""A worker with nothing to do is asked every second whether it is there."""
LOAD_TICKS = 480
"""The same for loading the model: two minutes, for the large one on a slow disk."""
FULL_SECONDS = 5.0
"""Sound that a worker has been given and not decoded; with more it takes no new utterance."""
MOST_UTTERANCES = 100
"""At once with one worker; a recogniser takes 1 to 50 MB (facts/speech.md)."""
BACK_OFF_SECONDS = (0.0, 0.5, 1.0, 2.0, 5.0, 15.0, 30.0)
"""Before a restart: after the first death nothing, then longer and longer, while workers die
before they have lived ``HEALTHY_SECONDS``."""
HEALTHY_SECONDS = 60.0
ABANDONED_SECONDS = 120.0
"""An utterance that nobody touches for so long will never be finished."""
_FULL_OCTETS = round(FULL_SECONDS * RATE * 2)


class Keeper:
    """One place for a worker, and the utterances that are pinned to the one in it."""

    def __init__(self, model: Path) -> None:
        self._model = model
        self._process: WorkerProcess | None = None
        self._utterances: dict[int, Utterance] = {}
        self._stuck = False
        self._answers = 0
        self._silent_ticks = 0
        self._ticks = 0
        self._early_deaths = 0
        self._lost = 0
        self._refusal = ""
        self.up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the first worker has loaded the model; ModelError when it cannot."""

    @property
    def pid(self) -> int | None:
        """Of the worker; None between two."""
        return self._process.pid if self._process is not None and not self._stuck else None

    @property
    def running(self) -> bool:
        """Whether there is a worker; what it is given while it loads the model waits."""
        return self.pid is not None

    @property
    def load(self) -> tuple[bool, int, int]:
        """The less, the better for a new utterance: silent, utterances, octets waiting."""
        silent = self._process is None or not self._process.ready or self._silent_ticks > 1
        backlog = 0 if self._process is None else self._process.backlog
        return (silent, len(self._utterances), backlog)

    @property
    def full(self) -> bool:
        """Whether it has more to do than it can."""
        _, utterances, backlog = self.load
        return utterances >= MOST_UTTERANCES or backlog > _FULL_OCTETS

    def pin(self, utterance: Utterance) -> None:
        """This worker hears ``utterance``, from its first sample to its last."""
        self._utterances[utterance.number] = utterance

    def send(self, frame: Frame) -> None:
        """To the worker, if there is one."""
        if self._process is not None:
            self._process.send(frame)

    def forget(self, utterance: Utterance) -> None:
        """The utterance is over."""
        self._utterances.pop(utterance.number, None)

    async def keep(self) -> None:
        """Until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            self._stuck, self._refusal = False, ""
            self._answers, self._silent_ticks, self._lost = 0, 0, 0
            try:
                self._process = await WorkerProcess.start(self._model)
                ended = await self._process.run(self._hear)
            except OSError as error:  # no memory, or no processes left
                ended = Ended(0, str(error), "")
            finally:
                self._process = None
            if loop.time() - began > HEALTHY_SECONDS:
                self._early_deaths = 0
            wait = BACK_OFF_SECONDS[min(self._early_deaths, len(BACK_OFF_SECONDS) - 1)]
            self._early_deaths += 1
            self._mourn(ended, wait)
            await asyncio.sleep(wait)

    def tick(self) -> None:
        """Look after the worker and the utterances; called every TICK_SECONDS."""
        self._forget_abandoned()
        process = self._process
        if process is None or self._stuck:
            return
        silent = process.answers == self._answers and (process.waiting > 0 or not process.ready)
        self._answers = process.answers
        self._silent_ticks = self._silent_ticks + 1 if silent else 0
        self._ticks += 1
        if process.waiting == 0 and process.ready and self._ticks % PING_TICKS == 0:
            process.send(Frame(Kind.PING))
        if self._silent_ticks > (STUCK_TICKS if process.ready else LOAD_TICKS):
            self._stuck = True
            process.kill()
            self._lose_all(Reason.STUCK)

    def _forget_abandoned(self) -> None:
        now = asyncio.get_running_loop().time()
        for utterance in list(self._utterances.values()):
            if now - utterance.touched > ABANDONED_SECONDS:
                log.error("utterance_abandoned", seconds=round(utterance.seconds, 2))
                utterance.lose(Reason.ABANDONED)

    def close(self) -> None:
        """No utterance is heard any more."""
        self._lose_all(Reason.STOPPED)

    def _hear(self, frame: Frame) -> None:
        match frame.kind:
            case Kind.READY:
                log.info("recogniser_ready", pid=self.pid)
                if not self.up.done():
                    self.up.set_result(None)
            case Kind.FAILED:
                self._refusal = frame.payload.decode()
                self._fail(self._refusal)
            case Kind.PARTIAL | Kind.TRANSCRIPT:
                utterance = self._utterances.get(frame.utterance)
                if utterance is None:
                    return
                if frame.kind is Kind.PARTIAL:
                    utterance.partial(frame.payload.decode())
                else:
                    utterance.settle(Transcript.of(json.loads(frame.payload)))
            case _:
                pass

    def _mourn(self, ended: Ended, wait: float) -> None:
        """One line in the log, and its callers are asked to say it again."""
        self._lose_all(Reason.DIED)
        log.error(
            "recogniser_died",
            pid=ended.pid,
            how="stuck" if self._stuck else ended.how,
            said=self._refusal or ended.said,
            lost=self._lost,
            restart_in_seconds=wait,
        )
        self._fail(
            f"the recogniser of {self._model} ends while it loads the model "
            f"({ended.said or ended.how}): put a whole model there"
        )

    def _fail(self, sentence: str) -> None:
        """The first worker did not get so far as to hear anybody."""
        if not self.up.done():
            self.up.set_exception(ModelError(sentence))
            self.up.exception()  # seen, whether or not somebody waits for it

    def _lose_all(self, reason: Reason) -> None:
        self._lost += len(self._utterances)
        for utterance in list(self._utterances.values()):
            utterance.settle(NotHeard(reason))
