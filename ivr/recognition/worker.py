"""A recognition worker: ``python -m ivr.recognition.worker MODEL PARENT``.

Loads one model and recognises any number of utterances at a time, one recogniser each. Frames
(:mod:`ivr.recognition.framing`) come on stdin, answers go to stdout. It ends when stdin does, and
with its parent; what Kaldi aborts on, or a defect of libvosk, ends this process and no other.
"""

import signal

# Before the slow imports: the terminal's ^C and systemd's SIGTERM go to the whole group, and calls
# that are being drained still want to be understood. Who started us closes stdin.
for _number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(_number, signal.SIG_IGN)

import ctypes  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
from contextlib import suppress  # noqa: E402
from pathlib import Path  # noqa: E402

from ivr.recognition.files import ModelError  # noqa: E402
from ivr.recognition.framing import Frame, FrameCutter, Kind  # noqa: E402
from ivr.recognition.model import Model, ModelUtterance, load_model  # noqa: E402
from ivr.recognition.transcript import Transcript  # noqa: E402

_PR_SET_PDEATHSIG = 1
_PIECE = 1 << 16
_NICE = 5
"""Words can wait a little; the sound and the waits of every other call cannot, which the event loop
and Asterisk see to on the same cores. Without it 15 calls beside two busy processes on two cores
had waits 0.11 s late."""


_ASKED_OCTETS = 2 * 8000 * 24 // 100
"""So much sound lies between two guesses at what may have been said: Vosk decodes in pieces of
0.24 s, and asking four times as often makes recognition dearer by a fifth."""


class Worker:
    """Answers each frame with one frame."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._open: dict[int, ModelUtterance] = {}
        self._told: dict[int, str] = {}
        self._unasked: dict[int, int] = {}

    def answer(self, frame: Frame) -> Frame:
        """Do what ``frame`` asks."""
        match frame.kind:
            case Kind.AUDIO:
                return self._hear(frame)
            case Kind.FINISH:
                utterance = self._forget(frame.utterance)
                heard = Transcript(()) if utterance is None else utterance.finish()
                told = json.dumps(heard.dump(), ensure_ascii=False)
                return Frame(Kind.TRANSCRIPT, frame.utterance, told.encode())
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

    def _forget(self, number: int) -> ModelUtterance | None:
        self._told.pop(number, None)
        self._unasked.pop(number, None)
        return self._open.pop(number, None)


def main() -> None:
    """Load the model, say so, and answer until stdin ends."""
    die_with(int(sys.argv[2]))
    os.nice(_NICE)
    # What a library prints goes to stderr; stdout carries frames alone.
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
    """Be killed when the process ``parent``, which started this one, ends; Linux only.

    The end of stdin says the same, but a worker that is stopped or hangs does not read it.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("who started this worker has gone")


def _send(out: int, frame: Frame) -> None:
    octets = memoryview(frame.encode())
    while octets:
        octets = octets[os.write(out, octets) :]


if __name__ == "__main__":
    with suppress(BrokenPipeError):  # nobody wants to know any more
        main()
