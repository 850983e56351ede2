"""Write a text file so that no reader ever finds a part of it."""

import os
import tempfile
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write ``text`` to a temporary file beside ``path``, and rename it to ``path``.

    A file that was there keeps its mode, and stays as it was if this fails. Raise OSError if the
    text cannot be written.
    """
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", newline="", dir=path.parent, delete=False
    ) as draft:
        try:
            draft.write(text)
            draft.flush()
            os.fsync(draft.fileno())
            os.chmod(draft.name, path.stat().st_mode & 0o777 if path.exists() else 0o644)
            os.replace(draft.name, path)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
