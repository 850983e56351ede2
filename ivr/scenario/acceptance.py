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
    """The result of one row of the phone etiquette, from the verdicts on its scenarios."""

    row: Row
    verdicts: Sequence[ScenarioVerdict]
    """The verdicts on the scenarios that prove the row."""

    @property
    def result(self) -> str:
        """``green`` if all played scenarios passed, ``red`` if one failed, ``none`` without any."""
        if not self.verdicts:
            return "none"
        passed = all(verdict.passed for verdict in self.verdicts)
        return marked("green") if passed else marked("red")

    @property
    def words(self) -> list[str]:
        """Sentences of this row that were heard in the calls, each once.

        A row without a sentence of its own (row 13) consists of slots. For it, they are the
        sentences in which its slots were filled.
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
        """Measured seconds of each wait for which a scenario of the row sets a length: ``5.02``."""
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
    """Return the results of the sheet's rows, in the order of the sheet.

    With ``every``, all rows are returned. Otherwise a row is left out if none of its scenarios was
    played, that is, if ``verdicts`` has none.
    """
    all_rows = (
        RowResult(row, [each for each in verdicts if row.id in each.scenario.table.rows])
        for row in sheet.values()
    )
    return [entry for entry in all_rows if every or entry.verdicts]


def acceptance_table(sheet: Sequence[RowResult]) -> Table:
    """Return the results as a table for a terminal, with one line for each row."""
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
    """Return the figures of a run of scenarios, which took ``seconds``.

    The run has passed if all rows in ``sheet`` are green.
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
