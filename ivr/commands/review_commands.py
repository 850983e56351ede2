"""``ivr calls review`` and ``ivr calls learn``: the hotline learns from its calls.

``review`` lists what was not understood. A person then says what was right, one by one (``review
--ask``) or by ``learn``. The sentence goes to the phrase files, or its sound to a corpus of people.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ivr.command_line import ConfigOption, JsonOption, fail, print_table, settings_or_exit
from ivr.commands import review
from ivr.commands.alike import AlikeGroup, groups_alike
from ivr.config import Settings
from ivr.dialogue.meaning import Intent
from ivr.records.call_commands import calls_app
from ivr.records.command_line import LimitOption, connected, since
from ivr.records.misunderstood import (
    Misunderstood,
    misunderstood_utterances,
    note_review,
    utterance_named,
)
from ivr.records.output import as_json, printable
from ivr.records.recordings import NoRecordingError
from ivr.translation import tr
from ivr.understanding.phrases import PhraseError
from ivr.understanding.rows import intent_of
from ivr.words import phrase_files
from ivr.words.phrase_additions import add_phrase

NOTHING_TO_LEARN = "-"
"""Word in place of an intent: there is nothing to learn from the utterance."""
_SKIP, _END = "", "q"
"""Answers of a person: to the next utterance, and the end of the review."""

CorpusOption = Annotated[
    Path | None,
    typer.Option("--corpus", help="Corpus of people to add the sound to, in place of the phrases."),
]


@calls_app.command("review")
def review_calls(
    config: ConfigOption = None,
    days: Annotated[float, typer.Option("--days", help="Only the last so many days.")] = 30.0,
    limit: LimitOption = 20,
    ask: Annotated[bool, typer.Option("--ask", help="Ask what is right, one by one.")] = False,
    corpus: CorpusOption = None,
    as_json_: JsonOption = False,
) -> None:
    """List what was not understood, or only after asking back: the most frequent first."""
    settings = settings_or_exit(config)
    with connected(config) as connection:
        found = misunderstood_utterances(connection, since(days))
    groups = groups_alike(found)[:limit]
    if as_json_:
        typer.echo(as_json(review.review_as_dicts(groups)))
    elif not ask:
        print_table(review.review_table(groups))
    else:
        _ask_about(groups, settings, corpus, config)


@calls_app.command("learn")
def learn_from_call(
    name: Annotated[str, typer.Argument(help="Utterance as `review` shows it: 0f3a52c1-17.")],
    intent: Annotated[
        str, typer.Argument(help="What the caller wanted: an intent, a row, or - for nothing.")
    ],
    words: Annotated[
        str, typer.Option("--words", help="What the caller said; else what was heard.")
    ] = "",
    corpus: CorpusOption = None,
    later: Annotated[
        bool, typer.Option("--later", help="Leave the learning (a minute) to the next time.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Write down what a caller meant: in the phrase files, or with --corpus in a corpus."""
    settings = settings_or_exit(config)
    with connected(config) as connection:
        one = utterance_named(connection, name)
    if one is None:
        raise fail(
            tr("there is no utterance {name}: `ivr calls review` lists them").format(
                name=printable(name)
            )
        )
    if problem := _take(settings, config, [one], intent, words, corpus):
        raise fail(printable(problem))
    if corpus is None and intent != NOTHING_TO_LEARN and not later:
        _learn(settings)


def _ask_about(
    groups: Sequence[AlikeGroup], settings: Settings, corpus: Path | None, config: Path | None
) -> None:
    """Ask a person what the utterances of each group mean, and learn from the answers.

    A group holds utterances that sound alike; the answer about its first one counts for all.
    With ``corpus``, the recorded audio and the answers are added to that directory, a table of
    recordings of people. Without it, the sentences are added to the phrase files. ``config`` is the
    settings file.
    """
    learned = False
    for number, group in enumerate(groups, 1):
        one = group.members[0]
        counted = tr("{number} of {all}: {times} times").format(
            number=number, all=len(groups), times=len(group.members)
        )
        heard = one.text or tr("(no words)")
        story = " → ".join(filter(None, (review.guess_of(one), one.asked, one.then, one.outcome)))
        typer.echo(f"\n{counted}  {printable(heard)}  {printable(story)}")
        typer.echo(review.listen_command(one) or tr("not recorded"))
        try:
            answer = _answered(settings, config, group.members, corpus)
        except typer.Abort:  # Ctrl-C or the end of the input; what was answered is learned
            answer = None
        if answer is None:
            break
        learned |= answer
    if learned and corpus is None:
        _learn(settings)


def _answered(
    settings: Settings,
    config: Path | None,
    alike: Sequence[Misunderstood],
    corpus: Path | None,
) -> bool | None:
    """Ask a person what the utterances ``alike`` mean, until the answer can be used, and store it.

    Return True if there is something to learn from the answer, False if not, and None if the person
    ends the review. ``corpus`` and ``config`` are those of :func:`_ask_about`.
    """
    question = tr("intent, Enter for the next, - for nothing, q to end")
    while True:
        label = str(typer.prompt(question, default=_SKIP, show_default=False)).strip()
        if label == _END:
            return None
        if label == _SKIP:
            return False
        words = ""
        if label != NOTHING_TO_LEARN and intent_of(label) is not None:
            words = str(typer.prompt(tr("words"), default=alike[0].text))
        problem = _take(settings, config, alike, label, words, corpus)
        if not problem:
            return label != NOTHING_TO_LEARN
        typer.echo(f"ivr: {printable(problem)}")


def _take(
    settings: Settings,
    config: Path | None,
    alike: Sequence[Misunderstood],
    label: str,
    words: str,
    corpus: Path | None,
) -> str:
    """Store what the first utterance of ``alike`` means, and note that all of them were reviewed.

    ``label`` names the intent, or is NOTHING_TO_LEARN. ``words`` is what was said; "" means the
    words that were recognised. ``corpus`` and ``config`` are those of :func:`_ask_about`. Return
    "", or a sentence that says why it was not possible; then no review is noted.
    """
    one, intent = alike[0], None
    if label != NOTHING_TO_LEARN:
        intent, said = intent_of(label), words.strip() or alike[0].text
        if intent is None:
            return tr("{label!r} is no intent: use one of {known}").format(
                label=label, known=", ".join(Intent)
            )
        if not said:
            return tr("nothing was heard in {name}: write the words").format(name=one.name)
        problem = (
            _to_phrases(settings, intent, said)
            if corpus is None
            else _to_corpus(settings, config, one, intent, said, corpus)
        )
        if problem:
            return problem
    # A transaction of its own: checking phrases takes seconds, and the service writes as well.
    with connected(config, writing=True) as connection:
        for each in alike:
            note_review(connection, each, intent)
    return ""


def _to_phrases(settings: Settings, intent: Intent, said: str) -> str:
    """Add the sentence ``said`` to the phrase files, as an example of ``intent``.

    Return "", or a sentence that says why that was not possible.
    """
    try:
        path = add_phrase(settings.prompts.sheet, intent, said)
    except PhraseError as error:
        return str(error)
    told = tr("{said} is in the phrases of {intent} already: nothing was added")
    if path is not None:
        told = tr("{said} was added to {intent} in {path}")
    typer.echo(told.format(said=printable(said), intent=intent, path=path))
    return ""


def _to_corpus(
    settings: Settings,
    config: Path | None,
    one: Misunderstood,
    intent: Intent,
    said: str,
    corpus: Path,
) -> str:
    """Add the sound of the utterance ``one`` to the corpus of people in the directory ``corpus``.

    ``said`` is what is said in it. Return "", or a sentence that says why that was not possible.
    """
    from ivr.commands import corpus_additions, people_corpus  # they need the tools extra

    try:
        with connected(config) as connection:
            sound = review.sound_of(connection, one, settings.recording.directory)
        path = corpus_additions.add_recording(corpus, f"{one.name}.wav", sound, said, intent)
    except (NoRecordingError, people_corpus.PeopleCorpusError) as error:
        return str(error)
    except OSError as error:
        return tr("{file} cannot be read ({reason}): run this as a user who may").format(
            file=error.filename, reason=error.strerror
        )
    typer.echo(tr("{said} was added to {path}").format(said=printable(said), path=path))
    return ""


def _learn(settings: Settings) -> None:
    """Learn to understand from the phrase files, for the next start of the service.

    If the files cannot be used, the program ends with a sentence.
    """
    try:
        phrase_files.learn(settings.prompts.sheet)
    except (PhraseError, OSError) as error:
        raise fail(error) from None
    typer.echo(tr("the phrases are learned: restart the service to use them"))
