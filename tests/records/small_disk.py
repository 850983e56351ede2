"""A disk that a test may fill: a real one of two megabytes where the machine permits it."""

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OCTETS = 2 << 20


class SmallDisk:
    """Two megabytes of tmpfs on ``directory``."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @contextmanager
    def full(self) -> Iterator[None]:
        """Something else has taken every octet meanwhile."""
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
        """As a kernel makes a disk that has shown errors. For files that are open for writing the
        kernel refuses it, so that only a disk which nobody writes to can become so."""
        _mount("remount,ro", self.directory)
        try:
            yield
        finally:
            _mount("remount,rw", self.directory)


class LimitedFiles(SmallDisk):
    """Where nothing may be mounted: no file may grow meanwhile, which is the same to its writer."""

    @contextmanager
    def full(self) -> Iterator[None]:
        """No file may have an octet."""
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Not writable for this user."""
        self.directory.chmod(0o555)
        try:
            yield
        finally:
            self.directory.chmod(0o755)


@contextmanager
def small_disk(directory: Path) -> Iterator[SmallDisk]:
    """Mounted on ``directory``; without the right to mount, a limit that is said to be one."""
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
