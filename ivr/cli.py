"""The ``ivr`` command. Thin: each sub-command calls one room."""

import asyncio
import logging
import sys
from pathlib import Path
from typing import Annotated

import structlog
import typer

from ivr import app as service
from ivr.bench.commands import bench
from ivr.config import ConfigError, Settings, load
from ivr.softphone.commands import softphone
from ivr.voice.commands import app as prompts

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(prompts, name="prompts")
app.add_typer(softphone, name="softphone")
app.add_typer(bench, name="bench")

Config = Annotated[
    Path | None,
    typer.Option("--config", "-c", envvar="IVR_CONFIG", help="Settings file (TOML)."),
]

CANNOT = 2
"""Exit code when something the user has set, given or forgotten makes it impossible."""


def fail(sentence: object) -> typer.Exit:
    """Say one sentence on stderr; raise what is returned."""
    typer.echo(f"ivr: {sentence}", err=True)
    return typer.Exit(CANNOT)


def settings_or_exit(config: Path | None) -> Settings:
    """The settings, or one sentence and exit code 2."""
    try:
        return load(config)
    except ConfigError as error:
        raise fail(error) from None


def set_up_logging(settings: Settings) -> None:
    """One structured line per transition, on stderr."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.service.log_format == "json"
        else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelName(settings.service.log_level.upper())
        ),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )


@app.callback()
def root() -> None:
    """The hotline that keeps to the sheet of phone etiquette."""


@app.command()
def serve(config: Config = None) -> None:
    """Answer the hotline until told to stop (SIGTERM drains: running calls end properly)."""
    settings = settings_or_exit(config)
    set_up_logging(settings)
    try:
        asyncio.run(service.serve(settings))
    except service.StartError as error:
        raise fail(error) from None


def main() -> None:
    """Entry point."""
    app()
