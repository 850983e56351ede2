"""``ivr prompts``: render the sheet, list it, check what is rendered."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Column, Table

from ivr.etiquette.sheet import Sheet, SheetError, parse_sheet
from ivr.voice import VoiceError
from ivr.voice.check import check
from ivr.voice.current import known
from ivr.voice.render import render as render_stale

app = typer.Typer(
    name="prompts", help="What the hotline says: render, list, check.", no_args_is_help=True
)

SheetOption = Annotated[
    Path | None, typer.Option("--sheet", help="The sheet of words. [default: prompts/sheet.toml]")
]
DirectoryOption = Annotated[
    Path | None,
    typer.Option("--directory", help="Where the files go. [default: `rendered` beside the sheet]"),
]


@app.command()
def render(
    only: Annotated[
        str | None, typer.Option(help="One row (no_sound) or one prompt (no_sound.ask).")
    ] = None,
    anew: Annotated[bool, typer.Option("--all", help="Also what is current already.")] = False,
    sheet: SheetOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Render the prompts whose words, voice or files have changed."""
    path, words = _read(sheet)
    target = directory or path.parent / "rendered"
    try:
        from ivr.voice.espeak import Espeak

        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("rendering", total=None)
            result = render_stale(
                words,
                target,
                Espeak(),
                only=only,
                anew=anew,
                progress=lambda done, of: bar.update(task, completed=done, total=of),
            )
    except ModuleNotFoundError as error:
        _stop(f"rendering needs the package {error.name}: run `pip install 'ivr[tools]'`")
    except KeyError as error:
        _stop(str(error.args[0]))
    except (VoiceError, OSError) as error:
        _stop(str(error))
    typer.echo(
        f"{len(result.rendered)} rendered, {len(result.kept)} kept, "
        f"{len(result.removed)} removed in {target}"
    )


@app.command("list")
def list_prompts(sheet: SheetOption = None, directory: DirectoryOption = None) -> None:
    """Every prompt with its words, and how long and how loud its rendering is."""
    path, words = _read(sheet)
    recordings = known(directory or path.parent / "rendered").recordings
    table = Table("prompt", Column("words", overflow="fold"), "seconds", "dBov", box=None)
    for prompt in words.fragments():
        recording = recordings.get(prompt.id)
        measures = (
            (f"{recording.seconds:.2f}", f"{recording.active_level_dbov:.1f}")
            if recording and recording.text == prompt.text
            else ("not rendered", "")
        )
        table.add_row(prompt.id, prompt.text, *measures)
    Console().print(table)


@app.command("check")
def check_prompts(
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON.")] = False,
    sheet: SheetOption = None,
    directory: DirectoryOption = None,
) -> None:
    """Are all prompts there, current, at one level, without a forbidden word? Exit code 0 or 1."""
    path, words = _read(sheet)
    report = check(directory or path.parent / "rendered", words)
    if as_json:
        typer.echo(report.dump())
    else:
        for problem in report.problems:
            typer.echo(problem)
        figures = report.figures
        typer.echo(
            f"{figures.present} of {figures.prompts} prompts present, {figures.current} current, "
            f"{figures.seconds:.0f} s of speech; active level {figures.level_min_dbov} to "
            f"{figures.level_max_dbov} dBov, highest peak {figures.peak_max_dbfs} dBFS"
        )
    raise typer.Exit(1 if report.problems else 0)


def _read(sheet: Path | None) -> tuple[Path, Sheet]:
    """The sheet and where it lies: as named, else below here, else in the repository."""
    path = sheet or Path("prompts/sheet.toml")
    if sheet is None and not path.is_file():
        path = Path(__file__).parents[2] / path
    try:
        return path, parse_sheet(path.read_text(encoding="utf-8"))
    except OSError as error:
        _stop(f"the sheet {path} cannot be read ({error.strerror}): name it with --sheet")
    except UnicodeDecodeError:
        _stop(f"the sheet {path} is not UTF-8 text: save it as UTF-8")
    except SheetError as error:
        _stop(f"{path}: {error}")


def _stop(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(2)
