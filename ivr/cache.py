"""Where this user keeps what can be made again: unpacked models, trained weights."""

import os
import tempfile
from pathlib import Path


def cache_directory() -> Path:
    """XDG's place, made when it is not there; a directory of our own where there is no home.

    OSError when there is none to write to.
    """
    configured = os.environ.get("XDG_CACHE_HOME", "")
    if configured:
        return Path(configured) / "ivr"
    try:
        home = Path.home() / ".cache" / "ivr"
        home.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return _temporary()
    return home


def _temporary() -> Path:
    """A directory that nobody else can have filled."""
    own = Path(tempfile.gettempdir()) / f"ivr-{os.getuid()}"
    own.mkdir(mode=0o700, exist_ok=True)
    if own.is_symlink() or own.stat().st_uid != os.getuid():
        raise PermissionError(f"{own} belongs to somebody else")
    return own
