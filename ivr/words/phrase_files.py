"""Read the phrase files of a deployment; learn and store the classifier's weights.

The weights are learned from the phrase files in about a minute. `ivr prompts render` learns
them in advance and writes them beside the sheet. The file's name contains a digest of everything
from which the weights are learned. If no file has that name, the service learns at its first start.
It then stores the weights in the user's cache directory.
"""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from pypinyin import __version__ as dictionary
from pypinyin.constants import PHRASES_DICT

from ivr.paths import SHARE, cache_directory
from ivr.translation import tr
from ivr.understanding.classifier import Weights
from ivr.understanding.phrases import PhraseError, Phrases
from ivr.understanding.slot_fillers import Fillers
from ivr.understanding.slots import SlotReader
from ivr.understanding.training import LEARNING_VERSION, Background, train
from ivr.understanding.understander import Understander
from ivr.words.composition import VocabularyError
from ivr.words.wording import read_vocabulary

DIRECTORY = "phrases"
"""Directory of phrase files beside the sheet. If it is missing, the product's own are used."""
LEARNED = "learned"
"""Directory beside the sheet for classifier weights that were learned in advance."""
_LONGEST_WORD = 4
"""Upper limit, in characters, for words from the dictionary. The words are combined at random into
sentences about other subjects. From these the classifier learns what is off topic."""


def read_files(sheet: Path) -> dict[str, str]:
    """Return the texts of the phrase files beside ``sheet``, by their paths.

    If there is no directory ``phrases`` beside the sheet, return the product's own phrase files.
    Raise PhraseError if the directory holds no phrase files or one of them cannot be read.
    """
    directory = sheet.with_name(DIRECTORY)
    if not directory.is_dir():
        directory = SHARE / DIRECTORY
    paths = sorted(directory.glob("*.toml"))
    if not paths:
        raise PhraseError(
            tr("{directory} holds no phrase files: put a file such as one.toml there").format(
                directory=directory
            )
        )
    return {str(path): _text(path) for path in paths}


def read_phrases(sheet: Path) -> Phrases:
    """Read and check the phrases (example sentences of callers) in the files beside ``sheet``.

    Raise PhraseError, which names the file, the key and the remedy, if one is wrong.
    """
    return Phrases.parse(read_files(sheet), _spoken_words(sheet).departments)


def check_phrases(sheet: Path, files: Mapping[str, str]) -> None:
    """Check the texts of phrase files before they are written beside ``sheet``.

    ``files`` maps the path of each file to its text. Raise PhraseError for the first mistake, as
    :func:`read_phrases` does. The check takes a few seconds.
    """
    Phrases.parse(files, _spoken_words(sheet).departments)


def read_fillers(sheet: Path) -> Fillers:
    """Return the object that replaces placeholders of the phrases, such as {部门}, by words.

    {部门} (department) becomes the name of a department. The phrases are those beside ``sheet``.
    Raise PhraseError as :func:`read_phrases` does.
    """
    return Fillers(read_phrases(sheet), _spoken_words(sheet).surnames)


def read_understander(sheet: Path, cache: Path | None = None) -> Understander:
    """Return the object that finds the meaning of words, for the phrases beside ``sheet``.

    If no file holds the classifier's weights yet, they are learned and stored in the directory
    ``cache``. None means the user's cache directory. Raise PhraseError as :func:`read_phrases`
    does.
    """
    files, words = read_files(sheet), _spoken_words(sheet)
    name = _name(files, words.surnames)
    kept = (cache or cache_directory()) / name
    weights = _learned(sheet, name) or _read(kept)
    phrases = Phrases.parse(files, words.departments, proved=weights is not None)
    if weights is None:
        weights = train(phrases, Fillers(phrases, words.surnames), background())
        with suppress(OSError):  # if they cannot be kept, the next start learns them again
            _keep(weights, kept)
    return Understander(weights, SlotReader(phrases, words.surnames))


@dataclass(frozen=True, slots=True)
class NewWeights:
    """Weights of the classifier that have been learned and are not written yet."""

    weights: Weights
    target: Path
    """The file that they belong into."""

    def keep(self) -> None:
        """Write the weights, and delete the older files of weights beside them.

        Raise OSError if they cannot be written.
        """
        _keep(self.weights, self.target)
        for other in self.target.parent.glob("understanding-*.npz"):
            if other != self.target:
                other.unlink()


def learn(sheet: Path) -> bool:
    """Learn the classifier's weights from the phrases beside ``sheet``, and write them beside it.

    Return True if weights were learned, False if the weights of these phrases exist already. When
    new weights are written, the older files of weights there are deleted. Raise PhraseError as
    :func:`read_phrases` does, and OSError if the weights cannot be written.
    """
    new = learned_anew(sheet)
    if new is not None:
        new.keep()
    return new is not None


def learned_anew(sheet: Path) -> NewWeights | None:
    """Return weights learned from the phrases beside ``sheet``; write nothing.

    Return None if the weights of these phrases exist already. Raise PhraseError as
    :func:`read_phrases` does.
    """
    files, words = read_files(sheet), _spoken_words(sheet)
    name = _name(files, words.surnames)
    if _learned(sheet, name) is not None:
        return None
    phrases = Phrases.parse(files, words.departments)
    weights = train(phrases, Fillers(phrases, words.surnames), background())
    return NewWeights(weights, sheet.with_name(LEARNED) / name)


def background() -> Background:
    """Return short words of pypinyin's dictionary, from which off-topic sentences are made.

    The classifier learns from these sentences what is not about the company.
    """
    return Background([word for word in PHRASES_DICT if len(word) <= _LONGEST_WORD])


@dataclass(frozen=True, slots=True)
class _SpokenWords:
    """The names of departments and the surnames that the hotline can speak."""

    departments: tuple[str, ...]
    surnames: tuple[str, ...]


def _spoken_words(sheet: Path) -> _SpokenWords:
    try:
        vocabulary = read_vocabulary(sheet.parent)
    except (VocabularyError, OSError) as error:
        raise PhraseError(
            tr("the tables beside {sheet} cannot be used: {error}").format(sheet=sheet, error=error)
        ) from None
    return _SpokenWords(tuple(vocabulary.departments), tuple(vocabulary.surnames))


def _name(files: Mapping[str, str], surnames: tuple[str, ...]) -> str:
    """Return the name of the file of weights: ``understanding-`` and a digest.

    ``files`` are the texts of the phrase files, by their paths. The digest covers everything from
    which the weights are learned, without the comment lines of the phrase files.
    """
    parts = [LEARNING_VERSION, dictionary, *surnames, *map(_without_comments, files.values())]
    return f"understanding-{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:16]}.npz"


def _without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


def _learned(sheet: Path, name: str) -> Weights | None:
    """Return the weights in the file ``name`` that were learned in advance; None if there is none.

    The file is sought in the directory ``learned`` beside the sheet, then among the product's own.
    """
    return _read(sheet.with_name(LEARNED) / name) or _read(SHARE / LEARNED / name)


def _read(path: Path) -> Weights | None:
    """Return the weights in a file; None if it does not exist or is damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            names = str(kept["features"]).split("\n")
            return Weights(
                tuple(str(kept["labels"]).split("\n")),
                {name: row for row, name in enumerate(names)},
                kept["matrix"].astype(np.float32),
                kept["bias"],
            )
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None


def _keep(weights: Weights, target: Path) -> None:
    """Write ``weights`` into the file ``target``.

    They are first written to a temporary file that is then renamed, so ``target`` is never partial.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as draft:
        try:
            np.savez(
                draft,
                features="\n".join(weights.features),
                labels="\n".join(weights.labels),
                matrix=weights.matrix,
                bias=weights.bias,
            )
        except BaseException:
            os.unlink(draft.name)
            raise
    os.chmod(draft.name, 0o644)
    os.replace(draft.name, target)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise PhraseError(
            tr("{path} cannot be read ({reason}): correct its permissions").format(
                path=path, reason=error.strerror
            )
        ) from None
    except UnicodeDecodeError:
        raise PhraseError(
            tr("{path} is not UTF-8 text: save it as UTF-8").format(path=path)
        ) from None
