"""The acceptance sheet: for each row of the phone etiquette, the words heard, waits and result."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from ivr.bench.result import BenchResult
from ivr.dialogue.row import PromptId, Row
from ivr.etiquette.sheet import Sheet
from ivr.scenario.files import slots_of
from ivr.scenario.steps import Hears
from ivr.scenario.verdict import ScenarioVerdict
from ivr.translation import marked, tr


@dataclass(frozen=True, slots=True)
class RowResult:
    """The result of one row of the etiquette sheet, found from the verdicts on its scenarios."""

    row: Row
    verdicts: Sequence[ScenarioVerdict]
    """The verdicts on the scenarios that prove the row."""

    @property
    def result(self) -> str:
        """``green`` if all scenarios of the row passed, ``red`` if not, ``none`` if none ran."""
        if not self.verdicts:
            return "none"
        passed = all(verdict.passed for verdict in self.verdicts)
        return marked("green") if passed else marked("red")

    @property
    def words(self) -> list[str]:
        """The sentences of this row that the callers heard, each listed once.

        A row without a sentence of its own (row 13, {姓}先生: Mr. and a surname) consists of slots.
        Its words are the sentences of other rows in which these slots were filled.
        """
        texts = {
            spoken.text: None
            for verdict in self.verdicts
            for step, spoken in verdict.heard.items()
            if self._is_of_row(verdict, step)
        }
        return list(texts)

    @property
    def waits(self) -> list[str]:
        """The measured waits, as texts in seconds with two decimals: ``5.02``.

        Only waits for which a scenario of the row sets a length are listed.
        """
        return [
            f"{wait.seconds:.2f}"
            for verdict in self.verdicts
            for wait in verdict.waits
            if wait.wanted is not None
        ]

    def _is_of_row(self, verdict: ScenarioVerdict, number: int) -> bool:
        step = verdict.scenario.steps[number]
        own = isinstance(step, Hears) and PromptId.parse(step.hears).row == self.row.id
        # A row without a sentence of its own (13) is heard in sentences that fill its slots.
        return own or (isinstance(step, Hears) and bool(slots_of(self.row) & set(step.values)))


def entries(sheet: Sheet, verdicts: Sequence[ScenarioVerdict], *, every: bool) -> list[RowResult]:
    """Return the result of each row of the etiquette sheet ``sheet``, in its order.

    ``verdicts`` are the verdicts on the scenarios that were played. If ``every`` is False, rows
    that none of these scenarios proves are left out.
    """
    all_rows = (
        RowResult(row, [each for each in verdicts if row.id in each.scenario.table.rows])
        for row in sheet.values()
    )
    return [entry for entry in all_rows if every or entry.verdicts]


def acceptance_table(sheet: Sequence[RowResult]) -> Table:
    """Return the results of the rows of the etiquette sheet as a table for a terminal.

    The table has one line for each row in ``sheet``.
    """
    shown = Table(
        "#",
        tr("row"),
        tr("words heard"),
        tr("waits (s)"),
        tr("calls"),
        tr("result"),
        title=tr("acceptance sheet"),
    )
    colours = {"green": "green", "red": "bold red", "none": "yellow"}
    for entry in sheet:
        shown.add_row(
            str(entry.row.number),
            entry.row.id,
            Text("\n".join(entry.words)),
            " ".join(entry.waits),
            str(len(entry.verdicts)),
            Text(tr(entry.result), colours[entry.result]),
        )
    return shown


def acceptance_figures(
    sheet: Sequence[RowResult], verdicts: Sequence[ScenarioVerdict], seconds: float
) -> BenchResult:
    """Return the figures of a run of scenarios, with its problems.

    The result passes if all rows in ``sheet`` are green and no scenario has a problem. ``sheet``
    are the results of the rows of the etiquette sheet, ``verdicts`` those of the scenarios.
    ``seconds`` is the time that the run took.
    """
    errors = [
        abs(wait.error) * 1000
        for verdict in verdicts
        for wait in verdict.waits
        if wait.error is not None
    ]
    told = {
        "rows_green": float(sum(entry.result == "green" for entry in sheet)),
        "scenarios": float(len(verdicts)),
        "scenarios_passed": float(sum(verdict.passed for verdict in verdicts)),
        "wait_error_max_ms": max(errors, default=0.0),
        "seconds": seconds,
    }
    problems = tuple(problem for verdict in verdicts for problem in verdict.problems)
    limits = {"rows_green": float(len(sheet))}
    return BenchResult(
        "scenario", told, limits, len(verdicts), problems=problems, at_least=frozenset(limits)
    )
