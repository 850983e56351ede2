"""One worker process. The event loop sends frames to it and receives frames without blocking."""

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
"""Upper limit for the octets of one read from a pipe."""
_KEPT_STDERR = 2000
"""Number of octets that are stored from the end of a worker's stderr. Kaldi writes there why it
aborts."""
_GRACE_SECONDS = 1.0
"""Time limit in seconds for a worker to stop after its stdin is closed; then it is killed."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a worker process ended: its process id, the cause, and its last message."""

    pid: int
    how: str
    """Cause of the worker's end: "exit 0", "SIGABRT", or a sentence about an error in its frames or
    at its start."""
    last_line: str
    """The last line that the worker wrote to stderr; "" if it wrote none."""


class WorkerProcess:
    """A running worker process. Its owner must await :meth:`run` until the worker ends."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        self._process = process
        self._stdin = process.stdin
        self._unanswered: deque[int] = deque()
        self.ready = False
        """True if the worker has loaded the model; frames sent earlier wait in the pipe."""
        self.backlog = 0
        """Total octets of the frames that were sent to the worker and are not yet answered."""
        self.answers = 0
        """Number of frames received from the worker."""

    @classmethod
    async def start(cls, model: Path) -> "WorkerProcess":
        """Start a worker with the model in directory ``model``.

        The worker inherits no open files but the three pipes that are its stdin, stdout and stderr.
        """
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
        """Process id of the worker."""
        return self._process.pid

    @property
    def waiting(self) -> int:
        """Number of frames that were sent to the worker and are not yet answered."""
        return len(self._unanswered)

    def send(self, frame: Frame) -> None:
        """Send a frame to the worker without blocking; it is lost if the worker has ended."""
        if self._stdin.is_closing():
            return
        octets = frame.encode()
        self._unanswered.append(len(octets))
        self.backlog += len(octets)
        self._stdin.write(octets)

    async def run(self, tell: Callable[[Frame], None]) -> Ended:
        """Call ``tell`` with each frame from the worker, until its process has ended.

        Return how the process ended. If the task is cancelled, the worker is asked to stop. It is
        killed if it still runs after one second.
        """
        assert self._process.stderr is not None
        stderr = asyncio.create_task(_tail(self._process.stderr))
        try:
            problem = await self._listen(tell)
        except asyncio.CancelledError:
            await self._stop()
            raise
        finally:
            self.kill()
            self._stdin.close()
            status = await self._process.wait()
            last_line = await stderr
        return Ended(self.pid, problem or _how(status), last_line)

    def kill(self) -> None:
        """Kill the worker process at once, also if it is stopped (SIGSTOP)."""
        if self._process.returncode is None:
            # Process.kill is not used: it reaps the process itself, and asyncio would then never
            # learn the exit status.
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    async def _stop(self) -> None:
        self._stdin.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), _GRACE_SECONDS)

    async def _listen(self, tell: Callable[[Frame], None]) -> str:
        """Call ``tell`` with each frame from the worker until the worker closes stdout.

        Return the error in the octets received, or "" if there was none.
        """
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
        elif frame.kind not in (Kind.FAILED, Kind.DECODED) and self._unanswered:
            self.backlog -= self._unanswered.popleft()


def resident_megabytes(pid: int) -> float | None:
    """Return the memory (RSS) that the process ``pid`` occupies, in megabytes.

    Return None if there is no such process or the system does not report it.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1000
    except (OSError, ValueError, IndexError):
        return None


async def _tail(stream: asyncio.StreamReader) -> str:
    """Read ``stream`` to its end and return its last line, or "" if it is empty.

    Reading all of it keeps the writer from blocking.
    """
    kept = b""
    while octets := await stream.read(_PIECE):
        kept = (kept + octets)[-_KEPT_STDERR:]
    lines = kept.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""


def _how(status: int) -> str:
    if status >= 0:
        return f"exit {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
