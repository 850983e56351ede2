"""The ``ivr`` command: a list of its sub-commands, each of which is imported when it is called.

Importing all of them would delay the start of the service, and would need packages that only the
tools use.
"""

from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ivr.command_language import errors_translated, translate_command
from ivr.translation import tr

SUB_COMMANDS = {
    "serve": ("ivr.commands.serve:serve_app", "Answer the hotline until told to stop."),
    "talk": ("ivr.commands.talk:talk_app", "Try the conversation here, without a PBX."),
    "hear": (
        "ivr.commands.hear_command:hear_app",
        "Show what the detectors of a call find in a recording.",
    ),
    "understand": (
        "ivr.commands.understand:understand_app",
        "Show what the hotline makes of a caller's words.",
    ),
    "doctor": ("ivr.doctor.commands:doctor_app", "Check everything that a call needs."),
    "prompts": (
        "ivr.voice.commands:prompts_app",
        "Render, check, play and install what the hotline says.",
    ),
    "voices": (
        "ivr.voice.voice_commands:voices_app",
        "Fetch, list and remove the voices that speak the prompts.",
    ),
    "models": (
        "ivr.bench.models_command:models_app",
        "Fetch, check, compare and list the models that turn speech into words.",
    ),
    "tickets": (
        "ivr.records.ticket_commands:tickets_app",
        "List, assign, finish and export what callers left to be done.",
    ),
    "calls": (
        "ivr.commands.calls:calls_app",
        "List, show, play and export what happened in the calls, and learn from it.",
    ),
    "records": (
        "ivr.records.commands:records_app",
        "Migrate and prune the database of the records.",
    ),
    "softphone": (
        "ivr.softphone.commands:softphone_app",
        "Place a test call to a PBX by SIP.",
    ),
    "scenario": (
        "ivr.scenario.commands:scenario_app",
        "Make the calls that testers write down, and judge them.",
    ),
    "bench": (
        "ivr.bench.commands:bench_app",
        "Measure how lines are judged, and real calls through Asterisk in Docker.",
    ),
}
"""Maps the name of each sub-command to its ``module:typer_object`` and its help in English."""


class _ImportedWhenCalled(TyperGroup):
    """The command ``ivr`` with all its sub-commands, of which it holds only names and help texts.

    The module of a sub-command is imported when that sub-command is called.
    """

    def make_context(self, *args: Any, **settings: Any) -> Any:
        """Return the context of the command ``ivr``: typer's object with the parsed arguments.

        Help texts, and errors about wrong arguments, are translated into the language of the
        process. ``args`` and ``settings`` are passed on to typer.
        """
        translate_command(self)
        with errors_translated():
            return super().make_context(*args, **settings)

    def resolve_command(
        self, ctx: Any, args: list[str]
    ) -> tuple[str | None, Any, list[str]]:  # the types of typer's context and command are private
        """Find the sub-command that ``args`` name; return its name, its command and the other args.

        Typer calls this to run a sub-command, and to complete a line in a shell. The module of the
        sub-command is imported. If a package that it needs is missing, raise ModuleNotFoundError;
        in a completion return a command without options instead. The name is None if a completion
        finds no known sub-command.
        """
        name, command, words = super().resolve_command(ctx, args)
        if name is None:
            return name, command, words
        ctx.invoked_subcommand = name
        try:
            return name, _import_command(name), words
        except ModuleNotFoundError:
            if ctx.resilient_parsing:  # a completion, which must not print errors
                return name, command, words
            raise

    def invoke(self, ctx: Any) -> Any:
        """Run a sub-command; if a package that it needs is missing, print one sentence and exit."""
        try:
            with errors_translated():
                return super().invoke(ctx)
        except ModuleNotFoundError as error:
            if error.name is None or error.name.startswith("ivr."):
                raise
            from ivr.command_line import fail

            raise fail(
                tr(
                    "`ivr {command}` needs the package {package}: run `pip install 'ivr[tools]'`"
                ).format(command=ctx.invoked_subcommand, package=error.name)
            ) from None


def _import_command(name: str) -> Any:
    module, _, attribute = SUB_COMMANDS[name][0].partition(":")
    command = typer.main.get_command(getattr(import_module(module), attribute))
    translate_command(command)
    return command


app = typer.Typer(cls=_ImportedWhenCalled, no_args_is_help=True, pretty_exceptions_enable=False)
for _name, (_, _help) in SUB_COMMANDS.items():
    app.add_typer(typer.Typer(), name=_name, help=_help)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ivr {version('ivr')}")
        raise typer.Exit


@app.callback()
def root(
    _: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print name and version."
        ),
    ] = False,
) -> None:
    """The hotline that keeps to the sheet of phone etiquette."""
    from ivr import logs

    logs.log_to_stderr()


def main() -> None:
    """Run the ``ivr`` command with the arguments of this process; the package's entry point."""
    app(prog_name="ivr")
