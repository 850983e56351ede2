"""Ports of loopback for the parts of a laboratory."""

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
"""The ports of the blocks. They lie below those that the kernel gives to outgoing connections, so
nothing takes a port between the moment it is found free and the moment it is used."""


def free_ports(count: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> list[int]:
    """Return ports of loopback that are free, and that this function gives to no other process.

    Raises OSError when this process or this machine has no more.
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
    """Return the ports of one block in turn, so that a port just left is not used again soon.

    The first block that no other process has is locked as long as this process lives.
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
    """Return the file, open and locked; None when another process has it."""
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
