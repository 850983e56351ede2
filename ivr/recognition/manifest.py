"""The manifest of a speech model, ``model.json``: which engine runs it, and which files it needs.

File names do not tell the families of sherpa-onnx apart, and that library ends its process when a
model is of another family than it was told. A fetched model therefore has a manifest. Models of
Vosk and streaming transducers are recognised by their files and need none.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, NonNegativeFloat, PositiveInt, TypeAdapter, ValidationError

from ivr.recognition.files import ModelError, check_files
from ivr.translation import tr

MANIFEST_FILE = "model.json"
"""File in the directory of a model with the fields of its ModelManifest, as JSON."""

Family = Literal["vosk", "transducer", "zipformer2_ctc", "zipformer_ctc", "sense_voice"]
"""Kinds of models. ``vosk`` is run by Vosk, the others by sherpa-onnx. ``transducer`` and
``zipformer2_ctc`` are streaming: they give words while the caller speaks. ``zipformer_ctc`` and
``sense_voice`` give words only after the caller has spoken."""

FILE_ROLES: dict[Family, tuple[str, ...]] = {
    "vosk": (),
    "transducer": ("encoder", "decoder", "joiner", "tokens"),
    "zipformer2_ctc": ("model", "tokens"),
    "zipformer_ctc": ("model", "tokens"),
    "sense_voice": ("model", "tokens"),
}
"""The roles that the files of each family must fill, as keys of ``ModelManifest.files``. The files
of a Vosk model have fixed names instead. The files of a transducer may fill two more roles:
``hot_words`` is a text file with the words that the decoder prefers, one per line, such as
``转人工 :2.0``, where 2.0 is how strongly. ``bpe_vocab`` has the pieces of which the model makes
words, with their scores; the library needs it for hot words if the model knows more than single
characters."""

TRANSDUCER_TAIL_SECONDS = 1.0
"""Value of ``tail_seconds`` for a transducer without a manifest. A published measurement with X-ASR
(480 ms, 39 sentences of AISHELL-1) lost characters at the end with less: 10.3 % of the characters
were wrong with 0.3 s, 7.1 % with 0.6 s, and 5.9 % with 1.0 s or more."""


@dataclass(frozen=True, slots=True)
class ModelManifest:
    """The description of a speech model, as its file ``model.json`` has it."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    name: str
    """Name of the model for people, such as ``x-asr``."""
    family: Family
    rate: Literal[8000, 16000] = 16000
    """Samples per second of the sound that the model was trained with."""
    feature_dim: PositiveInt = 80
    """Number of values per frame in the model's input; sherpa-onnx computes the frames."""
    tail_seconds: NonNegativeFloat = 0.0
    """Seconds of sound that the model needs after the last word to recognise that word."""
    model_type: str = ""
    """Kind of a transducer's encoder as sherpa-onnx names it, such as ``zipformer2``. If it is
    empty, the library finds it out, and loads the encoder once more for that."""
    guesses: str = ""
    """Subdirectory with a streaming model, which has a manifest of its own. It gives words while
    the caller speaks, and this model gives the final words. Only for a family that is not
    streaming; empty if there is none."""
    files: dict[str, str] = field(default_factory=dict)
    """Maps each role in FILE_ROLES to the name of its file in the model's directory."""
    octets: dict[str, int] = field(default_factory=dict)
    """Maps names of files to their sizes in octets. A file that is not named may have any size."""
    licence: str = ""
    """Licence of the model's weights; empty if it is not known."""
    published: str = ""
    """A sentence with the figures that the model's maker or others publish; empty if there are
    none."""
    source: str = ""
    """Address that the model was fetched from; empty if it was not fetched."""

    @property
    def streaming(self) -> bool:
        """True if the model gives words while the caller still speaks, False if only afterwards.

        A model for early guesses (``guesses``) beside this one does not count.
        """
        return self.family in ("vosk", "transducer", "zipformer2_ctc")

    def paths(self, directory: Path) -> dict[str, Path]:
        """Return the paths of the model's files by their roles, such as ``encoder``.

        ``directory`` is the directory of the model.
        """
        return {role: directory / name for role, name in self.files.items()}

    def write(self, directory: Path) -> None:
        """Write the manifest into ``directory``, as its file MANIFEST_FILE."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=2)
        (directory / MANIFEST_FILE).write_text(text + "\n", encoding="utf-8")


def read_manifest(directory: Path) -> ModelManifest:
    """Return the manifest of the model in ``directory``, after a check of the model's files.

    Without ``model.json`` the manifest is made from the names of the files. Names and sizes of the
    files are checked, but not their content: a damaged model is found when a recognition worker
    loads it. Raise ModelError, in one sentence, if there is no usable model.
    """
    if not directory.is_dir():
        raise _no_model(directory)
    path = directory / MANIFEST_FILE
    manifest = _read(path) if path.exists() else _guessed(directory)
    if manifest.family == "vosk":
        check_files(directory)
    _check_names(manifest, directory)
    _check_sizes(manifest, directory)
    if manifest.guesses:
        _check_guesses(manifest, directory)
    return manifest


def _read(path: Path) -> ModelManifest:
    try:
        return TypeAdapter(ModelManifest).validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        reason = ": ".join(filter(None, (where, first["msg"])))
    except OSError as error:
        reason = error.strerror or str(error)
    raise ModelError(
        tr("{path} cannot be used ({reason}): correct it, or fetch the model again").format(
            path=path, reason=reason
        )
    )


def _guessed(directory: Path) -> ModelManifest:
    """Return a manifest for a model without ``model.json``, made from the names of its files.

    Raise ModelError if the names do not tell the model's family, or if there is no model.
    """
    if any((directory / name).is_dir() for name in ("am", "conf", "graph")):
        return ModelManifest(directory.name, "vosk")
    if any(directory.glob("encoder*.onnx")):
        parts = {role: _only(directory, role) for role in ("encoder", "decoder", "joiner")}
        return ModelManifest(
            directory.name,
            "transducer",
            tail_seconds=TRANSDUCER_TAIL_SECONDS,
            files={**parts, "tokens": "tokens.txt"},
        )
    if (directory / "tokens.txt").is_file() and any(directory.glob("model*.onnx")):
        fitting = [family for family, roles in FILE_ROLES.items() if "model" in roles]
        raise ModelError(
            tr(
                "the files in {directory} do not say which family the model is of ({families}): "
                'write {manifest} there with "name", "family" and "files"'
            ).format(directory=directory, families=", ".join(fitting), manifest=MANIFEST_FILE)
        )
    raise _no_model(directory)


def _only(directory: Path, role: str) -> str:
    """Return the name of the ONNX file in ``directory`` for ``role``, such as ``encoder``.

    Of several files, the one of an int8 model is taken, because it needs a quarter of the memory
    and less time. Raise ModelError if there is no file, or if it is not clear which one to take.
    """
    found = sorted(path.name for path in directory.glob(f"{role}*.onnx"))
    small = [name for name in found if ".int8." in name]
    if not found:
        raise _lacks(directory, f"{role}.onnx")
    if len(small or found) > 1:
        raise ModelError(
            tr("{directory} holds {names}: name one of them in {manifest}").format(
                directory=directory, names=", ".join(found), manifest=MANIFEST_FILE
            )
        )
    return (small or found)[0]


def _check_names(manifest: ModelManifest, directory: Path) -> None:
    path = directory / MANIFEST_FILE
    for role in FILE_ROLES[manifest.family]:
        if role not in manifest.files:
            raise ModelError(
                tr("{path} names no file for {role!r}: add it, or fetch the model again").format(
                    path=path, role=role
                )
            )
    for name in filter(None, (*manifest.files.values(), *manifest.octets, manifest.guesses)):
        parts = Path(name).parts
        if Path(name).is_absolute() or ".." in parts or not parts:
            raise ModelError(
                tr("{path} names {name}, which is not inside the model's directory").format(
                    path=path, name=name
                )
            )


def _check_guesses(manifest: ModelManifest, directory: Path) -> None:
    """Raise ModelError unless ``manifest.guesses`` names a model that can give early guesses.

    Such a model is a streaming model of sherpa-onnx in a subdirectory of ``directory``. The model
    of ``manifest`` itself must not be streaming.
    """
    guesser = read_manifest(directory / manifest.guesses)
    if manifest.streaming or not guesser.streaming or guesser.family == "vosk":
        raise ModelError(
            tr(
                "{path} pairs the families {family} and {guesses}: only a model that is not "
                'streaming can have "guesses", by a streaming model of sherpa-onnx'
            ).format(path=directory / MANIFEST_FILE, family=manifest.family, guesses=guesser.family)
        )


def _check_sizes(manifest: ModelManifest, directory: Path) -> None:
    for name in (*manifest.files.values(), *manifest.octets):
        path = directory / name
        if not path.is_file():
            raise _lacks(directory, name)
        octets = path.stat().st_size
        if octets == 0:
            raise ModelError(tr("{path} is empty: install the model again").format(path=path))
        expected = manifest.octets.get(name, octets)
        if octets != expected:
            raise ModelError(
                tr(
                    "{path} has {octets} octets instead of {expected}: install the model again"
                ).format(path=path, octets=octets, expected=expected)
            )


def _lacks(directory: Path, name: str) -> ModelError:
    return ModelError(
        tr("{directory} lacks {name}: install the model again").format(
            directory=directory, name=name
        )
    )


def _no_model(directory: Path) -> ModelError:
    return ModelError(
        tr("there is no model in {directory}: give the directory of a speech model").format(
            directory=directory
        )
    )
