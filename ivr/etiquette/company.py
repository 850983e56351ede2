"""The variables of one company: its name, its numbers and its hours, by name.

In the sheet a variable stands between angle brackets, ``<热线>``, and is filled in when the sheet
is read. A slot such as ``{姓}`` stands between braces and is filled in during a call. The two
cannot be confused. This module is pure: its callers pass the text of ``prompts/company.toml``.
"""

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from ivr.translation import tr

_NAME = re.compile(r"\w+")
_VARIABLE = re.compile(r"<([^<>]*)>")


class SheetError(Exception):
    """The sheet, company.toml or knowledge.toml cannot be used.

    The message is one sentence, which names the row, answer or variable and the remedy.
    """


def parse_company(text: str) -> dict[str, str]:
    """Return the company's variables that ``text`` defines in TOML: the words of each by its name.

    Raise SheetError if ``text`` is not TOML, or if a variable is unusable. Its message is one
    sentence, with the fault and the remedy.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SheetError(
            tr("the company is not valid TOML: {error}; correct that line").format(error=error)
        ) from None
    for name, value in raw.items():
        if not _NAME.fullmatch(name):
            raise SheetError(
                tr("the company has the variable {name!r}; use letters and digits only").format(
                    name=name
                )
            )
        if not isinstance(value, str) or not re.search(r"\w", value):
            raise SheetError(
                tr("the company's {name} is {value!r}; write its words in quotes").format(
                    name=name, value=value
                )
            )
        if re.search(r"[<>{}]", value):
            raise SheetError(
                tr("the company's {name} has a bracket in {value!r}; write plain words").format(
                    name=name, value=value
                )
            )
    return raw


def filled(value: Any, company: Mapping[str, str], where: str) -> Any:
    """Return ``value``, read from TOML, with each variable such as <热线> replaced by its words.

    ``company`` holds the words by variable name. Text in lists and tables is treated as well.
    ``where`` says in error messages where ``value`` stands. Raise SheetError if a variable is
    undefined or an angle bracket has no partner.
    """
    if isinstance(value, str):
        return _filled(value, company, where)
    if isinstance(value, list):
        return [filled(item, company, where) for item in value]
    if isinstance(value, dict):
        return {key: filled(item, company, f"{where}.{key}") for key, item in value.items()}
    return value


def _filled(text: str, company: Mapping[str, str], where: str) -> str:
    for name in _VARIABLE.findall(text):
        if name not in company:
            raise SheetError(
                tr("{where} uses <{name}>, which is unknown; define it in company.toml").format(
                    where=where, name=name
                )
            )
    if re.search(r"[<>]", _VARIABLE.sub("", text)):
        raise SheetError(
            tr("{where} has a bracket without partner; write variables as <热线>").format(
                where=where
            )
        )
    return _VARIABLE.sub(lambda match: company[match[1]], text)
