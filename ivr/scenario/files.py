"""Scenario files: read, checked, and each mistake told in one sentence with its line."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from ivr.dialogue.row import Prompt, Row, Slot, parts
from ivr.etiquette.sheet import Sheet
from ivr.scenario.places import LineNumbers, lines_of
from ivr.scenario.steps import (
    LEAST_PAUSE,
    STEP_KINDS,
    Act,
    HangsUp,
    Hears,
    HungUp,
    Plays,
    Scenario,
    ScenarioTable,
    TicketLeft,
    kind_of,
)

SHIPPED = Path(__file__).parent / "shipped"
"""The scenarios that come with the product: all rows of the sheet."""


class ScenarioError(Exception):
    """A scenario cannot be used; the message names file, line, the mistake and the remedy."""


def read_scenarios(paths: Iterable[Path], sheet: Sheet) -> list[Scenario]:
    """The scenarios of all files, directories being all ``*.toml`` in them; names are unique.

    ScenarioError tells the first mistake.
    """
    found: list[Scenario] = []
    places: dict[str, str] = {}
    for file in _files(paths):
        for scenario in _read(file):
            check_scenario(scenario, sheet)
            if scenario.name in places:
                raise ScenarioError(
                    f"{scenario.place()}: the name {scenario.name!r} is taken by "
                    f"{places[scenario.name]}: give one of them another"
                )
            places[scenario.name] = scenario.place()
            found.append(scenario)
    return found


def check_scenario(scenario: Scenario, sheet: Sheet) -> None:
    """ScenarioError when it asks for what the sheet has not, or cannot be carried out."""
    prompts = {prompt.id: prompt for prompt in sheet.prompts()}
    for row in scenario.table.rows:
        if row not in sheet:
            raise ScenarioError(
                f"{scenario.place()}: there is no row {row!r} in the sheet: "
                f"its rows are {', '.join(sheet)}"
            )
    for number, step in enumerate(scenario.steps):
        place = scenario.place(number)
        match step:
            case Hears(hears=id) if id not in prompts:
                raise ScenarioError(
                    f"{place}: there is no prompt {id!r} in the sheet: {_nearest(id, prompts)}"
                )
            case Hears(hears=id, values=values) if missing := _no_slots(values, prompts[id]):
                raise ScenarioError(
                    f"{place}: {id} has no slot {missing}: write with = {{}} for what it has"
                )
            case Plays(plays=path) if not (scenario.file.parent / path).is_file():
                raise ScenarioError(f"{place}: there is no file {path} beside {scenario.file.name}")
            case HangsUp() | HungUp() if number != len(scenario.steps) - 1:
                raise ScenarioError(f"{place}: the call is over here: leave the steps after it out")
            case Act(into=float()) if not _begins_a_turn(scenario, number):
                raise ScenarioError(
                    f"{place}: into counts from a prompt that begins after {LEAST_PAUSE} s of "
                    "quiet: put a hears with such an `after`, or the caller's words, before it"
                )
            case _:
                pass
    _refuse_unproven(scenario, sheet)


def _begins_a_turn(scenario: Scenario, number: int) -> bool:
    """Whether the step before is a prompt that is told from the one before it by a pause."""
    before = scenario.steps[number - 1] if number else None
    if not isinstance(before, Hears):
        return False
    first = number == 1 or not isinstance(scenario.steps[number - 2], Hears)
    return first or (before.after or 0.0) >= LEAST_PAUSE


def _refuse_unproven(scenario: Scenario, sheet: Sheet) -> None:
    """A row is proven by hearing its words; one that is all slots by hearing these filled."""
    heard = [step for step in scenario.steps if isinstance(step, Hears)]
    for id in scenario.table.rows:
        slots = slots_of(sheet[id])
        spoken = any(step.hears.partition(".")[0] == id for step in heard)
        if not spoken and not any(slots & set(step.values) for step in heard):
            raise ScenarioError(
                f"{scenario.place()}: {scenario.name!r} is to prove the row {id} and hears none "
                "of its prompts: add a hears, or take the row out of rows"
            )


def slots_of(row: Row) -> frozenset[str]:
    """The slots by which a row is heard in the sentences of others: {姓}先生 of row 13.

    A row with a sentence of its own has none.
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
            raise ScenarioError(f"{path} holds no scenario files: they end in .toml")
        files += found
    return files


def _read(file: Path) -> list[Scenario]:
    try:
        text = file.read_text(encoding="utf-8")
        raw = tomllib.loads(text)
    except OSError as error:
        raise ScenarioError(f"{file} cannot be read ({error.strerror}): correct its path") from None
    except UnicodeDecodeError:
        raise ScenarioError(f"{file} is not UTF-8 text: save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        number = line.group(1) if line else text.count("\n") + 1
        raise ScenarioError(f"{file}:{number}: this is not valid TOML: {error}") from None
    unknown = [key for key in raw if key != "scenario"]
    tables = raw.get("scenario", [])
    if unknown or not isinstance(tables, list) or not tables:
        raise ScenarioError(f"{file}:1: begin each scenario with a line [[scenario]]")
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
    """The first mistake of a scenario, in words."""
    first = error.errors(include_url=False)[0]
    list_key, item = str(first["loc"][0]), None
    if len(first["loc"]) > 1 and isinstance(first["loc"][1], int):
        item = first["loc"][1]
    place = f"{file}:{lines.of(list_key, item)}"
    key = str(first["loc"][-1])
    match first["type"]:
        case "extra_forbidden":
            known = _keys(table, list_key, item)
            return f"{place}: unknown key {key!r}: {known}"
        case "missing":
            return f"{place}: {key} is missing in the scenario {table.get('name', '')!r}"
        case "union_tag_not_found" | "union_tag_invalid":
            return f"{place}: a step is one of {', '.join(STEP_KINDS)}, and one only"
        case _:
            wrong = first["input"]
            return f"{place}: {key} = {wrong!r} cannot be: {first['msg'].lower()}"


def _keys(table: Mapping[str, Any], list_key: str, item: int | None) -> str:
    """Which keys may stand there."""
    model: type[BaseModel] = ScenarioTable
    if item is not None and list_key == "tickets":
        model = TicketLeft
    elif item is not None and (kind := kind_of(table[list_key][item])):
        model = STEP_KINDS[kind]
    names = [field.alias or name for name, field in model.model_fields.items()]
    return f"use {', '.join(names)}"


def _nearest(id: str, prompts: Iterable[str]) -> str:
    """What may have been meant."""
    row = id.partition(".")[0]
    near = [known for known in prompts if known.partition(".")[0] == row]
    return f"that row says {', '.join(near)}" if near else "`ivr prompts list` has them all"


def _no_slots(values: Mapping[str, str], prompt: Prompt) -> str:
    """The first of ``values`` that the prompt has no slot for."""
    slots = {part.name for part in parts(prompt) if isinstance(part, Slot)}
    # A title is spoken in one clip with the surname before it.
    return next((name for name in values if name not in slots | {"先生"}), "")
