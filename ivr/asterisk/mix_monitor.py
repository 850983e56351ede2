"""The recording of a call by Asterisk's MixMonitor, each of the two sides in its own file.

MixMonitor records what the caller hears, prompts and apologies included, and goes on when this
process is frozen. It writes from its own thread, so no sound waits for it. Asterisk fills the
pauses of each side, so the two files stay in step (measured on 22.10.1).
"""

import re
from collections.abc import Callable

from ivr.asterisk.agi_wire import command

_STEM = re.compile(r"/[A-Za-z0-9_./-]+")
"""Matches an absolute path of letters, digits and ``_./-``. A closing bracket in the path would end
the file name within MixMonitor's options. A comma after it would begin MixMonitor's third argument,
which is a command that the PBX runs."""


def is_one_word(path: str) -> bool:
    """Return True if ``path`` is absolute and has no character that MixMonitor would interpret.

    Return False otherwise. The characters allowed are letters, digits and ``_./-``.
    """
    return _STEM.fullmatch(path) is not None


class MixMonitor:
    """A recorder of one call (:class:`ivr.call.ports.Recorder`): Asterisk's MixMonitor."""

    def __init__(self, send: Callable[[Callable[[], bytes]], None], stem: str) -> None:
        """Prepare to record into the files ``stem``-caller.wav and ``stem``-hotline.wav.

        ``stem`` is an absolute path on the PBX; :func:`is_one_word` must be True for it. ``send``
        is called with a function that returns an AGI command, and calls it when the command can be
        sent.
        """
        self._send, self._stem = send, stem

    def start(self) -> None:
        """Record both sides of the call, until the caller's channel ends.

        The recording begins when the command can be sent: at the next prompt or silence.
        """
        files = f",r({self._stem}-caller.wav)t({self._stem}-hotline.wav)"
        self._send(lambda: command("EXEC", "MixMonitor", files))

    def drop(self) -> None:
        """End all recordings of the caller's channel, also one that another service has begun."""
        self._send(lambda: command("EXEC", "StopMixMonitor"))
