"""Check that a directory holds a complete Vosk model.

Kaldi, the library inside Vosk, ends the whole process when a file is missing or damaged. The files
are therefore checked before Vosk reads them.
"""

import struct
from pathlib import Path

from ivr.translation import tr

_FST_MAGIC = 2125659606


class ModelError(Exception):
    """A model cannot be used; the message names the model, the reason and the remedy."""


def check_files(directory: Path) -> None:
    """Raise ModelError if a file of the model in ``directory`` is missing, empty or cut off.

    Only names, sizes and the beginnings of files are read, which takes less than a millisecond.
    """
    if not directory.is_dir():
        raise ModelError(
            tr("there is no model in {directory}: give the directory of a Vosk model").format(
                directory=directory
            )
        )
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
    for graph in sorted(directory.glob("expected/*/HCLG.fst")):
        _check_fst(graph)
    with acoustic.open("rb") as file:
        if not file.read(32).lstrip(b"\0B ").startswith(b"<TransitionModel>"):
            raise ModelError(
                tr("{path} is not an acoustic model: install the model again").format(path=acoustic)
            )


def _required(directory: Path, name: str) -> Path:
    path = directory / name
    if not path.is_file():
        raise ModelError(
            tr("{directory} lacks {name}: give the directory of a complete Vosk model").format(
                directory=directory, name=name
            )
        )
    if path.stat().st_size == 0:
        raise ModelError(tr("{path} is empty: install the model again").format(path=path))
    return path


def _check_fst(path: Path) -> None:
    """Raise ModelError if ``path`` is not an OpenFst graph or is cut off.

    The length of a graph of type ``vector`` is computed from its header, which has the numbers of
    states and arcs. In graphs of other types only the header is checked.
    """
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
        raise ModelError(
            tr("{path} is not a decoding graph: install the model again").format(path=path)
        )
    least = at + 40 + 12 * states + 16 * arcs
    if kind == "vector" and path.stat().st_size < least:
        raise ModelError(tr("{path} is cut off: install the model again").format(path=path))


def _string(octets: bytes, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<i", octets, at)
    end = at + 4 + max(0, length)
    return octets[at + 4 : end].decode(), end
