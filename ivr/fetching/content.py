"""The files of an unpacked archive: which of them are whole, and which are kept."""

from collections.abc import Collection
from pathlib import Path

_POINTER = b"version https://git-lfs"
"""Beginning of a pointer of Git LFS: a text of about 130 octets that stands for a large file which
was not included. The archive of the voice melo has one, ``model.int8.onnx``."""
_PAPERS = ("licen", "copying", "notice", "readme", "model_card")
"""Beginnings of the names of files that say who made something, and what is allowed."""


def has_content(path: Path) -> bool:
    """Return True if ``path`` is a file that is neither empty nor a pointer of Git LFS.

    A pointer is a short text that stands for a large file which the archive does not include.
    """
    if not path.is_file():
        return False
    with path.open("rb") as file:
        begin = file.read(len(_POINTER))
    return bool(begin) and begin != _POINTER


def remove_unused(directory: Path, used: Collection[str]) -> None:
    """Delete everything in ``directory`` but the files ``used`` and the texts about the licence.

    ``used`` holds names of files that are directly in ``directory``. Archives also hold
    dictionaries, test sounds and models in other precisions, which this product does not use and
    which can be several times as large as the rest.
    """
    # Deepest first, so that directories are empty when their turn comes.
    for path in sorted(directory.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
            continue
        is_used = path.parent == directory and path.name in used
        if not is_used and not path.name.lower().startswith(_PAPERS):
            path.unlink()
