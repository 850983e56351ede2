"""One worker process as the event loop sees it: frames go in and come out, nothing blocks."""

import asyncio
import os
import signal
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ivr.recognition.environment import for_worker
from ivr.recognition.framing import Frame, FrameCutter, FramingError, Kind

_PIECE = 1 << 16
_LAST_WORDS = 2000
"""Octets of a worker's stderr that are kept: Kaldi says there why it aborts."""
_GRACE_SECONDS = 1.0
"""How long a worker that is told to stop may take before it is killed."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a worker ended."""

    pid: int
    how: str
    """"exit 0", "SIGABRT", or what is wrong with its frames."""
    said: str
    """The last line of its stderr."""


class WorkerProcess:
    """A running worker. It is to be listened to (:meth:`run`) until it ends."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        self._process = process
        self._stdin = process.stdin
        self._unanswered: deque[int] = deque()
        self.ready = False
        """Whether the model is loaded; what is sent before is kept by the pipe."""
        self.backlog = 0
        """Octets of frames that have not been answered."""
        self.answers = 0
        """How many frames came from it."""

    @classmethod
    async def start(cls, model: Path) -> "WorkerProcess":
        """Start a worker with the model in ``model``. It inherits three pipes and nothing else."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "ivr.recognition.worker",
            str(model),
            str(os.getpid()),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=for_worker(),
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def waiting(self) -> int:
        """How many frames it has not answered."""
        return len(self._unanswered)

    def send(self, frame: Frame) -> None:
        """Hand a frame over. Never blocks; to a worker that has ended it is lost."""
        if self._stdin.is_closing():
            return
        octets = frame.encode()
        self._unanswered.append(len(octets))
        self.backlog += len(octets)
        self._stdin.write(octets)

    async def run(self, tell: Callable[[Frame], None]) -> Ended:
        """Tell every frame that comes, until the worker has ended and is reaped.

        When this is cancelled, the worker is asked to stop and then killed.
        """
        assert self._process.stderr is not None
        last_words = asyncio.create_task(_tail(self._process.stderr))
        try:
            problem = await self._listen(tell)
        except asyncio.CancelledError:
            await self._stop()
            raise
        finally:
            self.kill()
            self._stdin.close()
            status = await self._process.wait()
            said = await last_words
        return Ended(self.pid, problem or _how(status), said)

    def kill(self) -> None:
        """End it now, whatever it does; a stopped process as well."""
        if self._process.returncode is None:
            # Not Process.kill: it looks for the exit status first, and asyncio never finds it.
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    async def _stop(self) -> None:
        self._stdin.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), _GRACE_SECONDS)

    async def _listen(self, tell: Callable[[Frame], None]) -> str:
        """Until the worker closes stdout; what is wrong with its frames, if anything is."""
        assert self._process.stdout is not None
        frames = FrameCutter()
        try:
            while octets := await self._process.stdout.read(_PIECE):
                for frame in frames.feed(octets):
                    self._count(frame)
                    tell(frame)
        except FramingError as error:
            return str(error)
        return ""

    def _count(self, frame: Frame) -> None:
        self.answers += 1
        if frame.kind is Kind.READY:
            self.ready = True
        elif frame.kind is not Kind.FAILED and self._unanswered:
            self.backlog -= self._unanswered.popleft()


async def _tail(stream: asyncio.StreamReader) -> str:
    """The last line of a stream that must be read lest its writer waits."""
    kept = b""
    while octets := await stream.read(_PIECE):
        kept = (kept + octets)[-_LAST_WORDS:]
    lines = kept.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""


def _how(status: int) -> str:
    if status >= 0:
        return f"exit {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
