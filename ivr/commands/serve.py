"""``ivr serve``: runs the service that answers the hotline."""

import asyncio

import typer

from ivr import logs
from ivr.command_line import ConfigOption, fail, settings_or_exit
from ivr.service.app import run_service
from ivr.service.loading import StartError

serve_app = typer.Typer(add_completion=False)


@serve_app.command()
def serve_command(config: ConfigOption = None) -> None:
    """Answer the hotline until told to stop.

    SIGTERM drains: no new calls are taken, and running calls may go on for drain_seconds. Callers
    who are still there then hear an apology.
    """
    settings = settings_or_exit(config)
    writer = logs.set_up(settings.service)
    try:
        asyncio.run(run_service(settings))
    except StartError as error:
        raise fail(error) from None
    finally:
        writer.drain()
