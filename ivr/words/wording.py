"""The words of a deployment as they lie on disk: a sheet, and its company's variables beside it."""

from pathlib import Path

from ivr.etiquette.sheet import Sheet, SheetError, parse_sheet
from ivr.paths import SHARE
from ivr.words.composition import Vocabulary

COMPANY = "company.toml"
"""Lies beside the sheet; a sheet without variables needs none."""
KNOWLEDGE = "knowledge.toml"
"""Lies beside the sheet; without it every question is found out, and the caller called back."""

TABLES = ("surnames.toml", "values.toml")


def read_sheet(path: Path) -> Sheet:
    """The sheet in ``path``; SheetError says in one sentence what is wrong, with the remedy."""
    company, knowledge = path.with_name(COMPANY), path.with_name(KNOWLEDGE)
    words = _text(path, "the sheet")
    variables = _text(company, "the company") if company.exists() else ""
    answers = _text(knowledge, "the knowledge") if knowledge.exists() else ""
    try:
        return parse_sheet(words, variables, answers)
    except SheetError as error:
        raise SheetError(f"{path}: {error}") from None


def read_vocabulary(directory: Path) -> Vocabulary:
    """What may stand in the slots of the sheet in ``directory``, from the tables beside it.

    A table it does not bring is the one shipped with the product. VocabularyError when a table is
    wrong, OSError when it cannot be read.
    """
    brought = (directory / name for name in TABLES)
    return Vocabulary.parse(
        *(
            (path if path.is_file() else SHARE / path.name).read_text(encoding="utf-8")
            for path in brought
        )
    )


def _text(path: Path, what: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise SheetError(
            f"{what} {path} cannot be read ({error.strerror}): correct its path or its permissions"
        ) from None
    except UnicodeDecodeError:
        raise SheetError(f"{what} {path} is not UTF-8 text: save it as UTF-8") from None
