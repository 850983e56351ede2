"""Is a directory a whole Vosk model? What Kaldi would abort on is found here first."""

import struct
from pathlib import Path

_FST_MAGIC = 2125659606


class ModelError(Exception):
    """A model cannot be used; the message says which, why, and what to do."""


def check_files(directory: Path) -> None:
    """ModelError when a part of the model in ``directory`` is missing, empty or cut off.

    Looks at names, sizes and the two ends of files; it takes under a millisecond.
    """
    if not directory.is_dir():
        raise ModelError(f"there is no model in {directory}: give the directory of a Vosk model")
    acoustic = _required(directory, "am/final.mdl")
    _required(directory, "conf/mfcc.conf")
    _required(directory, "conf/model.conf")
    if (directory / "graph" / "HCLr.fst").exists():
        _check_fst(_required(directory, "graph/HCLr.fst"))
        _check_fst(_required(directory, "graph/Gr.fst"))
    else:
        _check_fst(_required(directory, "graph/HCLG.fst"))
        _required(directory, "graph/words.txt")
    _required(directory, "graph/phones/word_boundary.int")
    with acoustic.open("rb") as file:
        if not file.read(32).lstrip(b"\0B ").startswith(b"<TransitionModel>"):
            raise ModelError(f"{acoustic} is no acoustic model: put the model there anew")


def _required(directory: Path, name: str) -> Path:
    path = directory / name
    if not path.is_file():
        raise ModelError(f"{directory} lacks {name}: give the directory of a whole Vosk model")
    if path.stat().st_size == 0:
        raise ModelError(f"{path} is empty: put the model there anew")
    return path


def _check_fst(path: Path) -> None:
    """A graph of the kind ``vector`` says how long it must be; of others the start is checked."""
    with path.open("rb") as file:
        head = file.read(128)
    try:
        (magic,) = struct.unpack_from("<i", head)
        kind, at = _string(head, 4)
        _, at = _string(head, at)
        _, _, _, _, states, arcs = struct.unpack_from("<iiQqqq", head, at)
    except (struct.error, UnicodeDecodeError):
        magic = 0
    if magic != _FST_MAGIC:
        raise ModelError(f"{path} is no decoding graph: put the model there anew")
    least = at + 40 + 12 * states + 16 * arcs
    if kind == "vector" and path.stat().st_size < least:
        raise ModelError(f"{path} is cut off: put the model there anew")


def _string(octets: bytes, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<i", octets, at)
    end = at + 4 + max(0, length)
    return octets[at + 4 : end].decode(), end
