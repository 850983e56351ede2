"""Recognise what kind of voice an archive of sherpa-onnx holds, by the names of its files."""

from pathlib import Path

from ivr.fetching.unpack import UnpackError
from ivr.translation import tr

_POINTER = b"version https://git-lfs"
"""Beginning of a pointer of Git LFS: a text of about 130 octets that stands for a large file which
was not included. The archive of melo has one, ``model.int8.onnx``."""
_PAPERS = ("licen", "copying", "notice", "readme", "model_card")
"""Beginnings of the names of files that say who made the voice, and what is allowed."""


def recognise_family(directory: Path) -> tuple[str, dict[str, str]]:
    """Return the family of the voice in ``directory``, and the names of its files by their roles.

    The families are vits, kokoro and matcha. Raise UnpackError if the files are none of them, or if
    one is empty.
    """
    models = [path.name for path in sorted(directory.glob("*.onnx")) if _is_whole(path)]
    vocoders = [name for name in models if "voco" in name.lower() or "hifigan" in name.lower()]
    models = [name for name in models if name not in vocoders]
    if not models:
        raise UnpackError(tr("no model (*.onnx) is in it"))
    # The model without quantisation is the better one where both are there.
    model = min(models, key=lambda name: ("int8" in name, name != "model.onnx", name))
    files = {"tokens": "tokens.txt"}
    if (directory / "voices.bin").exists():
        family = "kokoro"
        english = ["lexicon-us-en.txt"] if (directory / "lexicon-us-en.txt").exists() else []
        files |= {"model": model, "voices": "voices.bin"}
        files["lexicon"] = ",".join([*english, "lexicon-zh.txt"])
    elif model.startswith("model-steps"):
        family = "matcha"
        if not vocoders:
            remedy = tr("it has no vocoder: pack one of sherpa-onnx (vocos-….onnx) beside {name}")
            raise UnpackError(remedy.format(name=model))
        files |= {"acoustic": model, "vocoder": vocoders[0], "lexicon": "lexicon.txt"}
    else:
        family = "vits"
        files |= {"model": model, "lexicon": "lexicon.txt"}
        if not (directory / "lexicon.txt").exists() and (directory / "espeak-ng-data").exists():
            raise UnpackError(
                tr("its voice needs espeak's phonemes, which sherpa-onnx 2 does not have")
            )
    for names in files.values():
        for name in names.split(","):
            if not _is_whole(directory / name):
                raise UnpackError(tr("{name} in it is missing or empty").format(name=name))
    return family, files


def _is_whole(path: Path) -> bool:
    """Return True if ``path`` is a file with content of its own."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        begin = file.read(len(_POINTER))
    return bool(begin) and begin != _POINTER


def remove_unused(directory: Path, files: dict[str, str]) -> None:
    """Delete everything in ``directory`` but ``files`` and the texts about licence and origin.

    Archives also hold dictionaries, rules for numbers and models in other precisions. The runtime
    does not use them here, and they can be several times as large as the rest.
    """
    used = {name for names in files.values() for name in names.split(",")}
    # Deepest first, so that directories are empty when their turn comes.
    for path in sorted(directory.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
            continue
        is_used = path.parent == directory and path.name in used
        if not is_used and not path.name.lower().startswith(_PAPERS):
            path.unlink()
