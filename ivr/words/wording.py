"""Read the words of a deployment from disk: the sheet, and the files beside it."""

from pathlib import Path

from ivr.etiquette.sheet import Sheet, SheetError, parse_sheet
from ivr.paths import SHARE
from ivr.translation import tr
from ivr.words.composition import Vocabulary

COMPANY = "company.toml"
"""File beside the sheet with the company's variables. A sheet without variables needs none."""
KNOWLEDGE = "knowledge.toml"
"""File beside the sheet with answers to callers' questions. Without this file every question leads
to a call back (row 20)."""

TABLES = ("surnames.toml", "values.toml")
"""Files beside the sheet with values for the slots of prompts: surnames, departments, meanings."""


def read_sheet(path: Path) -> Sheet:
    """Return the sheet in the file ``path``: all words that the hotline says.

    The variables and answers are read from the files COMPANY and KNOWLEDGE beside it. Raise
    SheetError, which says in one sentence what is wrong and what to do.
    """
    company, knowledge = path.with_name(COMPANY), path.with_name(KNOWLEDGE)
    words = _text(path, tr("the sheet"))
    variables = _text(company, tr("the company")) if company.exists() else ""
    answers = _text(knowledge, tr("the knowledge")) if knowledge.exists() else ""
    try:
        return parse_sheet(words, variables, answers)
    except SheetError as error:
        raise SheetError(f"{path}: {error}") from None


def read_vocabulary(directory: Path) -> Vocabulary:
    """Return the values that can be inserted into sentences, from the tables in ``directory``.

    The tables are ``surnames.toml`` and ``values.toml``. If one is missing there, the product's own
    is used. Raise VocabularyError if a table is wrong, and OSError if a table cannot be read.
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
            tr(
                "{what} {path} cannot be read ({reason}): correct its path or its permissions"
            ).format(what=what, path=path, reason=error.strerror)
        ) from None
    except UnicodeDecodeError:
        raise SheetError(
            tr("{what} {path} is not UTF-8 text: save it as UTF-8").format(what=what, path=path)
        ) from None
