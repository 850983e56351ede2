"""``ivr prompts script`` and ``cut``: a speaker's session, from the words to the recordings."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table
from rich.text import Text

from ivr.command_line import (
    ConfigOption,
    JsonOption,
    cannot_write,
    fail,
    print_table,
    progress_bar,
    settings_or_exit,
)
from ivr.logs import unlogged
from ivr.recognition.choice import chosen
from ivr.recognition.files import ModelError
from ivr.translation import tr
from ivr.voice import VoiceError
from ivr.voice.arguments import PiecesOption, SheetOption, read_arguments
from ivr.voice.studio.result import FoundSession, LineStatus, LineTakes, minutes
from ivr.voice.studio.script import StudioScript, studio_script

OnlyOption = Annotated[
    str | None,
    typer.Option(help="Only one row (no_sound), one prompt (no_sound.ask) or one kind (name)."),
]
SlowOption = Annotated[
    bool, typer.Option("--slow", help="For the slow rendering: ID.slow.wav instead of ID.wav.")
]
_MOST_LISTED = 30
"""Upper limit for the rows of a kind in the table; --json lists all."""


def script_command(
    out: Annotated[
        Path, typer.Option("--out", help="File to write: HTML for a browser, or PDF for a printer.")
    ] = Path("script.html"),
    font: Annotated[
        Path | None,
        typer.Option(help="TrueType file with Chinese characters to put into the PDF."),
    ] = None,
    only: OnlyOption = None,
    slow: SlowOption = False,
    pieces: PiecesOption = True,
    sheet: SheetOption = None,
) -> None:
    """Write the script for a speaker: all that they read in a session, in order."""
    script = _script(sheet, pieces, only)
    kind = out.suffix.lower()
    try:
        if kind in (".html", ".htm"):
            from ivr.voice.studio.page import script_page

            out.write_text(script_page(script, slow=slow), encoding="utf-8")
        elif kind == ".pdf":
            from ivr.voice.studio.pdf import write_script  # here, because it loads reportlab

            write_script(script, out, font=font, slow=slow)
        else:
            raise VoiceError(
                tr("{out} is neither HTML nor PDF: end its name in .html or .pdf").format(out=out)
            )
    except VoiceError as error:
        raise fail(error) from None
    except OSError as error:
        raise cannot_write(out, error) from None
    typer.echo(
        tr("{out} has {lines} lines, about {minutes:.0f} minutes").format(
            out=out, lines=len(script.lines), minutes=script.minutes
        )
    )


def _script(sheet: Path | None, pieces: bool, only: str | None) -> StudioScript:
    """Return the script of the prompts in the sheet; ``only`` and ``pieces`` are the options.

    If the sheet or ``only`` is wrong, print why and end the command with exit code 2.
    """
    try:
        return studio_script(read_arguments(sheet)[1], pieces=pieces, only=only)
    except VoiceError as error:
        raise fail(error) from None


def cut_command(
    session: Annotated[
        list[Path], typer.Argument(help="Recordings of the session, in the order of time.")
    ],
    out: Annotated[
        Path, typer.Option("--out", "--to", help="Directory to write the recordings to.")
    ],
    only: OnlyOption = None,
    slow: SlowOption = False,
    again: Annotated[
        bool, typer.Option("--again", help="Replace recordings also by takes that are unsure.")
    ] = False,
    pieces: PiecesOption = True,
    sheet: SheetOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Cut a session into one recording for each line of its script.

    Give the same --only, --slow and --no-pieces as for the script. Ends with 0 when all lines are
    read well, 1 when not, 2 when nothing could be written.
    """
    script = _script(sheet, pieces, only)
    settings = settings_or_exit(config).recognition
    try:
        found = _find(session, script, chosen(settings.model, settings.models), slow)
        from ivr.voice.studio.cut import write_takes  # here, because it loads pydub

        written = write_takes(found, out, slow=slow, again=again)
    except (VoiceError, ModelError) as error:
        raise fail(error) from None
    except OSError as error:
        raise fail(
            tr("{out} cannot be written ({reason}): name another directory with --out").format(
                out=out, reason=error.strerror
            )
        ) from None
    if as_json:
        typer.echo(json.dumps(found.dump(written), ensure_ascii=False, indent=1))
    else:
        _show(found, written, out)
    raise typer.Exit(0 if found.complete else 1)


def _find(
    session: Sequence[Path], script: StudioScript, model: Path | None, slow: bool
) -> FoundSession:
    """Return the lines of the script that are found in the recordings ``session``.

    ``model`` is the directory of the recogniser's model. ``slow`` says that the lines were spoken
    slowly. A progress bar is shown.
    """
    # Here, because they load the recogniser, pydub and rapidfuzz.
    from ivr.recognition.engine import load_speech_model
    from ivr.voice.studio.takes import find_takes

    with unlogged():
        recogniser = load_speech_model(model)
    with progress_bar() as bar:
        task = bar.add_task(tr("listening"), total=None)
        return find_takes(
            session,
            script.lines,
            lambda samples: recogniser.decode(samples).text,
            slow=slow,
            progress=lambda done, of: bar.update(task, completed=round(done), total=round(of)),
        )


def _show(found: FoundSession, written: Sequence[Path], directory: Path) -> None:
    """Print which lines need a look, and how many are good, in a table and some sentences.

    ``written`` are the recordings that were written, ``directory`` is where they are.
    """
    table = Table("", tr("prompt"), Column(tr("words"), overflow="fold"), tr("takes"), "", box=None)
    missing, unsure = map(found.with_status, (LineStatus.MISSING, LineStatus.UNSURE))
    repeated = [one for one in found.repeated if one.status is LineStatus.SURE]
    strays = [one for one in found.strays if not one.noise]
    kinds: tuple[tuple[str, list[Sequence[str]]], ...] = (
        (tr("unsure"), [(*_line(one), *_takes(one)) for one in unsure]),
        (tr("repeated"), [(*_line(one), *_takes(one)) for one in repeated]),
        (tr("no line"), [("", one.words, one.place, "") for one in strays]),
        (tr("missing"), [(*_line(one), "", "") for one in missing]),
    )
    for kind, rows in kinds:
        for cells in _some(rows):
            table.add_row(kind, *(Text(cell) for cell in cells))
    if table.row_count:
        print_table(table)
    for sentence in _sentences(found, written, directory):
        typer.echo(sentence)


def _line(found: LineTakes) -> tuple[str, str]:
    return f"{found.line.number} {found.line.id}", found.line.text


def _takes(found: LineTakes) -> tuple[str, str]:
    """Return two texts for the table: the places of all takes of a line, and the doubts.

    The take that counts is marked with an arrow; the doubts are about that take.
    """
    counted = found.counted
    places = [("→" if take is counted else "") + take.place for take in found.takes]
    return ", ".join(places), "; ".join(counted.doubts if counted else ())


def _some(rows: Sequence[Sequence[str]]) -> Iterable[Sequence[str]]:
    """Return at most _MOST_LISTED (30) of ``rows``.

    If there are more, one further row says how many were left out.
    """
    if len(rows) <= _MOST_LISTED:
        return rows
    more = tr("… and {number} more: --json lists all").format(number=len(rows) - _MOST_LISTED)
    return [*rows[:_MOST_LISTED], ("", more, "", "")]


def _sentences(found: FoundSession, written: Sequence[Path], directory: Path) -> Iterator[str]:
    for one in found.files:
        yield tr(
            "{file}: {time} minutes, speech at {speech:.0f} dBov, noise at {noise:.0f} dBov"
        ).format(
            file=one.file,
            time=minutes(one.seconds),
            speech=one.speech_dbov,
            noise=one.noise_dbov,
        )
        if not one.understood:
            yield tr(
                "{file}: the recogniser does not know this voice, so lines were placed by their "
                "lengths: listen to every recording, or fetch a model with `ivr models fetch`"
            ).format(file=one.file)
    counted = sum(one.counted is not None for one in found.lines)
    yield tr(
        "{sure} lines are sure, {unsure} unsure, {missing} missing; {repeated} were repeated; "
        "{written} recordings written to {directory}, {kept} kept there"
    ).format(
        sure=len(found.with_status(LineStatus.SURE)),
        unsure=len(found.with_status(LineStatus.UNSURE)),
        missing=len(found.with_status(LineStatus.MISSING)),
        repeated=len(found.repeated),
        written=len(written),
        kept=counted - len(written),
        directory=directory,
    )
    if written:
        yield tr("next: `ivr prompts render --engine files --files {directory}`").format(
            directory=directory
        )
