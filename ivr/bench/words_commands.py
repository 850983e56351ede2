"""``ivr bench recognition | answers | understand``: how well words are heard and understood."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ivr.bench import answers as answers_bench
from ivr.bench import recognition as recognition_bench
from ivr.bench import recognition_sounds, understand_spoken
from ivr.bench import understand as understand_bench
from ivr.bench.command_line import PicturesOption, counted, measurable, print_result
from ivr.bench.paraphrases_file import read_corpus
from ivr.bench.people_command import bench_people, has_people
from ivr.command_line import ConfigOption, JsonOption, SeedOption, settings_or_exit
from ivr.recognition.named import model_named
from ivr.words.phrase_files import read_fillers, read_phrases, read_understander


def bench_recognition(
    model: Annotated[
        str | None,
        typer.Option(
            help="Name or directory of a model; else the built-in one, or with a table of people"
            " the one that the service takes."
        ),
    ] = None,
    corpus: Annotated[
        Path | None,
        typer.Option(
            help="Directory of your own recordings: with a table.csv (path, words; speaker, sex,"
            " intent) how well people are heard, or one.wav with its words in one.txt."
        ),
    ] = None,
    max_error: Annotated[
        float | None,
        typer.Option(min=0, help="With a table: limit of wrong syllables in percent."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Worker processes.")] = 1,
    seed: SeedOption = 1,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Measure what recognition costs, how soon it answers, and how much is right. (a minute)"""
    settings = settings_or_exit(config)
    if corpus is not None and has_people(corpus):
        bench_people(
            settings, corpus, model, workers=workers, seed=seed, max_error=max_error,
            as_json=as_json,
        )  # fmt: skip
        return
    with measurable():
        directory = model_named(model, settings.recognition.models) if model else None
        spoken = (
            recognition_sounds.recorded(corpus) if corpus else recognition_sounds.synthetic(seed)
        )
    with counted("rounds", recognition_bench.recognition_steps(spoken)) as done:
        result = asyncio.run(
            recognition_bench.measure(spoken, directory, workers=workers, seed=seed, done=done)
        )
    print_result(result, as_json)


def bench_answers(
    model: Annotated[
        Path | None, typer.Option(help="Directory of a Vosk model; else the built-in one.")
    ] = None,
    natural: Annotated[
        bool, typer.Option("--natural", help="Callers with the natural voice, not synthetic ones.")
    ] = False,
    seed: SeedOption = 1,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Measure how well numbers are heard when a number is expected. (two minutes)"""
    with measurable():
        understander = read_understander(settings_or_exit(config).prompts.sheet)
        sentences = answers_bench.sentences_for(read_corpus(), seed)
    with counted("sentences", len(sentences)) as done:
        result = answers_bench.measure(
            understander, sentences, seed, model, natural=natural, done=done
        )
    print_result(result, as_json)


def bench_understand(
    corpus: Annotated[
        Path | None, typer.Option(help="File of your own labelled sentences (TOML); else ours.")
    ] = None,
    spoken: Annotated[
        bool, typer.Option("--spoken", help="Speak and recognise the sentences. (25 minutes)")
    ] = False,
    model: Annotated[
        Path | None, typer.Option(help="With --spoken: directory of a speech model; else ours.")
    ] = None,
    seed: SeedOption = 1,
    as_json: JsonOption = False,
    out: PicturesOption = None,
    config: ConfigOption = None,
) -> None:
    """Measure whether callers are understood though the recogniser errs. (rows 3 to 36)"""
    sheet = settings_or_exit(config).prompts.sheet
    if spoken:
        _bench_spoken(sheet, corpus, model, seed, as_json)
        return
    with measurable():
        understander, sentences = read_understander(sheet), read_corpus(corpus)
    with counted("error rates", len(understand_bench.RATES)) as done:
        report = understand_bench.measure(understander, sentences, seed, done)
    Console(stderr=as_json).print(report.confusions())
    if out is not None:
        report.draw(out)
    print_result(report.result, as_json)


def _bench_spoken(
    sheet: Path, corpus: Path | None, model: Path | None, seed: int, as_json: bool
) -> None:
    """Let synthetic voices speak sentences, recognise and understand them, and print the figures.

    ``sheet`` is the path of the etiquette sheet. ``corpus`` is the file of sentences; if it is
    None, the built-in test sentences and the phrases that the hotline has learned are spoken.
    ``model`` is the directory of a speech model; None means the built-in one. ``seed`` is the
    random seed.
    """
    with measurable():
        understander = read_understander(sheet)
        kinds = {"unseen": understand_spoken.of_corpus(read_corpus(corpus), seed)}
        if corpus is None:
            learned, fillers = read_phrases(sheet), read_fillers(sheet)
            kinds["phrases"] = understand_spoken.of_phrases(learned, fillers, seed)
    with counted("sentences", sum(map(len, kinds.values()))) as done:
        result = understand_spoken.measure(understander, kinds, seed, model, done)
    print_result(result, as_json)
