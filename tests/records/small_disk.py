"""A disk that a test may fill: a real one of two megabytes where mounting is allowed."""

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OCTETS = 2 << 20


class SmallDisk:
    """A tmpfs of two megabytes, mounted on ``directory``."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @contextmanager
    def full(self) -> Iterator[None]:
        """Fill the disk to the last octet meanwhile."""
        filler = self.directory / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                pass
        try:
            yield
        finally:
            filler.unlink()

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Make the disk read-only, as a kernel does after errors.

        The kernel refuses to while a file is open for writing.
        """
        _mount("remount,ro", self.directory)
        try:
            yield
        finally:
            _mount("remount,rw", self.directory)


class LimitedFiles(SmallDisk):
    """Stands for a full disk where mounting is not allowed: no file may grow, by a limit."""

    @contextmanager
    def full(self) -> Iterator[None]:
        """Forbid this process to write an octet to a file."""
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Make the directory read-only for this user."""
        self.directory.chmod(0o555)
        try:
            yield
        finally:
            self.directory.chmod(0o755)


@contextmanager
def small_disk(directory: Path) -> Iterator[SmallDisk]:
    """Yield a small disk on ``directory``, or limits in its place where mounting is not allowed."""
    directory.mkdir()
    if os.geteuid() == 0 and _mount(f"size={OCTETS}", directory, check=False) == 0:
        try:
            yield SmallDisk(directory)
        finally:
            subprocess.run(["umount", "--lazy", directory], check=True)
    else:
        print("no tmpfs may be mounted here: RLIMIT_FSIZE and permissions stand for a full disk")
        yield LimitedFiles(directory)


def _mount(options: str, directory: Path, *, check: bool = True) -> int:
    words = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(directory)]
    return subprocess.run(words, check=check, capture_output=True).returncode
