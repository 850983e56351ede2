"""``ivr hear``: the command and its options; :mod:`ivr.commands.hear` makes the report."""

from pathlib import Path
from typing import Annotated

import typer

from ivr.command_line import JsonOption, fail, formerly
from ivr.commands.hear import (
    EVERY_SECONDS,
    HEADER,
    HearError,
    Recording,
    hear,
    line_of,
    report_as_json,
    report_summary,
)

hear_app = typer.Typer(add_completion=False)


@hear_app.command(context_settings=formerly(picture="out"))
def hear_command(
    file: Annotated[Path, typer.Argument(help="The recording: WAV, FLAC, Ogg, MP3, any rate.")],
    prompt: Annotated[
        Path | None, typer.Option(help="What we played meanwhile: its echo is no caller.")
    ] = None,
    prompt_start: Annotated[
        float, typer.Option(min=0.0, help="Seconds from the start of FILE to that of the prompt.")
    ] = 0.0,
    out: Annotated[
        Path | None, typer.Option("--out", help="PNG file to write: a picture of it all.")
    ] = None,
    as_json: JsonOption = False,
    every: Annotated[
        float, typer.Option(min=0.02, help="Seconds between two rows.")
    ] = EVERY_SECONDS,
) -> None:
    """Show what the detectors of a call find in a recording.

    It shows the verdict about the line and its numbers over time, and the reasons.
    """
    if out is not None:
        from ivr.commands.hear_picture import draw_report  # here: loading matplotlib takes a second
    try:
        recording = Recording.read(file)
        played = None if prompt is None else Recording.read(prompt)
        heard = hear(recording, played, prompt_start, every)
        if out is not None:
            draw_report(heard, f"{file.name}: {heard.verdict.condition}", out)
    except HearError as error:
        raise fail(error) from None
    if as_json:
        typer.echo(report_as_json(heard))
        return
    typer.echo(f"{file}: {recording}\n{HEADER}")
    for row in heard.rows:
        typer.echo(line_of(row))
    typer.echo(report_summary(heard))
