"""A recognition worker: ``python -m ivr.recognition.worker MODEL PARENT``.

It loads one model and recognises any number of utterances at a time, with one recogniser for each.
Frames (:mod:`ivr.recognition.framing`) arrive on stdin, answers go to stdout. The worker ends when
stdin is closed or its parent ends. If Kaldi aborts or libvosk crashes, only this process ends.
"""

import signal

# This stands before the slow imports. ^C of a terminal and SIGTERM of systemd go to the whole
# process group, but calls that are still being served need the worker. The parent closes stdin to
# end it.
for _number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(_number, signal.SIG_IGN)

import ctypes  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
from contextlib import suppress  # noqa: E402
from pathlib import Path  # noqa: E402

from ivr.dialogue.expected import Expected  # noqa: E402
from ivr.recognition.files import ModelError  # noqa: E402
from ivr.recognition.framing import Frame, FrameCutter, Kind  # noqa: E402
from ivr.recognition.model import Model, load_model  # noqa: E402
from ivr.recognition.steering import Decoding  # noqa: E402
from ivr.recognition.transcript import Transcript  # noqa: E402

_PR_SET_PDEATHSIG = 1
_PIECE = 1 << 16
"""Upper limit for the octets of one read from stdin."""
_NICE = 5
"""Niceness of a worker process, so that the event loop and Asterisk on the same cores go first.
They must send audio and end the waits of all calls on time, but recognition can be later. Without
this niceness, waits ended 0.11 s late in a test: 15 calls beside two busy processes on two
cores."""


_ASKED_OCTETS = 2 * 8000 * 24 // 100
"""Octets of audio between two requests to Vosk for the text so far: 2 octets * 8000 Hz * 0.24 s.
Vosk decodes 0.24 s of audio at a time, so earlier requests bring nothing new. To ask four times as
often takes a fifth more processor time."""


class Worker:
    """Decodes the utterances of one worker process and answers each frame with one frame."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._open: dict[int, Decoding] = {}
        self._told: dict[int, str] = {}
        self._unasked: dict[int, int] = {}

    def answer(self, frame: Frame) -> Frame:
        """Process ``frame``, which the service sent, and return the frame that answers it."""
        match frame.kind:
            case Kind.AUDIO:
                return self._hear(frame)
            case Kind.FINISH:
                utterance = self._forget(frame.utterance)
                heard = Transcript(()) if utterance is None else utterance.finish()
                told = json.dumps(heard.dump(), ensure_ascii=False)
                return Frame(Kind.TRANSCRIPT, frame.utterance, told.encode())
            case Kind.EXPECT:
                expected = Expected(frame.payload.decode())
                self._open[frame.utterance] = self._model.utterance(expected)
            case Kind.CANCEL:
                self._forget(frame.utterance)
            case _:
                pass
        return Frame(Kind.DONE, frame.utterance)

    def _hear(self, frame: Frame) -> Frame:
        number = frame.utterance
        if number not in self._open:
            self._open[number] = self._model.utterance()
        self._open[number].feed_octets(frame.payload)
        self._unasked[number] = self._unasked.get(number, 0) + len(frame.payload)
        if self._unasked[number] < _ASKED_OCTETS:
            return Frame(Kind.DONE, number)
        self._unasked[number] = 0
        text = self._open[number].so_far()
        if text == self._told.get(number, ""):
            return Frame(Kind.DONE, number)
        self._told[number] = text
        return Frame(Kind.PARTIAL, number, text.encode())

    def _forget(self, number: int) -> Decoding | None:
        self._told.pop(number, None)
        self._unasked.pop(number, None)
        return self._open.pop(number, None)


def run_worker() -> None:
    """Load the model, send READY, and answer the frames on stdin until stdin ends.

    If the model cannot be used, send FAILED and return.
    """
    die_with(int(sys.argv[2]))
    os.nice(_NICE)
    # stdout carries only frames: what a library prints is redirected to stderr.
    out = os.dup(1)
    os.dup2(2, 1)
    try:
        worker = Worker(load_model(Path(sys.argv[1])))
    except ModelError as error:
        _send(out, Frame(Kind.FAILED, payload=str(error).encode()))
        return
    _send(out, Frame(Kind.READY))
    frames = FrameCutter()
    while octets := os.read(0, _PIECE):
        for frame in frames.feed(octets):
            _send(out, worker.answer(frame))


def die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent process ends; Linux only.

    ``parent`` is the process id of the parent. A worker also ends at the end of stdin, but a worker
    that is stopped or hangs does not read stdin.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the process that started this worker has ended")


def _send(out: int, frame: Frame) -> None:
    octets = memoryview(frame.encode())
    while octets:
        octets = octets[os.write(out, octets) :]


if __name__ == "__main__":
    with suppress(BrokenPipeError):  # the parent has ended
        run_worker()
