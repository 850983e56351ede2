"""Read and check scenario files.

A mistake in a file is reported as one sentence with the line number.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from ivr.dialogue.row import Prompt, PromptId, Row, Slot, parts
from ivr.etiquette.sheet import Sheet
from ivr.lab.natural_callers import NATURAL_NAMES
from ivr.scenario.places import LineNumbers, lines_of
from ivr.scenario.steps import (
    LEAST_PAUSE,
    STEP_KINDS,
    Act,
    HangsUp,
    Hears,
    HungUp,
    Plays,
    Says,
    Scenario,
    ScenarioTable,
    TicketLeft,
    kind_of,
)
from ivr.translation import library_tr, tr

SHIPPED = Path(__file__).parent / "shipped"
"""Directory of the scenarios that come with the product; together they prove all rows of the
etiquette sheet."""


class ScenarioError(Exception):
    """A scenario cannot be used; the message names the file, line, mistake and remedy."""


def read_scenarios(paths: Iterable[Path], sheet: Sheet) -> list[Scenario]:
    """Return the checked scenarios in ``paths``: files, or directories with ``*.toml`` files.

    ``sheet`` is the etiquette sheet, whose rows and prompts the scenarios name. Raise ScenarioError
    for the first mistake in a file. Two scenarios with the same name are a mistake.
    """
    found: list[Scenario] = []
    places: dict[str, str] = {}
    for file in _files(paths):
        for scenario in _read(file):
            check_scenario(scenario, sheet)
            if scenario.name in places:
                raise ScenarioError(
                    tr(
                        "{scenario}: the name {name!r} is taken by {other}: give one of them "
                        "another name"
                    ).format(
                        scenario=scenario.place(), name=scenario.name, other=places[scenario.name]
                    )
                )
            places[scenario.name] = scenario.place()
            found.append(scenario)
    return found


def check_scenario(scenario: Scenario, sheet: Sheet) -> None:
    """Raise ScenarioError if ``scenario`` cannot be played or does not fit the etiquette sheet.

    It does not fit if it names a row, a prompt or a slot that ``sheet`` does not have, or if it
    lists a row that it does not prove. It cannot be played if a recording is missing, if a natural
    voice is unknown, if a step follows the end of the call, or if ``into`` has no prompt before it.
    """
    prompts = {prompt.id: prompt for prompt in sheet.prompts()}
    for row in scenario.table.rows:
        if row not in sheet:
            raise ScenarioError(
                tr("{scenario}: there is no row {row!r} in the sheet: its rows are {rows}").format(
                    scenario=scenario.place(), row=row, rows=", ".join(sheet)
                )
            )
    for number, step in enumerate(scenario.steps):
        place = scenario.place(number)
        match step:
            case Hears(hears=id) if id not in prompts:
                raise ScenarioError(
                    tr("{place}: there is no prompt {id!r} in the sheet: {hint}").format(
                        place=place, id=id, hint=_nearest(id, prompts)
                    )
                )
            case Hears(hears=id, values=values) if missing := _no_slots(values, prompts[id]):
                raise ScenarioError(
                    tr(
                        "{place}: {id} has no slot {missing}: write with = {{}} for what it has"
                    ).format(place=place, id=id, missing=missing)
                )
            case Plays(plays=path) if not (scenario.file.parent / path).is_file():
                raise ScenarioError(
                    tr("{place}: there is no file {path} beside {name}: correct it").format(
                        place=place, path=path, name=scenario.file.name
                    )
                )
            case Says(voice=str(name)) if name.startswith("natural") and name not in NATURAL_NAMES:
                raise ScenarioError(
                    tr("{place}: there is no voice {name!r}: use one of {names}").format(
                        place=place, name=name, names=", ".join(NATURAL_NAMES)
                    )
                )
            case HangsUp() | HungUp() if number != len(scenario.steps) - 1:
                raise ScenarioError(
                    tr("{place}: the call is over here: remove the steps after it").format(
                        place=place
                    )
                )
            case Act(into=float()) if not _begins_a_turn(scenario, number):
                raise ScenarioError(
                    tr(
                        "{place}: into counts from a prompt that begins after {pause} s "
                        "of quiet: put before it a hears with at least that `after`, or words "
                        "of the caller and a hears"
                    ).format(place=place, pause=LEAST_PAUSE)
                )
            case _:
                pass
    _refuse_unproven(scenario, sheet)


def _begins_a_turn(scenario: Scenario, number: int) -> bool:
    """Return True if the step before step ``number`` hears a prompt that begins after quiet.

    Return False otherwise. A prompt begins after quiet if it is the first one, or follows a step of
    the caller or a wait of at least 0.7 s (LEAST_PAUSE). ``number`` is an index, the first step is
    0.
    """
    before = scenario.steps[number - 1] if number else None
    if not isinstance(before, Hears):
        return False
    first = number == 1 or not isinstance(scenario.steps[number - 2], Hears)
    return first or (before.after or 0.0) >= LEAST_PAUSE


def _refuse_unproven(scenario: Scenario, sheet: Sheet) -> None:
    """Raise ScenarioError if the scenario does not prove a row that it lists in ``rows``.

    It proves a row of the etiquette sheet if one of its steps hears a prompt of the row. A row that
    consists only of slots is proven by a step that gives a value to one of these slots.
    """
    heard = [step for step in scenario.steps if isinstance(step, Hears)]
    for id in scenario.table.rows:
        slots = slots_of(sheet[id])
        spoken = any(PromptId.parse(step.hears).row == id for step in heard)
        if not spoken and not any(slots & set(step.values) for step in heard):
            raise ScenarioError(
                tr(
                    "{scenario}: {name!r} is to prove the row {id} and hears none of its "
                    "prompts: add a hears, or remove the row from rows"
                ).format(scenario=scenario.place(), name=scenario.name, id=id)
            )


def slots_of(row: Row) -> frozenset[str]:
    """Return the names of the slots of a row that has no sentence of its own.

    The result is empty for any other row of the sheet. Row 13, {姓}先生 (Mr. and a surname), has no
    sentence of its own: it is heard only as a value in sentences of other rows.
    """
    found = [parts(prompt) for prompt in row.prompts()]
    if any(len(of) > 2 or not isinstance(of[0], Slot) for of in found):
        return frozenset()
    return frozenset(of[0].name for of in found if isinstance(of[0], Slot))


def _files(paths: Iterable[Path]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        found = sorted(path.glob("*.toml")) if path.is_dir() else [path]
        if not found:
            raise ScenarioError(
                tr("{path} holds no scenario files: their names end in .toml").format(path=path)
            )
        files += found
    return files


def _read(file: Path) -> list[Scenario]:
    try:
        text = file.read_text(encoding="utf-8")
        raw = tomllib.loads(text)
    except OSError as error:
        raise ScenarioError(
            tr("{file} cannot be read ({reason}): correct its path").format(
                file=file, reason=error.strerror
            )
        ) from None
    except UnicodeDecodeError:
        raise ScenarioError(
            tr("{file} is not UTF-8 text: save it as UTF-8").format(file=file)
        ) from None
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        number = line.group(1) if line else text.count("\n") + 1
        raise ScenarioError(
            tr("{file}:{number}: this is not valid TOML: {error}").format(
                file=file, number=number, error=error
            )
        ) from None
    unknown = [key for key in raw if key != "scenario"]
    tables = raw.get("scenario", [])
    if unknown or not isinstance(tables, list) or not tables:
        raise ScenarioError(
            tr("{file}:1: begin each scenario with a line [[scenario]]").format(file=file)
        )
    lines = lines_of(text)
    return [_scenario(table, file, line) for table, line in zip(tables, lines, strict=True)]


def _scenario(table: Mapping[str, Any], file: Path, lines: LineNumbers) -> Scenario:
    try:
        read = ScenarioTable.model_validate(table)
    except ValidationError as error:
        raise ScenarioError(_sentence(error, table, file, lines)) from None
    steps = tuple(lines.of("steps", step) for step in range(len(read.steps)))
    return Scenario(read, file, lines.scenario, steps)


def _sentence(
    error: ValidationError, table: Mapping[str, Any], file: Path, lines: LineNumbers
) -> str:
    """Return the first mistake in ``error`` as a sentence with file name and line number.

    ``table`` is the ``[[scenario]]`` table in ``file`` that has the mistake; ``lines`` are its line
    numbers.
    """
    first = error.errors(include_url=False)[0]
    list_key, item = str(first["loc"][0]), None
    if len(first["loc"]) > 1 and isinstance(first["loc"][1], int):
        item = first["loc"][1]
    place = f"{file}:{lines.of(list_key, item)}"
    key = str(first["loc"][-1])
    match first["type"]:
        case "extra_forbidden":
            known = _keys(table, list_key, item)
            return tr("{place}: unknown key {key!r}: use {known}").format(
                place=place, key=key, known=known
            )
        case "missing":
            return tr("{place}: {key} is missing in the scenario {name!r}: add it").format(
                place=place, key=key, name=table.get("name", "")
            )
        case "union_tag_not_found" | "union_tag_invalid":
            return tr("{place}: a step has exactly one of the keys {known}").format(
                place=place, known=", ".join(STEP_KINDS)
            )
        case _:
            written = table if item is None else table[list_key][item]
            # Behind the key, pydantic names the member of a union that it tried.
            keys = written if isinstance(written, Mapping) else ()
            key = next((str(part) for part in reversed(first["loc"]) if part in keys), list_key)
            return tr("{place}: {key} = {value!r} is not allowed: {reason}").format(
                place=place, key=key, value=first["input"], reason=library_tr(first["msg"]).lower()
            )


def _keys(table: Mapping[str, Any], list_key: str, item: int | None) -> str:
    """Return the keys that ``table``, a ``[[scenario]]`` table, may have, separated by commas.

    If ``item`` is not None, return those of a step or ticket instead: of the table with index
    ``item`` in the list ``table[list_key]``. ``list_key`` is ``steps`` or ``tickets`` then.
    """
    model: type[BaseModel] = ScenarioTable
    if item is not None and list_key == "tickets":
        model = TicketLeft
    elif item is not None and (kind := kind_of(table[list_key][item])):
        model = STEP_KINDS[kind]
    return ", ".join(field.alias or name for name, field in model.model_fields.items())


def _nearest(id: str, prompts: Iterable[str]) -> str:
    """Return a hint for the user who has written ``id``, a prompt that the sheet does not have.

    ``prompts`` are the ids of the sheet. The hint lists those of the same row of the sheet; if
    there are none, it names the command that lists all prompts.
    """
    row = PromptId.parse(id).row
    near = [known for known in prompts if PromptId.parse(known).row == row]
    if not near:
        return tr("`ivr prompts list` lists all prompts")
    return tr("that row says {prompts}").format(prompts=", ".join(near))


def _no_slots(values: Mapping[str, str], prompt: Prompt) -> str:
    """Return the first name in ``values`` that is no slot of ``prompt``; "" if all are slots.

    The name 先生 (Mr.) is allowed too, because the title is spoken together with the surname.
    """
    slots = {part.name for part in parts(prompt) if isinstance(part, Slot)}
    # A title is spoken in one clip with the surname before it.
    return next((name for name in values if name not in slots | {"先生"}), "")
