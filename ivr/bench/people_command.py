"""``ivr bench recognition --corpus`` with a table of people: model, progress and output."""

import asyncio
from pathlib import Path

from ivr.bench import people
from ivr.bench.command_line import counted, measurable, print_result
from ivr.commands.people_corpus import people_table_in, read_people_corpus
from ivr.config import Settings
from ivr.recognition.choice import chosen
from ivr.recognition.named import model_named
from ivr.words.phrase_files import read_understander


def has_people(corpus: Path) -> bool:
    """Return True if ``corpus`` is a directory of recordings of people with a table of words.

    It is also True if there is neither a table nor a ``.txt`` file; reading the table then fails
    with a message. False means recordings with a text beside each: one.wav with one.txt.
    """
    return people_table_in(corpus) is not None or not any(corpus.glob("*.txt"))


def bench_people(
    settings: Settings,
    corpus: Path,
    model: str | None,
    *,
    workers: int,
    seed: int,
    max_error: float | None,
    as_json: bool,
) -> None:
    """Measure how many errors a model makes in the recordings of ``corpus``, and print the figures.

    ``model`` is a name or a path; None means the model that the service takes. ``workers`` is the
    number of worker processes, ``seed`` the random seed. ``max_error`` is the upper limit of wrong
    syllables in percent; None means no limit. Exit with code 1 if there are more, or if a
    recording was lost in all attempts, and with code 2 if the corpus or the model cannot be used.
    """
    models = settings.recognition.models
    with measurable():
        directory = (
            chosen(settings.recognition.model, models)
            if model is None
            else model_named(model, models)
        )
        recordings = read_people_corpus(corpus)
        understander = read_understander(settings.prompts.sheet)
    with counted("recordings", len(recordings.recordings)) as done:
        result = asyncio.run(
            people.measure(
                recordings,
                directory,
                understander.meaning,
                workers=workers,
                seed=seed,
                max_error=max_error,
                done=done,
            )
        )
    print_result(result, as_json)
