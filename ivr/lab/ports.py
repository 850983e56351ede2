"""Finds free ports of loopback for the parts of a laboratory."""

import fcntl
import socket
import tempfile
from collections.abc import Iterator
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from typing import TextIO

from ivr.translation import tr

_FIRST, _SIZE, _BLOCKS = 10_000, 500, 20
"""The ports 10,000 (_FIRST) to 19,999 are divided into 20 blocks (_BLOCKS) of 500 ports (_SIZE).
Each process uses one block. The kernel gives higher ports to outgoing connections, so none of them
takes a free port before the laboratory uses it."""


def free_ports(count: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> list[int]:
    """Return ``count`` free ports of 127.0.0.1, for TCP or, by ``kind``, for UDP.

    They are from a block of 500 ports that no other process with a laboratory uses. Raise OSError
    if fewer than ``count`` ports of the block are free, or if other processes use all 20 blocks.
    """
    free = (port for port in islice(_ports_of_this_process(), _SIZE) if _is_free(port, kind))
    found = list(islice(free, count))
    if len(found) < count:
        raise OSError(
            tr("fewer than {count} of the {size} ports of this process are free").format(
                count=count, size=_SIZE
            )
        )
    return found


def _is_free(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:  # servers take a port whose last connections still fade
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@cache
def _ports_of_this_process() -> Iterator[int]:
    """Return an endless iterator over the 500 ports that this process may use.

    It goes through them again and again, so that a port that was just released is not used again
    soon. The ports are the first block that no other process has locked; it stays locked as long as
    this process lives. Raise OSError if other processes have locked all 20 blocks.
    """
    for block in range(_BLOCKS):
        path = Path(tempfile.gettempdir()) / f"ivr-ports-{block}.lock"
        if (lock := _locked(path)) is not None:
            first = _FIRST + block * _SIZE
            return _turn(lock, range(first, first + _SIZE))
    raise OSError(
        tr("{number} other processes have laboratories on this machine: end one of them").format(
            number=_BLOCKS
        )
    )


def _locked(path: Path) -> TextIO | None:
    """Open and lock the file ``path``, and return it. Return None if another process has locked it,
    or if it cannot be opened."""
    try:
        lock = path.open("w")
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    return lock


def _turn(lock: TextIO, ports: range) -> Iterator[int]:
    with lock:
        yield from cycle(ports)
