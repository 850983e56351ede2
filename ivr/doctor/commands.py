"""``ivr doctor``: runs the checks of service and PBX, and prints their findings."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from ivr.command_line import ConfigOption, JsonOption, print_table
from ivr.doctor import checks_as_json, examine, worst
from ivr.doctor.finding import CheckVerdict
from ivr.translation import tr

_COLOURS = {
    CheckVerdict.OK: "green",
    CheckVerdict.WARNING: "yellow",
    CheckVerdict.BROKEN: "red",
}

doctor_app = typer.Typer(add_completion=False)


@doctor_app.command()
def doctor_command(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    service_only: Annotated[
        bool, typer.Option("--service", help="Check only whether the service listens; quick.")
    ] = False,
    pbx_sounds: Annotated[
        Path | None,
        typer.Option(
            "--pbx-sounds", help="Asterisk's sounds directory, to check the prompts in it."
        ),
    ] = None,
) -> None:
    """Check everything that a call needs.

    Ends with 0 when all is well, 1 when there are warnings, 2 when something is broken.
    """
    checks = examine(config, service_only=service_only, pbx_sounds=pbx_sounds)
    if as_json:
        typer.echo(checks_as_json(checks))
    else:
        table = Table("", tr("check"), tr("says"), tr("what to do"), box=None, pad_edge=False)
        for check in checks:
            verdict = Text(tr(check.verdict), _COLOURS[check.verdict])
            table.add_row(verdict, tr(check.name), Text(check.says), Text(check.remedy))
        print_table(table)
    raise typer.Exit(worst(checks).exit_code)
