"""The language of commands: their help texts, their usage, and typer's errors about wrong options.

Help texts are written in English where a command is defined, and translated here when the command
is made. Typer itself translates its headings by gettext. It does not translate its usage line and
its errors; this module does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Typer has its own copy of click, and exports only a part of it.
from typer._click.core import Context
from typer._click.exceptions import NoArgsIsHelpError, UsageError
from typer._click.formatting import HelpFormatter

from ivr.translation import library_tr, tr

TEXTS = ("help", "short_help", "epilog", "options_metavar", "subcommand_metavar")
"""Attributes of typer's commands and parameters that hold the texts shown by ``--help``."""


class _Formatter(HelpFormatter):
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage line; ``prefix`` None means the translated ``Usage:``."""
        super().write_usage(prog, args, tr("Usage: ") if prefix is None else prefix)


class _Context(Context):
    formatter_class = _Formatter


def described(command: Any) -> Iterator[Any]:  # typer's types of commands are private
    """Yield each object whose help text ``--help`` may show: the command, its parameters, its help
    option, and the same of all its sub-commands, at every level."""
    yield command
    yield from command.params
    yield command.get_help_option(Context(command))
    for each in getattr(command, "commands", {}).values():
        yield from described(each)


def translate_command(command: Any) -> None:
    """Translate in place the help texts of a command, of its parameters and its sub-commands."""
    for each in described(command):
        for name in TEXTS:
            if text := getattr(each, name, None):
                setattr(each, name, tr(text))
        if hasattr(each, "context_class"):
            each.context_class = _Context


@contextmanager
def errors_translated() -> Iterator[None]:
    """Translate the message of a UsageError that is raised in the ``with`` block.

    A UsageError is typer's error about a wrong option or argument. It is raised again with its
    message in the language of the process; other exceptions are not changed.
    """
    try:
        yield
    except NoArgsIsHelpError:
        raise
    except UsageError as error:
        raise UsageError(library_tr(error.format_message()), error.ctx) from None
