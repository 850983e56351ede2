"""The phrases of callers as data: the sentences of each intent, and the words that fill slots.

The phrases are parsed from the texts of ``prompts/phrases/*.toml``. A mistake in these files is
refused at start, because it would make the hotline understand less than the author meant.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from ivr.dialogue.meaning import Buyer, Fact, Intent
from ivr.translation import tr
from ivr.understanding import templates
from ivr.understanding.syllables import MOST_SYLLABLES, syllables_of

MOST_WORDINGS = 512
"""Upper limit for the wordings of one template; a template with more is refused. It is probably two
sentences."""
LONGEST_TEMPLATE = 200
"""Upper limit for the length of one template, in characters; a longer one is refused."""
_LISTS = ("classes", "topics", "departments", "facts", "buyers", "surnames")
_KEYS: dict[str, tuple[str, ...]] = {"facts": get_args(Fact), "buyers": get_args(Buyer)}
BUILT_IN_CLASSES = ("姓", "部门", "数")
"""Classes of words that need no list in the phrase files: surnames, departments and numbers. A
number is a telephone number in the intent give_number and a count in all others."""

WordLists = Mapping[str, tuple[str, ...]]
"""Lists of words. The key names what the words stand for: a class, a topic, a department or another
thing."""


class PhraseError(Exception):
    """The phrase files cannot be used; the message names the file, the key and the remedy."""


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence of a phrase file, which may stand for several wordings."""

    wordings: tuple[str, ...]
    """All wordings that the sentence stands for. A place for a word of a class is written {姓}."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """The content of all phrase files: sentences that callers may say, and lists of words."""

    say: Mapping[Intent, tuple[Template, ...]]
    """The sentences of each intent."""
    classes: WordLists = field(default_factory=dict)
    topics: WordLists = field(default_factory=dict)
    departments: WordLists = field(default_factory=dict)
    """Words that callers use for a department. The key is the hotline's own name of the
    department."""
    facts: WordLists = field(default_factory=dict)
    buyers: WordLists = field(default_factory=dict)
    surnames: WordLists = field(default_factory=dict)
    """Words that spell out a surname; the key is the surname: 弓长张 for 张."""

    @classmethod
    def parse(
        cls, files: Mapping[str, str], departments: Sequence[str] = (), *, proved: bool = False
    ) -> "Phrases":
        """Return the content of phrase files; raise PhraseError if a file cannot be used.

        ``files`` maps the name of each file to its text. ``departments`` are the names that the
        hotline can speak; words for other departments are refused. ``proved`` is True if these
        texts have been parsed without error before. Two checks that take seconds are then skipped:
        that every sentence has syllables, and that no sentence sounds like one of another intent.
        """
        reader = _Reader(departments, proved)
        for name, text in sorted(files.items()):
            reader.read(name, text)
        return reader.phrases()


class _Reader:
    """Reads the phrase files one by one, checks each, and then all of them together."""

    def __init__(self, departments: Sequence[str], proved: bool) -> None:
        self._proved = proved
        self._say: dict[Intent, list[tuple[str, Template]]] = {}
        self._lists: dict[str, dict[str, tuple[str, ...]]] = {name: {} for name in _LISTS}
        self._lists["departments"] = {name: (name,) for name in departments}
        self._spoken = departments
        self._classes_used: list[tuple[str, str]] = []

    def read(self, file: str, text: str) -> None:
        try:
            raw = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise PhraseError(
                tr("{file} is not valid TOML ({error}): correct that line").format(
                    file=file, error=error
                )
            ) from None
        for key, table in raw.items():
            where = f"{file}: [{key}]"
            if not isinstance(table, dict):
                raise PhraseError(
                    tr("{file}: {key} is not a table: write [{key}] and its lines below").format(
                        file=file, key=key
                    )
                )
            if key in _LISTS:
                self._list(where, key, table)
            elif key in set(Intent):
                self._intent(where, Intent(key), table)
            else:
                known = ", ".join([*Intent, *_LISTS])
                raise PhraseError(
                    tr("{where} is not an intent: use one of {known}").format(
                        where=where, known=known
                    )
                )

    def _list(self, where: str, name: str, table: Mapping[str, Any]) -> None:
        for key, words in table.items():
            listed = tuple(words.split()) if isinstance(words, str) else ()
            if not all(map(_sounds, listed)) or not listed:
                raise PhraseError(
                    tr("{where} {key} has no words: write them with spaces, in quotes").format(
                        where=where, key=key
                    )
                )
            if allowed := _KEYS.get(name):
                if key not in allowed:
                    raise PhraseError(
                        tr("{where} {key} is unknown: use {allowed}").format(
                            where=where, key=key, allowed=", ".join(allowed)
                        )
                    )
            elif name == "departments" and key not in self._spoken:
                raise PhraseError(
                    tr(
                        "{where} {key} cannot be spoken: add it to [departments] of "
                        "values.toml, or use {spoken}"
                    ).format(where=where, key=key, spoken=", ".join(self._spoken))
                )
            elif name == "classes" and key in BUILT_IN_CLASSES:
                raise PhraseError(
                    tr("{where} {key} is built in: choose another name").format(
                        where=where, key=key
                    )
                )
            before = self._lists[name].get(key, ())
            self._lists[name][key] = tuple(dict.fromkeys((*before, *listed)))

    def _intent(self, where: str, intent: Intent, table: Mapping[str, Any]) -> None:
        if strange := set(table) - {"say"}:
            raise PhraseError(
                tr("{where} {strange} is unknown: write sentences in `say`").format(
                    where=where, strange=min(strange)
                )
            )
        say = table.get("say")
        if not isinstance(say, list) or not say or not all(isinstance(one, str) for one in say):
            raise PhraseError(
                tr('{where} say is not a list of sentences: write say = ["…", "…"]').format(
                    where=where
                )
            )
        for sentence in say:
            template = self._template(f"{where} {sentence!r}", sentence)
            self._say.setdefault(intent, []).append((f"{where} {sentence!r}", template))

    def _template(self, where: str, sentence: str) -> Template:
        if len(sentence) > LONGEST_TEMPLATE:
            raise PhraseError(
                tr("{where}… has more than {longest} characters: shorten it").format(
                    where=where[:80], longest=LONGEST_TEMPLATE
                )
            )
        try:
            parts = templates.parse_template(sentence)
        except templates.TemplateError as error:
            raise PhraseError(f"{where}: {error}") from None
        if (ways := templates.count(parts)) > MOST_WORDINGS:
            raise PhraseError(
                tr("{where} has {ways} wordings, more than {most}: make it two sentences").format(
                    where=where, ways=ways, most=MOST_WORDINGS
                )
            )
        self._classes_used += [(where, name) for name in templates.slots(parts)]
        return Template(tuple(templates.wordings(parts, MOST_WORDINGS)))

    def phrases(self) -> Phrases:
        classes = self._lists["classes"]
        for where, name in self._classes_used:
            if name not in classes and name not in BUILT_IN_CLASSES:
                known = ", ".join([*BUILT_IN_CLASSES, *classes])
                raise PhraseError(
                    tr("{where}: {{{name}}} is not a class: use {known}").format(
                        where=where, name=name, known=known
                    )
                )
        if not self._proved:
            self._check_wordings()
        wanted = [intent for intent in Intent if intent is not Intent.OTHER]
        if missing := [intent for intent in wanted if intent not in self._say]:
            raise PhraseError(
                tr("no file has sentences for {missing}: add [{missing}] with say = […]").format(
                    missing=missing[0]
                )
            )
        say = {intent: tuple(template for _, template in all) for intent, all in self._say.items()}
        return Phrases(say, **self._lists)

    def _check_wordings(self) -> None:
        """Raise PhraseError if a wording has no sound, or sounds like one of another intent."""
        owners: dict[tuple[str, ...], tuple[Intent, str]] = {}
        for intent, where, wording in self._wordings():
            key = _key(wording)
            if not 0 < len(key) < MOST_SYLLABLES:
                raise PhraseError(
                    tr(
                        "{where} can be empty or has no sound: keep some words outside the brackets"
                    ).format(where=where)
                )
            owner, first = owners.setdefault(key, (intent, where))
            if owner is not intent:
                raise PhraseError(
                    tr("{where} sounds like {first}: leave it in one of them").format(
                        where=where, first=first
                    )
                )

    def _wordings(self) -> Iterator[tuple[Intent, str, str]]:
        for intent, listed in self._say.items():
            for where, template in listed:
                for wording in template.wordings:
                    yield intent, where, wording


def _key(wording: str) -> tuple[str, ...]:
    """Return the syllables of a wording; a class such as {姓} (surname) stays one element."""
    pieces = re.split(r"(\{.+?\})", wording)
    return tuple(
        sound
        for piece in pieces
        for sound in ((piece,) if piece.startswith("{") else syllables_of(piece).sounds)
    )


def _sounds(text: str) -> bool:
    return 0 < len(syllables_of(text)) < MOST_SYLLABLES
