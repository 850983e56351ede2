"""Try something in a process of its own, because it may end the process.

sherpa-onnx ends its process, without an exception, if a model lacks an entry of its metadata.
"""

import multiprocessing
import os
import re
import signal
import tempfile
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ivr.translation import tr
from ivr.voice import VoiceError

_SECONDS = 300.0
"""Time limit of a trial, in seconds. It is there for a trial that would never end."""
_PLACE = re.compile(r"^\S+:\w+:\d+ ")
"""Where in its source the library wrote a line: file, function and line number."""


def try_in_a_process(trial: Callable[..., object], arguments: tuple[Any, ...], voice: str) -> None:
    """Call ``trial`` with ``arguments`` in a new process; return once it has returned there.

    Both must be picklable. Raise VoiceError if the trial raises it, if its process ends early, or
    if it takes too long. ``voice`` is the name of the voice, for the message.
    """
    spawning = multiprocessing.get_context("spawn")
    receiver, sender = spawning.Pipe(duplex=False)
    with receiver, sender, tempfile.NamedTemporaryFile() as stderr:
        process = spawning.Process(
            target=_answer, args=(trial, arguments, sender, stderr.name), daemon=True
        )
        process.start()
        sender.close()
        try:
            answer = receiver.recv() if receiver.poll(_SECONDS) else None
        except EOFError:
            process.join()
            how = _how_it_ended(process.exitcode or 0)
            raise _unusable(voice, how, Path(stderr.name)) from None
        finally:
            process.kill()  # it has answered, and need not tidy up
            process.join()
            process.close()
        if answer is None:
            how = tr("it took more than {seconds:g} s").format(seconds=_SECONDS)
            raise _unusable(voice, how, Path(stderr.name))
    if answer:
        raise VoiceError(answer)


def _answer(
    trial: Callable[..., object], arguments: tuple[Any, ...], answers: Connection, stderr: str
) -> None:
    """Call ``trial`` with ``arguments``, and send the result through ``answers``.

    The result is "" if the trial succeeds, otherwise the message of its VoiceError. What this
    process writes to stderr goes to the file ``stderr``.
    """
    descriptor = os.open(stderr, os.O_WRONLY | os.O_APPEND)
    os.dup2(descriptor, 2)
    try:
        trial(*arguments)
    except VoiceError as error:
        answers.send(str(error))
    else:
        answers.send("")


def _how_it_ended(exit_code: int) -> str:
    if exit_code >= 0:
        return tr("exit code {code}").format(code=exit_code)
    try:
        return signal.Signals(-exit_code).name
    except ValueError:
        return tr("signal {number}").format(number=-exit_code)


def _unusable(voice: str, how: str, stderr: Path) -> VoiceError:
    """Return the error for a trial whose process ended early or took too long.

    ``how`` says how it ended. ``stderr`` is the file with what the process wrote to stderr; the
    message quotes its last line.
    """
    lines = stderr.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return VoiceError(
        tr(
            "the voice {voice} cannot be used, because sherpa-onnx failed with it ({how}: "
            "{last_line}); fetch the voice again with `ivr voices fetch`"
        ).format(
            voice=voice,
            how=how,
            last_line=_PLACE.sub("", lines[-1]) if lines else tr("it gives no reason"),
        )
    )
