"""A recognition worker: ``python -m ivr.recognition.worker MODEL PARENT``.

It loads one model and recognises any number of utterances at a time, with one recogniser for each.
Frames (:mod:`ivr.recognition.framing`) arrive on stdin, answers go to stdout. The worker ends when
stdin is closed or its parent ends. If Kaldi aborts, or a library crashes or ends its process, only
this process ends.
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
import threading  # noqa: E402
from collections.abc import Callable  # noqa: E402
from concurrent.futures import Future  # noqa: E402
from contextlib import suppress  # noqa: E402
from functools import partial  # noqa: E402
from pathlib import Path  # noqa: E402

from ivr.dialogue.expected import Expected  # noqa: E402
from ivr.recognition.engine import SpeechModel, SpeechUtterance, load_speech_model  # noqa: E402
from ivr.recognition.files import ModelError  # noqa: E402
from ivr.recognition.framing import Frame, FrameCutter, Kind  # noqa: E402
from ivr.recognition.offline import OfflineModel, OfflineUtterance  # noqa: E402
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
"""Octets of audio between two requests for the text so far: 2 octets * 8000 Hz * 0.24 s. Vosk
decodes 0.24 s of audio at a time, so earlier requests bring nothing new. To ask four times as often
takes a fifth more processor time. Models of sherpa-onnx decode 0.16 to 0.5 s at a time."""


class Worker:
    """The decoder of one worker process, with all utterances that it decodes at the moment.

    The service sends it messages (frames of ivr.recognition.framing); it replies to each of them.
    """

    def __init__(self, model: SpeechModel, send: Callable[[Frame], None]) -> None:
        """Take the loaded model, and the function that sends a frame to the service.

        ``send`` is used for frames that do not answer a frame. Any thread may call it.
        """
        self._model, self._send = model, send
        self._open: dict[int, SpeechUtterance] = {}
        self._decoding: dict[int, OfflineUtterance] = {}
        self._told: dict[int, str] = {}
        self._unasked: dict[int, int] = {}

    def answer(self, frame: Frame) -> Frame:
        """Process ``frame``, which the service sent, and return the frame that answers it."""
        if isinstance(self._model, OfflineModel):
            self._model.wait_if_stuck()
        number = frame.utterance
        match frame.kind, self._open.get(number):
            case Kind.AUDIO, _:
                return self._hear(frame)
            case Kind.FINISH, OfflineUtterance() as utterance:
                self._forget(number)
                self._decoding[number] = utterance
                utterance.finish_soon().add_done_callback(partial(self._decoded, number))
                return Frame(Kind.DECODING, number)
            case Kind.FINISH, opened:
                self._forget(number)
                heard = Transcript(()) if opened is None else opened.finish()
                return Frame(Kind.TRANSCRIPT, number, _encoded(heard))
            case Kind.PAUSE, OfflineUtterance() as utterance:
                utterance.pause()
            case Kind.GO_ON, OfflineUtterance() as utterance:
                utterance.go_on()
            case Kind.EXPECT, _:
                expected = Expected(frame.payload.decode())
                self._open[number] = self._model.utterance(expected)
            case Kind.CANCEL, _:
                dropped = self._forget(number) or self._decoding.pop(number, None)
                if isinstance(dropped, OfflineUtterance):
                    dropped.go_on()
            case _:
                pass
        return Frame(Kind.DONE, number)

    def _decoded(self, number: int, transcript: Future[Transcript]) -> None:
        """Send the transcript of the utterance ``number`` to the service.

        The decoding thread calls this when ``transcript`` is done. Send nothing if it was
        cancelled. If decoding has failed, end the process: the service then starts another worker.
        """
        self._decoding.pop(number, None)
        if transcript.cancelled():
            return
        error = transcript.exception()
        if error is not None:
            # The service starts another worker, as after any other fault of a library.
            reason = str(error).strip().partition("\n")[0]
            os.write(2, f"decoding fails: {reason}\n".encode())
            os._exit(1)
        with suppress(BrokenPipeError):  # the parent has ended
            self._send(Frame(Kind.DECODED, number, _encoded(transcript.result())))

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

    def _forget(self, number: int) -> SpeechUtterance | None:
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
    send = FrameSender(os.dup(1)).send
    os.dup2(2, 1)
    try:
        worker = Worker(load_speech_model(Path(sys.argv[1])), send)
    except ModelError as error:
        send(Frame(Kind.FAILED, payload=str(error).encode()))
        return
    send(Frame(Kind.READY))
    frames = FrameCutter()
    while octets := os.read(0, _PIECE):
        for frame in frames.feed(octets):
            send(worker.answer(frame))


def die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent process ends; Linux only.

    ``parent`` is the process id of the parent. A worker also ends at the end of stdin, but a worker
    that is stopped or hangs does not read stdin.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the process that started this worker has ended")


def _encoded(transcript: Transcript) -> bytes:
    return json.dumps(transcript.dump(), ensure_ascii=False).encode()


class FrameSender:
    """Sends frames to the service, each as a whole, from any thread."""

    def __init__(self, out: int) -> None:
        """``out`` is the file descriptor of the pipe to the service."""
        self._out = out
        self._lock = threading.Lock()

    def send(self, frame: Frame) -> None:
        """Send ``frame``; return when all of it is in the pipe."""
        octets = memoryview(frame.encode())
        with self._lock:
            while octets:
                octets = octets[os.write(self._out, octets) :]


if __name__ == "__main__":
    with suppress(BrokenPipeError):  # the parent has ended
        run_worker()
