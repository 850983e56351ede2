"""``ivr calls``: lists, transcripts and exports of calls."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from ivr.command_line import ConfigOption, JsonOption, fail, print_table
from ivr.records import calls as queries
from ivr.records import recordings
from ivr.records.calls import CallRow
from ivr.records.command_line import (
    DaysOption,
    ExportOption,
    FormatOption,
    LimitOption,
    connected,
    export,
    since,
)
from ivr.records.output import as_json, local, printable
from ivr.records.schema import calls_table as table_of_calls
from ivr.records.tickets import is_overdue
from ivr.records.transcript import lines
from ivr.translation import tr

calls_app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="List, show, play and export what happened in the calls, and learn from it.",
)


@calls_app.command("list")
def list_calls(
    config: ConfigOption = None,
    caller: Annotated[str | None, typer.Option(help="Only calls from this number.")] = None,
    outcome: Annotated[str | None, typer.Option(help="Only calls with this outcome.")] = None,
    row: Annotated[str | None, typer.Option(help="Only calls that entered this row.")] = None,
    days: DaysOption = None,
    limit: LimitOption = 50,
    as_json_: JsonOption = False,
) -> None:
    """List calls, the newest first, in China's time."""
    with connected(config) as connection:
        found = queries.listed_calls(
            connection, since=since(days), caller=caller, outcome=outcome, row=row, limit=limit
        )
        left = queries.numbers_of(connection, found)
    if as_json_:
        typer.echo(as_json([dict(one) for one in found]))
        return
    names = (tr("call"), tr("started"), tr("caller"), tr("seconds"), tr("outcome"), tr("tickets"),
             tr("rows"))  # fmt: skip
    table = Table(*names, box=None)
    for one in found:
        seconds = "" if one["seconds"] is None else f"{one['seconds']:.1f}"
        cells = (one["call"][:8], local(one["started"]), one["caller"], seconds,
                 one["outcome"] or "…", left.get(one["call"], ""), one["rows"] or "")  # fmt: skip
        table.add_row(*(Text(printable(text)) for text in cells))
    print_table(table)


@calls_app.command("show")
def show_call(
    name: Annotated[str, typer.Argument(help="Call as `list` shows it, channel id, or ticket.")],
    config: ConfigOption = None,
    as_json_: JsonOption = False,
) -> None:
    """Show the transcript of a call; --json has every step."""
    with connected(config) as connection:
        whole = [
            (
                call,
                queries.steps_of(connection, call["call"]),
                queries.tickets_of(connection, call["call"]),
                recordings.of_call(connection, call["call"]),
            )
            for call in queries.found(connection, name)
        ]
    if not whole:
        raise fail(
            tr("there is no call {name}: `ivr calls list` shows the latest ones").format(
                name=printable(name)
            )
        )
    if as_json_:
        typer.echo(as_json([queries.call_as_dict(call, steps) for call, steps, _, _ in whole]))
        return
    for call, steps, left, recording in whole:
        _show(call, steps, left, recording)


@calls_app.command("export")
def export_calls(
    form: FormatOption = "csv",
    out: ExportOption = None,
    days: DaysOption = None,
    config: ConfigOption = None,
) -> None:
    """Export calls as CSV for a spreadsheet (times are China's), or with steps as JSON (UTC)."""
    with connected(config) as connection:
        found = queries.listed_calls(connection, since=since(days))
        if form == "json":
            whole = [
                queries.call_as_dict(one, queries.steps_of(connection, one["call"]))
                for one in found
            ]
            export(form, out, (), whole)
            return
    export(form, out, [column.name for column in table_of_calls.columns], found)


def _show(
    call: CallRow, steps: Sequence[CallRow], left: Sequence[CallRow], recording: CallRow | None
) -> None:
    now = datetime.now(UTC)
    length = tr("not over")
    if call["seconds"] is not None:
        length = tr("{seconds:.1f} s").format(seconds=call["seconds"])
    caller = call["caller"] or tr("unknown")
    head = f"{caller} → {call['number']}  {length}  {call['outcome'] or ''}"
    typer.echo(f"{local(call['started'])}  {printable(head)}")
    typer.echo(
        tr("call {call}  channel {uniqueid}").format(
            call=call["call"], uniqueid=printable(call["uniqueid"])
        )
    )
    if recording is not None:
        told = printable(recordings.recording_line(recording))
        typer.echo(tr("recording {recording}").format(recording=told))
    for ticket in left:
        typer.echo(_ticket_line(ticket, now))
    typer.echo("")
    for line in lines(steps, {ticket["step"]: ticket["number"] for ticket in left}):
        typer.echo(f"{line.at:8.2f}  {tr(line.who):<7} {printable(line.says)}")


def _ticket_line(ticket: CallRow, now: datetime) -> str:
    told = {"number": ticket["number"], "kind": tr(ticket["kind"]), "status": tr(ticket["status"])}
    if not ticket["deadline"]:
        return tr("ticket {number}  {kind}  {status}").format(**told)
    sentence = tr("ticket {number}  {kind}  {status}  due {deadline}")
    if is_overdue(ticket, now):
        sentence = tr("ticket {number}  {kind}  {status}  due {deadline}  OVERDUE")
    return sentence.format(**told, deadline=local(ticket["deadline"]))
