"""Find out what model an unpacked archive holds, and complete its manifest."""

from dataclasses import replace
from pathlib import Path

from ivr.fetching.content import has_content, remove_unused
from ivr.fetching.unpack import UnpackError
from ivr.recognition.files import check_files
from ivr.recognition.manifest import (
    FILE_ROLES,
    TRANSDUCER_TAIL_SECONDS,
    Family,
    ModelManifest,
)
from ivr.translation import tr

FAMILY_TAIL_SECONDS: dict[Family, float] = {
    "vosk": 0.0,
    "transducer": TRANSDUCER_TAIL_SECONDS,
    "zipformer2_ctc": 0.3,
    "zipformer_ctc": 0.0,
    "sense_voice": 0.0,
}
"""``tail_seconds`` of a model of which only the family is known. The value of ``zipformer2_ctc`` is
from a published measurement (39 sentences of AISHELL-1, 25 MB model): more brought nothing."""


def complete_manifest(directory: Path, known: ModelManifest) -> ModelManifest:
    """Return the manifest ``known``, completed by the names and sizes of the model's files.

    ``directory`` holds the unpacked model. All files that the model does not need are deleted,
    except texts about its licence; of a Vosk model nothing is deleted. Raise UnpackError if a file
    is missing, or if it is not clear which file to take; raise ModelError if a file of a Vosk model
    is missing or damaged.
    """
    if known.family == "vosk":
        check_files(directory)
        return known
    files = {role: _file_of(directory, role) for role in FILE_ROLES[known.family]}
    octets = {name: (directory / name).stat().st_size for name in files.values()}
    remove_unused(directory, octets)
    return replace(known, files=files, octets=octets)


def recognised_family(directory: Path) -> Family:
    """Return the family (the kind) of the speech model that is unpacked in ``directory``.

    The names of the files tell it. Raise UnpackError if several families have files of these names,
    or if ``directory`` holds no model.
    """
    if any((directory / name).is_dir() for name in ("am", "conf", "graph")):
        return "vosk"
    if any(directory.glob("encoder*.onnx")):
        return "transducer"
    if any(directory.glob("model*.onnx")):
        fitting = [family for family, roles in FILE_ROLES.items() if "model" in roles]
        raise UnpackError(
            tr(
                "its files do not say what family of models it is (say it with --family {families})"
            ).format(families=", ".join(fitting))
        )
    raise UnpackError(tr("no model is in it"))


def _file_of(directory: Path, role: str) -> str:
    """Return the name of the file in ``directory`` for ``role``, such as ``encoder`` or ``tokens``.

    Of several files, the one of an int8 model is taken, because it needs a quarter of the memory
    and less time. Raise UnpackError if there is no file, or if it is not clear which one to take.
    """
    if role == "tokens":
        found = [directory / "tokens.txt"]
    else:
        found = sorted(directory.glob(f"{role}*.onnx"))
    whole = [path.name for path in found if has_content(path)]
    small = [name for name in whole if ".int8." in name]
    if not whole:
        expected = "tokens.txt" if role == "tokens" else f"{role}.onnx"
        raise UnpackError(tr("{name} in it is missing or empty").format(name=expected))
    if len(small or whole) > 1:
        raise UnpackError(
            tr("it holds {names}: which of them is the model is not known").format(
                names=", ".join(whole)
            )
        )
    return (small or whole)[0]
