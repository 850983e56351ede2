"""Read the labelled sentences for the bench ``understand``: the built-in ones or the user's."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ivr.dialogue.meaning import Intent
from ivr.translation import tr
from ivr.understanding.rows import intent_of

BUILT_IN = Path(__file__).with_name("paraphrases")
"""Directory of the built-in sentences. The understander has not been trained on them."""
NAMES, NUMBERS = "names", "numbers"
# Keys that the text and the label of a sentence may have.
_TEXTS, _LABELS = ("text", "said", "say", "sentence", "spoken"), ("intent", "row", "id", "label")


class ParaphrasesError(Exception):
    """The sentences cannot be used; the message names the file, the key in it and the remedy."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Sentences of callers, each with the right answer: intent, surname or telephone number."""

    intents: list[tuple[str, Intent]] = field(default_factory=list)
    names: list[tuple[str, str]] = field(default_factory=list)
    """Pairs: a sentence, and the surname that the caller says in it."""
    numbers: list[tuple[str, str]] = field(default_factory=list)
    """Pairs: a sentence, and the telephone number that the caller says in it."""


def read_corpus(path: Path | None = None) -> Corpus:
    """Return the labelled sentences of the TOML file ``path``; if None, the built-in sentences.

    Raise ParaphrasesError when a file cannot be read, has an error or holds no sentences.
    """
    corpus = Corpus()
    for file in sorted(BUILT_IN.glob("*.toml")) if path is None else [path]:
        try:
            raw = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ParaphrasesError(
                tr("{file} cannot be read as TOML ({error}): correct it").format(
                    file=file, error=error
                )
            ) from None
        for key, value in raw.items():
            _take(corpus, f"{file}: {key}", key, value)
    if not (corpus.intents or corpus.names or corpus.numbers):
        raise ParaphrasesError(
            tr('{path} holds no sentences: write intent = ["…", "…"]').format(path=path)
        )
    return corpus


def _take(corpus: Corpus, where: str, key: str, value: Any) -> None:
    """Add the sentences under one key of the TOML file to ``corpus``.

    ``key`` names a row of the etiquette sheet, an intent, ``names`` or ``numbers``; ``value`` is
    its TOML value. Any other key may have a table of such keys, or a list of tables with a text and
    its intent. ``where`` is file and key, for error messages. Raise ParaphrasesError if key or
    value cannot be used.
    """
    if key in (NAMES, NUMBERS):
        pairs = corpus.names if key == NAMES else corpus.numbers
        pairs.extend(_expected(where, value))
    elif (intent := intent_of(key)) is not None:
        corpus.intents.extend((text, intent) for text in _texts(where, value))
    elif isinstance(value, dict):
        for name, inner in value.items():
            _take(corpus, f"{where}.{name}", name, inner)
    elif isinstance(value, list) and all(isinstance(one, dict) for one in value):
        for one in value:
            label = next((one[name] for name in _LABELS if name in one), None)
            text = next((one[name] for name in _TEXTS if name in one), None)
            if (found := intent_of(label)) is None or not isinstance(text, str):
                raise ParaphrasesError(
                    tr("{where}: {entry} lacks text or a known intent: add them").format(
                        where=where, entry=one
                    )
                )
            corpus.intents.append((text, found))
    else:
        raise ParaphrasesError(
            tr("{where} is neither a row, an intent, names nor numbers: rename it").format(
                where=where
            )
        )


def _texts(where: str, value: Any) -> Iterator[str]:
    """Yield the sentences in ``value``, a value from a TOML file.

    It may be one sentence, a list of sentences, or a table that holds either under the key ``say``
    or ``sentences``. A sentence in a list may be a table with the key ``text``. Raise
    ParaphrasesError if it is anything else. ``where`` is file and key, for error messages.
    """
    if isinstance(value, dict):
        value = value.get("say", value.get("sentences"))
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        raise ParaphrasesError(
            tr('{where} holds no sentences: write ["…", "…"]').format(where=where)
        )
    for one in value:
        text = one if isinstance(one, str) else one.get("text") if isinstance(one, dict) else None
        if not isinstance(text, str):
            raise ParaphrasesError(
                tr("{where}: {entry!r} is not a sentence: write it in quotes").format(
                    where=where, entry=one
                )
            )
        yield text


def _expected(where: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield pairs from ``value``, a value from a TOML file: a sentence, and the right answer to it.

    The answer is the surname or number that is said in the sentence. A pair may be written as
    {text, expected}, ["text", "expected"] or text = "expected". ``where`` is file and key, for
    error messages. Raise ParaphrasesError if a pair is incomplete.
    """
    if isinstance(value, dict) and "say" in value:
        value = value["say"]
    pairs = value.items() if isinstance(value, dict) else value
    for one in pairs:
        if isinstance(one, dict):
            text = next((one[name] for name in _TEXTS if name in one), None)
            rest = [v for name, v in one.items() if name not in _TEXTS and name != "title"]
            expected = rest[0] if rest else None
        else:
            text, expected = one if len(one) == 2 else (None, None)
        if not isinstance(text, str) or expected is None:
            raise ParaphrasesError(
                tr("{where}: {entry!r} has no text or no value: write text and expected").format(
                    where=where, entry=one
                )
            )
        yield text, str(expected)
