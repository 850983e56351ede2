"""The recording of a call: Asterisk's own MixMonitor, each side in a file of its own.

It hears what the caller hears, prompts and apologies included, goes on when this process stands
still, and writes from a thread of its own: nothing on the wire waits for it or for us. Asterisk
fills pauses of either side, so that the two files keep step (measured on 22.10.1).
"""

import re
from collections.abc import Callable

from ivr.asterisk.agi_wire import command

_STEM = re.compile(r"/[A-Za-z0-9_./-]+")
"""No comma, bracket or blank: they would be further arguments, the third of which is a command."""


def is_one_word(path: str) -> bool:
    """Whether Asterisk takes an absolute path for a path and for nothing else."""
    return _STEM.fullmatch(path) is not None


class MixMonitor:
    """Records one call. Implements :class:`ivr.call.ports.Recorder`."""

    def __init__(self, send: Callable[[Callable[[], bytes]], None], stem: str) -> None:
        """``send`` takes what makes an AGI command and calls it when the command can be sent.

        ``stem`` is the absolute path of the files on the PBX, without their endings;
        :func:`is_one_word` must be true of it.
        """
        self._send, self._stem = send, stem

    def start(self) -> None:
        """Before the next sound; the end of the channel ends it."""
        files = f",r({self._stem}-caller.wav)t({self._stem}-hotline.wav)"
        self._send(lambda: command("EXEC", "MixMonitor", files))

    def drop(self) -> None:
        """Every recording of the channel is ended, also one of a service that died."""
        self._send(lambda: command("EXEC", "StopMixMonitor"))
