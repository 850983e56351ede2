"""Directories outside the package: the shipped words and tables, and this user's cache."""

import os
import tempfile
from pathlib import Path

from platformdirs import user_cache_path

from ivr.translation import tr

SHARE = Path(os.environ.get("IVR_SHARE") or Path(__file__).resolve().parents[1] / "prompts")
"""Directory of the shipped words and tables. The environment variable IVR_SHARE names it where the
package is installed alone, as in the service's container. Without the variable it is ``prompts``
beside the package, as in a checkout."""


def cache_directory() -> Path:
    """Return this user's directory for files that can be made again, such as unpacked models.

    It is made if it is missing. It is the platform's cache directory or, if that cannot be made, a
    directory below that of temporary files. Raise OSError if neither can be made.
    """
    cache = user_cache_path("ivr")
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError:
        return _temporary()
    return cache


def _temporary() -> Path:
    """Return the directory of this user below that of temporary files; make it if it is missing.

    Raise PermissionError if another user owns it.
    """
    own = Path(tempfile.gettempdir()) / f"ivr-{os.getuid()}"
    own.mkdir(mode=0o700, exist_ok=True)
    if own.is_symlink() or own.stat().st_uid != os.getuid():
        raise PermissionError(
            tr("{directory} belongs to another user: remove it, or set XDG_CACHE_HOME").format(
                directory=own
            )
        )
    return own
