"""The language of what people read on a terminal and in reports: Chinese or English.

The locale of the process decides (LANGUAGE, LC_ALL, LC_MESSAGES, LANG). English sentences are the
keys of the catalogue in ``locale/``; what the catalogue does not have stays English. Callers always
hear Mandarin, whatever the locale is. ``make translations`` collects the sentences from the code.
"""

import gettext
import re
from functools import cache
from pathlib import Path

_DOMAIN = "ivr"

# The domain of the process, so that typer's own words ("Options", "Error") are translated, too.
gettext.bindtextdomain(_DOMAIN, str(Path(__file__).with_name("locale")))
gettext.textdomain(_DOMAIN)

LIBRARY_SENTENCES = (
    # typer, which passes no more than a part of its sentences through gettext
    "Invalid value for {option}: {sentence}",
    "Invalid value: {sentence}",
    "Missing argument {name}.",
    "Missing option {name}.",
    "No such option: {name}",
    "{sentence}. Did you mean {known}?",
    "Got unexpected extra argument(s) ({words})",
    "Option {name} does not take a value.",
    "Option {name} requires an argument.",
    # pydantic, which checks options, settings and scenarios
    "Value error, {sentence}",
    "{value} is not one of {known}.",
    "Field required",
    "Extra inputs are not permitted",
    "Input should be a valid integer, unable to parse string as an integer",
    "Input should be a valid integer, got a number with a fractional part",
    "Input should be a valid integer",
    "Input should be a valid number, unable to parse string as a number",
    "Input should be a valid number",
    "Input should be a finite number",
    "Input should be a valid boolean, unable to interpret input",
    "Input should be a valid boolean",
    "Input should be a valid string",
    "Input should be a valid list",
    "Input should be a valid tuple",
    "Input should be a valid dictionary",
    "Input should be a valid dictionary or instance of {name}",
    "Input is not a valid path",
    "Input should be greater than or equal to {limit}",
    "Input should be greater than {limit}",
    "Input should be less than or equal to {limit}",
    "Input should be less than {limit}",
    "Input should be {choices} or {last}",
    "Input should be {choice}",
    "String should have at least {number} character",
    "String should have at least {number} characters",
    "String should have at most {number} characters",
    "String should match pattern {pattern}",
    "Tuple should have at least {number} item after validation, not {found}",
    "List should have at least {number} item after validation, not {found}",
)
"""Messages of typer and pydantic that users can see, with a {field} for each part that varies.

A message is translated by the first entry of this list that matches it. The field {sentence}
stands for another message of this list.
"""


def tr(sentence: str) -> str:
    """Return the English ``sentence`` in the language of the process, Chinese or English.

    Without a translation it is returned unchanged. Named fields in braces stay as they are.
    """
    return gettext.gettext(sentence) if sentence else ""  # the key "" has the catalogue's header


def marked(word: str) -> str:
    """Return the English ``word`` unchanged, and mark it for the catalogue of translations.

    Use it for words in data that programs read: they stay English there, and :func:`tr` translates
    them where they are shown to people. ``make translations`` finds the marked words.
    """
    return word


def library_tr(sentence: str) -> str:
    """Return ``sentence``, an English message of typer or pydantic, in the language of the process.

    If it matches none of LIBRARY_SENTENCES, it is returned unchanged.
    """
    for template, pattern in _library_patterns():
        if found := pattern.fullmatch(sentence):
            fields = found.groupdict()
            if "sentence" in fields:
                fields["sentence"] = library_tr(fields["sentence"])
            return tr(template).format(**fields)
    return sentence


@cache
def _library_patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Return each of LIBRARY_SENTENCES (messages of typer and pydantic) with its pattern.

    A pattern matches the messages of that form. It has a named group for each {field} of the
    sentence.
    """
    return [
        (each, re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(each)), re.DOTALL))
        for each in LIBRARY_SENTENCES
    ]
