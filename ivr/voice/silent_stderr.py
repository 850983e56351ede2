"""Discard what a library's native code writes to stderr, in the middle of a progress bar."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def silent_stderr() -> Iterator[None]:
    """Discard what the process writes to stderr while the block of ``with`` runs.

    Exceptions are not affected. It is for libraries that cannot be told to be silent: sherpa-onnx
    writes a line for each word of a lexicon that its model cannot say, and LiteRT one for each
    process.
    """
    stderr, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(nowhere)
