"""``ivr tickets``: lists and exports of tickets, and changes of their status."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from ivr.command_line import ConfigOption, JsonOption, formerly, print_table
from ivr.dialogue.ticket import TicketKind
from ivr.records import tickets as queries
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
from ivr.records.schema import tickets_table as table_of_tickets
from ivr.records.tickets import WAITING, TicketStatus, is_overdue
from ivr.translation import tr

tickets_app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="List, assign, finish and export what callers left to be done.",
)

NumberArgument = Annotated[str, typer.Argument(help="Number of the ticket.")]
NoteOption = Annotated[str | None, typer.Option(help="A remark to keep with the ticket.")]


@tickets_app.command("list")
def list_tickets(
    config: ConfigOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Finished ones, too.")] = False,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only overdue ones.")] = False,
    kind: Annotated[TicketKind | None, typer.Option(help="Only tickets of this kind.")] = None,
    assignee: Annotated[str | None, typer.Option(help="Only tickets of this person.")] = None,
    days: DaysOption = None,
    limit: LimitOption = 200,
    as_json_: JsonOption = False,
) -> None:
    """List unfinished tickets, the most urgent first, in China's time."""
    now = datetime.now(UTC)
    with connected(config) as connection:
        found = queries.listed_tickets(
            connection,
            status=() if everything else WAITING,
            kind=kind,
            assignee=assignee,
            since=since(days),
            overdue_at=now if overdue else None,
            limit=limit,
        )
    if as_json_:
        typer.echo(as_json([_ticket(row, now) for row in found]))
        return
    names = (tr("number"), tr("kind"), tr("status"), tr("who"), tr("contact"), tr("for"),
             tr("left"), tr("due"), "")  # fmt: skip
    table = Table(*names, box=None)
    for row in found:
        late = _overdue(now - row["deadline"]) if is_overdue(row, now) else ""
        who = (row["surname"] or "") + (row["title"] or "") or row["caller"]
        status = tr(row["status"])
        whose = status if row["assignee"] is None else f"{status}: {row['assignee']}"
        left, due = local(row["created"]), local(row["deadline"])
        cells = (row["number"], tr(row["kind"]), whose, who, row["contact"] or row["caller"],
                 row["department"] or "", left, due)  # fmt: skip
        table.add_row(*(Text(printable(text)) for text in cells), Text(late, "bold red"))
    print_table(table)


@tickets_app.command("show")
def show_ticket(
    number: NumberArgument, config: ConfigOption = None, as_json_: JsonOption = False
) -> None:
    """Show all fields of a ticket."""
    now = datetime.now(UTC)
    with connected(config) as connection:
        ticket = queries.one(connection, number)
    if as_json_:
        typer.echo(as_json(_ticket(ticket, now)))
        return
    for name, value in _ticket(ticket, now).items():
        text = local(value) if isinstance(value, datetime) else str(value)
        if value not in (None, False):
            typer.echo(f"{name:<15} {printable(text)}")


@tickets_app.command("assign", context_settings=formerly(to="assignee"))
def assign_ticket(
    number: NumberArgument,
    assignee: Annotated[str, typer.Option(help="Name of the person.")],
    note: NoteOption = None,
    config: ConfigOption = None,
) -> None:
    """Assign a ticket to a person; one that is assigned gets a new person."""
    _change(config, number, TicketStatus.ASSIGNED, assignee, note)


@tickets_app.command("done")
def finish_ticket(
    number: NumberArgument, note: NoteOption = None, config: ConfigOption = None
) -> None:
    """Mark a ticket as done."""
    _change(config, number, TicketStatus.DONE, None, note)


@tickets_app.command("cancel")
def cancel_ticket(
    number: NumberArgument, note: NoteOption = None, config: ConfigOption = None
) -> None:
    """Mark a ticket as cancelled: it will not be done."""
    _change(config, number, TicketStatus.CANCELLED, None, note)


@tickets_app.command("export")
def export_tickets(
    form: FormatOption = "csv",
    out: ExportOption = None,
    days: DaysOption = None,
    config: ConfigOption = None,
) -> None:
    """Export tickets as CSV for a spreadsheet (times are China's) or as JSON (UTC)."""
    with connected(config) as connection:
        found = queries.listed_tickets(connection, since=since(days))
    export(form, out, [column.name for column in table_of_tickets.columns], found)


def _change(
    config: Path | None, number: str, status: TicketStatus, assignee: str | None, note: str | None
) -> None:
    with connected(config, writing=True) as connection:
        now = datetime.now(UTC)
        queries.change(connection, number, status, now, assignee=assignee, note=note)
    typer.echo(
        tr("ticket {number} is {status}").format(number=printable(number), status=tr(status))
    )


def _ticket(row: CallRow, now: datetime) -> dict[str, Any]:
    return {**row, "overdue": is_overdue(row, now)}


def _overdue(time: timedelta) -> str:
    minutes = int(time.total_seconds() // 60)
    if minutes < 60:
        return tr("overdue {number} min").format(number=minutes)
    if minutes < 48 * 60:
        return tr("overdue {number} h").format(number=minutes // 60)
    return tr("overdue {number} d").format(number=minutes // 1440)
