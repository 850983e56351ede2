"""``ivr models``, with ``compare``, which measures and therefore belongs to the benches.

The service's image has no packages for sounds, so this module imports the bench when it is used.
"""

from pathlib import Path
from typing import Annotated

import typer

from ivr.command_line import ConfigOption, JsonOption, SeedOption, print_table, settings_or_exit
from ivr.recognition.commands import models_app

__all__ = ["models_app"]


@models_app.command("compare")
def compare_command(
    names: Annotated[
        list[str], typer.Argument(help="Models: names of `ivr models list`, or directories.")
    ],
    corpus: Annotated[
        Path,
        typer.Option(
            help="Directory of your own recordings, with a table.csv (path, words; speaker, sex,"
            " intent)."
        ),
    ],
    timed: Annotated[
        int,
        typer.Option(min=0, help="Recordings spoken in real time, for delay and cost; 0: none."),
    ] = 20,
    seed: SeedOption = 1,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Compare models on your own recordings: errors, intents, delay, cost and memory."""
    from ivr.bench import model_comparison
    from ivr.bench.command_line import counted, measurable
    from ivr.commands.people_corpus import read_people_corpus
    from ivr.recognition.manifest import read_manifest
    from ivr.recognition.named import model_named
    from ivr.words.phrase_files import read_understander

    settings = settings_or_exit(config)
    with measurable():
        models = {name: model_named(name, settings.recognition.models) for name in names}
        for directory in models.values():
            if directory is not None:
                read_manifest(directory)  # before the first of them is measured for minutes
        recordings = read_people_corpus(corpus)
        understander = read_understander(settings.prompts.sheet)
    steps = model_comparison.comparison_steps(recordings, len(models), timed)
    with counted("recordings", steps) as done:
        compared = model_comparison.compare_models(
            models, recordings, understander.meaning, timed=timed, seed=seed, done=done
        )
    if as_json:
        typer.echo(compared.dump())
    else:
        print_table(compared.table())
        for problem in compared.problems:
            typer.echo(f"problem: {problem}")
    if compared.problems:
        raise typer.Exit(1)
