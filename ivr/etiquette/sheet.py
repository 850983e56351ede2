"""The sheet of phone etiquette: read and check its text, and find its rows by id.

This module reads no files: :func:`ivr.words.wording.read_sheet` passes their text.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ivr.dialogue.row import Prompt, Row, fragments
from ivr.etiquette.company import SheetError as SheetError
from ivr.etiquette.company import filled, parse_company
from ivr.etiquette.knowledge import ROW as KNOWLEDGE
from ivr.etiquette.knowledge import Knowledge, parse_knowledge
from ivr.translation import tr

_ID = re.compile(r"[a-z0-9_]+")
_KEYS = ("number", "id", "situation", "never", "seconds", "tries", "say")
_LONGEST_WAIT = 60.0
"""Upper limit for the seconds that a row of the sheet may wait for the caller; a sheet with more is
refused. A larger number is surely in milliseconds, or a mistake."""


@dataclass(frozen=True, slots=True)
class Sheet(Mapping[str, Row]):
    """The rows of the etiquette sheet by their ids, in the order of the paper sheet.

    The rows ``system`` and ``knowledge`` are not on the paper. They are found by their ids, but
    they are neither iterated over nor counted.
    """

    rows: Mapping[str, Row]
    system: Row
    """Sentences that the service needs beyond the paper: row 0, id ``system``."""
    company: Mapping[str, str] = field(default_factory=dict)
    """The company's variables by name; their values have been filled into the rows' words."""
    knowledge: Knowledge = field(default_factory=Knowledge)
    """The questions that the company can answer, with their answers (prompts/knowledge.toml)."""

    def __getitem__(self, id: str) -> Row:
        if id == KNOWLEDGE:
            return self.knowledge.row()
        return self.system if id == self.system.id else self.rows[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def prompts(self) -> tuple[Prompt, ...]:
        """Return the prompts of all rows; the rows ``system`` and ``knowledge`` come last."""
        rows = (*self.rows.values(), self.system, self.knowledge.row())
        return tuple(prompt for row in rows for prompt in row.prompts())

    def fragments(self) -> tuple[Prompt, ...]:
        """Return all words of the sheet as prompts that can be rendered to sound before a call.

        A prompt with slots, such as {姓} (surname), is cut at its slots, and each part becomes a
        prompt of its own. Any other prompt is returned as it is.
        """
        return tuple(part for prompt in self.prompts() for part in fragments(prompt))

    def forbidden_in(self, text: str) -> tuple[Row, str] | None:
        """Return the first row that forbids a phrase in ``text``, with that phrase, or None.

        ``text`` is a prompt of the sheet or a sentence that was composed during a call.
        """
        for row in self.rows.values():
            for phrase in row.never:
                if _forbidding(phrase).search(_plain(text)):
                    return row, phrase
        return None


def parse_sheet(text: str, company: str = "", knowledge: str = "") -> Sheet:
    """Return the etiquette sheet written in ``text``, checked and with its variables filled in.

    The texts are TOML: ``company`` defines the variables, ``knowledge`` the answers to questions.
    Raise SheetError, whose message is one sentence, if something in them is unusable.
    """
    variables = parse_company(company)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SheetError(
            tr("the sheet is not valid TOML: {error}; correct that line").format(error=error)
        ) from None
    _refuse_unknown(raw, ("row", "system"), "the sheet")
    tables, system = raw.get("row", []), raw.get("system", {})
    if not isinstance(tables, list) or not tables:
        raise SheetError(tr("the sheet has no rows: begin each with a line [[row]]"))
    if not isinstance(system, dict):
        raise SheetError(tr("system is not a table: write [system.say] above its sentences"))
    _refuse_unknown(system, ("say",), "system")
    sheet = Sheet(
        _by_id(_row(table, place, variables) for place, table in enumerate(tables, 1)),
        Row(0, "system", "", _say(filled(system, variables, "system"), "system")),
        variables,
        _knowledge(knowledge, variables),
    )
    _refuse_forbidden(sheet)
    return sheet


def _knowledge(text: str, company: Mapping[str, str]) -> Knowledge:
    try:
        return parse_knowledge(text, company)
    except SheetError as error:
        raise SheetError(tr("the knowledge: {error}").format(error=error)) from None


def _row(table: Any, place: int, company: Mapping[str, str]) -> Row:
    """Return the row of the ``[[row]]`` table ``table``; raise SheetError if it is unusable.

    ``place`` is the table's position in the file, counted from 1, for the message about a bad id.
    """
    if not isinstance(table, dict):
        raise SheetError(
            tr("row at place {place} is not a table: begin it with a line [[row]]").format(
                place=place
            )
        )
    id = table.get("id")
    if not isinstance(id, str) or not _ID.fullmatch(id) or id in ("system", KNOWLEDGE):
        raise SheetError(
            tr(
                "row at place {place} has the id {id!r}: use small letters, digits and "
                "underscores, and neither the name system nor knowledge"
            ).format(place=place, id=id)
        )
    _refuse_unknown(table, _KEYS, f"row {id}")
    table = filled(table, company, f"row {id}")
    number, situation = table.get("number"), table.get("situation")
    if type(number) is not int or number < 1:
        raise SheetError(
            tr("row {id}: number is {number!r}; give its place on the paper, from 1").format(
                id=id, number=number
            )
        )
    if not isinstance(situation, str) or not situation.strip():
        raise SheetError(
            tr("row {id}: situation is {situation!r}; give the paper's words in quotes").format(
                id=id, situation=situation
            )
        )
    return Row(
        number,
        id,
        situation,
        _say(table, f"row {id}"),
        _never(table, id),
        _seconds(table, id),
        _tries(table, id),
    )


def _say(table: Mapping[str, Any], where: str) -> dict[str, str]:
    say = table.get("say")
    if not isinstance(say, dict) or not say:
        raise SheetError(
            tr("{where}: say is missing; put the words to speak under [{table}.say]").format(
                where=where, table=where.split()[0]
            )
        )
    for key, words in say.items():
        if not _ID.fullmatch(key):
            raise SheetError(
                tr(
                    "{where}: say has the key {key!r}; use small letters, digits and underscores"
                ).format(where=where, key=key)
            )
        if not isinstance(words, str) or not _has_words(words):
            raise SheetError(
                tr("{where}: say.{key} has no words; write a sentence in quotes").format(
                    where=where, key=key
                )
            )
        if re.search(r"[{}]", re.sub(r"\{[^{}]+\}", "", words)):
            raise SheetError(
                tr("{where}: say.{key} has a brace without partner; write slots as {{N}}").format(
                    where=where, key=key
                )
            )
    return say


def _never(table: Mapping[str, Any], id: str) -> tuple[str, ...]:
    never = table.get("never", [])
    if not isinstance(never, list) or not all(
        isinstance(phrase, str) and _has_words(phrase) for phrase in never
    ):
        raise SheetError(
            tr(
                "row {id}: never is not a list of phrases; write each in quotes, between [ and ]"
            ).format(id=id)
        )
    return tuple(never)


def _seconds(table: Mapping[str, Any], id: str) -> float:
    seconds = table.get("seconds", 5.0)
    if type(seconds) not in (int, float) or not 0 < seconds <= _LONGEST_WAIT:
        raise SheetError(
            tr(
                "row {id}: seconds is {seconds!r}; give a number above 0, at most "
                "{longest:.0f}, the unit is seconds"
            ).format(id=id, seconds=seconds, longest=_LONGEST_WAIT)
        )
    return float(seconds)


def _tries(table: Mapping[str, Any], id: str) -> int:
    tries = table.get("tries", 1)
    if type(tries) is not int or not 1 <= tries <= 9:
        raise SheetError(
            tr("row {id}: tries is {tries!r}; give a whole number from 1 to 9").format(
                id=id, tries=tries
            )
        )
    return tries


def _by_id(rows: Iterable[Row]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    numbers: dict[int, str] = {}
    for row in rows:
        if row.id in found:
            raise SheetError(
                tr("row {id} is there twice; give one of them another id").format(id=row.id)
            )
        if row.number in numbers:
            raise SheetError(
                tr(
                    "row {id}: number {number} is already that of row {other}; give one "
                    "of them another number"
                ).format(id=row.id, number=row.number, other=numbers[row.number])
            )
        found[row.id], numbers[row.number] = row, row.id
    return found


def _refuse_unknown(table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            raise SheetError(
                tr("{where} has the unknown key {key}; remove it or use one of: {known}").format(
                    where=where, key=key, known=", ".join(known)
                )
            )


def _refuse_forbidden(sheet: Sheet) -> None:
    for prompt in sheet.prompts():
        if found := sheet.forbidden_in(prompt.text):
            row, phrase = found
            raise SheetError(
                tr(
                    "row {row}: say.{key} contains {phrase!r}, which row {id} forbids; reword it"
                ).format(row=prompt.row, key=prompt.key, phrase=phrase, id=row.id)
            )


def _has_words(text: str) -> bool:
    return re.search(r"[^\W_]", text) is not None


def _plain(text: str) -> str:
    """Return ``text`` with full-width letters, digits and punctuation as half-width ones."""
    return unicodedata.normalize("NFKC", text)


@lru_cache(maxsize=1024)
def _forbidding(phrase: str) -> re.Pattern[str]:
    """Return a pattern that finds ``phrase``, whatever its spaces, punctuation and case.

    The text that is searched must have no full-width letters (see :func:`_plain`). A phrase without
    punctuation does not match across the end of a sentence: 什么意思 is not found in
    什么？意思是…. A single character matches only where it stands alone: 喂 is found in 喂，您好
    but not in 喂养.
    """
    within_sentence, anything = r"[^\w。!?;]*", r"\W*"
    signs = re.findall(r"\w|\W+", re.sub(r"^\W+|\W+$", "", _plain(phrase)))
    if len(signs) == 1:
        return re.compile(rf"(?<!\w){signs[0]}(?!\w)", re.IGNORECASE)
    pattern = within_sentence.join(
        re.escape(sign) if re.fullmatch(r"\w", sign) else anything for sign in signs
    )
    return re.compile(pattern, re.IGNORECASE)
