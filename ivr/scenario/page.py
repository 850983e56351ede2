"""One HTML page about a whole run: the acceptance sheet, and a picture and transcript per call.

The page needs no other file and no network.
"""

from collections.abc import Sequence

from markupsafe import Markup

from ivr.bench.result import BenchResult
from ivr.pages import page_template
from ivr.scenario.acceptance import RowResult
from ivr.scenario.picture import svg
from ivr.scenario.verdict import ScenarioVerdict


def report_page(
    sheet: Sequence[RowResult], verdicts: Sequence[ScenarioVerdict], result: BenchResult, where: str
) -> str:
    """Return an HTML page about a run of scenarios, which needs no other file and no network.

    ``sheet`` are the results of the rows of the etiquette sheet, ``verdicts`` those of the
    scenarios, ``result`` has the figures of the run. ``where`` names the PBX that was called, or
    says that the run was in virtual time.
    """
    return page_template("ivr.scenario", "report.html.j2").render(
        sheet=sheet,
        verdicts=verdicts,
        figures=result.figures,
        machine=result.machine,
        where=where,
        anchor=_anchor,
        picture=lambda verdict: Markup(svg(verdict)),
    )


def _anchor(verdict: ScenarioVerdict) -> str:
    return f"{verdict.scenario.file.stem}-{verdict.scenario.line}"
