"""One HTML page that holds a whole run: the acceptance sheet, and for each call its picture, its
verdict and its transcript. It needs no other file and no network."""

from collections.abc import Iterator, Sequence
from html import escape

from ivr.bench.result import BenchResult
from ivr.scenario.acceptance import RowResult
from ivr.scenario.picture import svg
from ivr.scenario.verdict import ScenarioVerdict

_STYLE = """
body{font:14px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;margin:2em auto;max-width:1200px;
color:#222}
h1{font-size:1.5em}h2{font-size:1.1em;margin:2em 0 .3em}
table{border-collapse:collapse;width:100%}
td,th{padding:.2em .6em;text-align:left;vertical-align:top;border-bottom:1px solid #ddd}
.green{color:#17803d}.red{color:#b91c1c;font-weight:bold}.none{color:#a16207}
.problem{color:#b91c1c;margin:.2em 0}.place{color:#666;font-size:.85em}
svg.call{width:100%;height:auto}
details{margin:.4em 0}summary{cursor:pointer;color:#1d4ed8}
.transcript td{border:0;padding:.05em .6em}
.transcript .bot{color:#1d4ed8}.transcript .caller{color:#b45309}
"""


def report_page(
    sheet: Sequence[RowResult], verdicts: Sequence[ScenarioVerdict], result: BenchResult, where: str
) -> str:
    """The page; ``where`` says what was called."""
    title = f"Acceptance of the sheet: {result.figures['rows_green']:.0f} rows green"
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
            f"<h1>{escape(title)}</h1>",
            f"<p>{escape(where)}: {_summary(result)}. {escape(result.machine)}.</p>",
            *_sheet(sheet),
            *(line for verdict in verdicts for line in _call(verdict)),
            "</body></html>",
        ]
    )


def _summary(result: BenchResult) -> str:
    told = result.figures
    return (
        f"{told['scenarios_passed']:.0f} of {told['scenarios']:.0f} calls went as written, "
        f"in {told['seconds']:.0f} s; the worst wait is {told['wait_error_max_ms']:.0f} ms off"
    )


def _sheet(sheet: Sequence[RowResult]) -> Iterator[str]:
    yield "<table><tr><th>#<th>row<th>situation<th>words heard<th>waits (s)<th>calls<th>result</tr>"
    for entry in sheet:
        words = "<br>".join(map(escape, entry.words))
        links = " ".join(
            f'<a href="#{_anchor(verdict)}">{number}</a>'
            for number, verdict in enumerate(entry.verdicts, 1)
        )
        yield (
            f"<tr><td>{entry.row.number}<td>{escape(entry.row.id)}<td>{escape(entry.row.situation)}"
            f"<td>{words}<td>{' '.join(entry.waits)}<td>{links}"
            f'<td class="{entry.result}">{entry.result}</tr>'
        )
    yield "</table>"


def _call(verdict: ScenarioVerdict) -> Iterator[str]:
    result = "green" if verdict.passed else "red"
    scenario, seen = verdict.scenario, verdict.seen
    yield f'<h2 id="{_anchor(verdict)}" class="{result}">{escape(scenario.name)}</h2>'
    rows = ", ".join(scenario.table.rows)
    ended = f"{seen.ended_by} hung up after {seen.ended:.2f} s"
    outcome = f", {seen.outcome}" if seen.outcome else ""
    if seen.gaps is not None:
        gaps = seen.gaps
        outcome += f" · {gaps.packets} packets, {gaps.lost} lost, longest gap {gaps.max_ms:.0f} ms"
    place = f"{scenario.file.name}:{scenario.line}"
    yield f'<p class="place">{escape(place)} · rows {escape(rows)} · {escape(ended + outcome)}</p>'
    for problem in verdict.problems:
        yield f'<p class="problem">{escape(problem)}</p>'
    yield svg(verdict)
    if seen.transcript:
        yield "<details><summary>transcript</summary><table class='transcript'>"
        for line in seen.transcript:
            who = escape(line.who)
            says = escape(line.says)
            yield f'<tr class="{who}"><td>{line.at:.2f}<td>{who}<td>{says}</tr>'
        yield "</table></details>"


def _anchor(verdict: ScenarioVerdict) -> str:
    return f"{verdict.scenario.file.stem}-{verdict.scenario.line}"
