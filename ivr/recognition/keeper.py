"""Supervise one recognition worker: start it, notice when it ends or hangs, start another one."""

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
from ivr.translation import tr

log = structlog.get_logger()

TICK_SECONDS = 0.25
"""Seconds between two checks of a recognition worker."""
STUCK_TICKS = 8
"""Upper limit for the checks in a row at which a worker that has work has sent no answer: 8 checks
* 0.25 s = 2 s. Above it the worker counts as stuck and is killed. Checks are counted instead of
seconds, so that a pause of the service itself is not blamed on the worker."""
PING_TICKS = 4
"""An idle worker gets a PING frame at every fourth check: 4 checks * 0.25 s = 1 s."""
LOAD_TICKS = 480
"""Upper limit for the checks without an answer while a worker loads its model: 480 checks * 0.25 s
= 120 s. Above it the worker is killed. The time is enough for the large model on a slow disk."""
FULL_SECONDS = 5.0
"""Upper limit for the seconds of audio that wait for decoding in a worker. Above it the worker
takes no new utterance."""
MOST_UTTERANCES = 100
"""Upper limit for the utterances that one worker holds at once; then it takes no new one. The
recogniser of each takes 1 to 50 MB."""
BACK_OFF_SECONDS = (0.0, 0.5, 1.0, 2.0, 5.0, 15.0, 30.0)
"""Pauses in seconds before a worker is started again: no pause before the first restart, 0.5 s
before the second, and so on up to 30 s. After a worker that ran for longer than HEALTHY_SECONDS (60
s), the list begins again."""
HEALTHY_SECONDS = 60.0
"""Seconds for which a worker must have run to count as healthy. When a healthy worker ends, the
next one is started without a pause: BACK_OFF_SECONDS begins again at its first entry."""
ABANDONED_SECONDS = 120.0
"""Seconds without any use after which an utterance is given up: it is neither fed nor finished.
Only a defect of the service causes this."""
MOST_DECODING_SECONDS = 30.0
"""Upper limit for the seconds of audio in finished utterances that a worker is decoding as a whole.
Above it the worker takes no new utterance. A model that takes 0.1 s per second of audio decodes as
much in 3 s, and the transcript of an answer of 1.5 s is waited for 3.25 s."""
_FULL_OCTETS = round(FULL_SECONDS * RATE * 2)


class Keeper:
    """Runs one recognition worker at a time and starts another one when it ends.

    The worker has the model in directory ``model``. The keeper also holds the utterances that the
    worker decodes.
    """

    def __init__(self, model: Path) -> None:
        self._model = model
        self._process: WorkerProcess | None = None
        self._utterances: dict[int, Utterance] = {}
        self._decoding: dict[int, float] = {}
        self._stuck = False
        self._answers = 0
        self._silent_ticks = 0
        self._ticks = 0
        self._early_deaths = 0
        self._lost = 0
        self._refusal = ""
        self.up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Future that is done when the first worker has loaded the model; it fails with ModelError
        if the model cannot be loaded."""

    @property
    def pid(self) -> int | None:
        """Process id of the worker; None while no worker is running or the worker is stuck."""
        return self._process.pid if self._process is not None and not self._stuck else None

    @property
    def running(self) -> bool:
        """True if a worker is running and not stuck, otherwise False.

        The worker may still be loading the model. Frames that are sent to it meanwhile wait in the
        pipe.
        """
        return self.pid is not None

    @property
    def load(self) -> tuple[bool, int, int]:
        """The load of the worker, to be compared with those of other workers.

        The worker with the smallest tuple has the least to do. The first element is True if the
        worker does not answer. The second is the number of its utterances. The third is the total
        octets of audio and other frames that it has not yet processed.
        """
        silent = self._process is None or not self._process.ready or self._silent_ticks > 1
        backlog = 0 if self._process is None else self._process.backlog
        decoding = round(self._decoding_seconds * RATE) * 2
        return (silent, len(self._utterances), backlog + decoding)

    @property
    def full(self) -> bool:
        """True if the worker has too much to do to take a new utterance, otherwise False."""
        backlog = 0 if self._process is None else self._process.backlog
        return (
            len(self._utterances) >= MOST_UTTERANCES
            or backlog > _FULL_OCTETS
            or self._decoding_seconds > MOST_DECODING_SECONDS
        )

    @property
    def _decoding_seconds(self) -> float:
        return sum(self._decoding.values())

    def pin(self, utterance: Utterance) -> None:
        """Assign ``utterance`` to this worker, which then decodes all audio of the utterance."""
        self._utterances[utterance.number] = utterance

    def send(self, frame: Frame) -> None:
        """Send ``frame`` to the worker; the frame is lost if no worker is running."""
        if self._process is not None:
            self._process.send(frame)

    def forget(self, utterance: Utterance) -> None:
        """Remove ``utterance`` from the worker's utterances, because it is over."""
        self._utterances.pop(utterance.number, None)
        self._decoding.pop(utterance.number, None)

    async def keep(self) -> None:
        """Run a worker, and start another one each time one ends, until this task is cancelled.

        There is a pause before a restart if workers end soon after their start (BACK_OFF_SECONDS).
        """
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            self._stuck, self._refusal = False, ""
            self._answers, self._silent_ticks, self._lost = 0, 0, 0
            try:
                self._process = await WorkerProcess.start(self._model)
                ended = await self._process.run(self._hear)
            except OSError as error:  # out of memory, or of processes
                ended = Ended(0, str(error), "")
            finally:
                self._process = None
            if loop.time() - began > HEALTHY_SECONDS:
                self._early_deaths = 0
            wait = BACK_OFF_SECONDS[min(self._early_deaths, len(BACK_OFF_SECONDS) - 1)]
            self._early_deaths += 1
            self._report_end(ended, wait)
            await asyncio.sleep(wait)

    def tick(self) -> None:
        """Kill the worker if it is stuck, and drop utterances that the service never finished.

        It is called every 0.25 s.
        """
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
                log.error(
                    "utterance_abandoned",
                    speech_seconds=round(utterance.seconds, 2),
                    reason=f"not used for {ABANDONED_SECONDS:.0f} s, a defect of the service",
                    effect="what the caller said in it is not recognised; the call goes on",
                    remedy="report the defect with the log of this call",
                )
                utterance.lose(Reason.ABANDONED)

    def close(self) -> None:
        """End all utterances of the worker as lost, because the service is being stopped."""
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
            case _ if (utterance := self._utterances.get(frame.utterance)) is not None:
                self._answered(utterance, frame)
            case _:
                pass

    def _answered(self, utterance: Utterance, frame: Frame) -> None:
        match frame.kind:
            case Kind.PARTIAL:
                utterance.partial(frame.payload.decode())
            case Kind.DECODING:
                self._decoding[utterance.number] = utterance.seconds
            case Kind.TRANSCRIPT | Kind.DECODED:
                utterance.settle(Transcript.of(json.loads(frame.payload)))
            case _:
                pass

    def _report_end(self, ended: Ended, wait: float) -> None:
        """Log the end of the worker; ``wait`` is the seconds until the next worker is started.

        The worker's utterances end as lost, so that row 25 asks their callers to repeat.
        """
        self._lose_all(Reason.DIED)
        log.error(
            "recogniser_died",
            pid=ended.pid,
            reason="stuck" if self._stuck else ended.how,
            worker_message=self._refusal or ended.last_line,
            lost_utterances=self._lost,
            restart_in_seconds=wait,
            effect="the callers of the lost utterances are asked to repeat (row 25); calls go on",
            remedy="reason SIGKILL or [Errno …]: give the machine more memory or lower "
            "recognition.workers; "
            "stuck: the machine is overloaded; others: install the model again if this repeats",
        )
        self._fail(
            tr(
                "the recogniser of {model} ends while it loads the model ({error}): install the "
                "model again"
            ).format(model=self._model, error=ended.last_line or ended.how)
        )

    def _fail(self, sentence: str) -> None:
        """Fail the future ``up`` with ModelError, unless a worker has loaded the model before.

        ``sentence`` is the message of the error.
        """
        if not self.up.done():
            self.up.set_exception(ModelError(sentence))
            self.up.exception()  # marks it as retrieved, also if nothing waits for it

    def _lose_all(self, reason: Reason) -> None:
        self._lost += len(self._utterances)
        for utterance in list(self._utterances.values()):
            utterance.settle(NotHeard(reason))
