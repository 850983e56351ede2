"""Recognise what kind of voice an archive of sherpa-onnx holds, by the names of its files."""

from pathlib import Path

from ivr.fetching.content import has_content
from ivr.fetching.unpack import UnpackError
from ivr.translation import tr


def recognise_family(directory: Path) -> tuple[str, dict[str, str]]:
    """Return the family of the voice in ``directory``, and the names of its files by their roles.

    The family is the kind of its models (vits, kokoro or matcha). A role is the use of a file, such
    as ``model`` or ``tokens``. Raise UnpackError if the files are of no such family, or if one of
    them is missing or empty.
    """
    models = [path.name for path in sorted(directory.glob("*.onnx")) if has_content(path)]
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
            if not has_content(directory / name):
                raise UnpackError(tr("{name} in it is missing or empty").format(name=name))
    return family, files
