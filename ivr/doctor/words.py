"""The checks of what the hotline says and understands: sheet, phrases, rendered prompts, voice."""

from collections.abc import Iterator
from pathlib import Path

from ivr.config import Settings
from ivr.doctor.finding import Check, CheckVerdict, wrong
from ivr.doctor.voice import voice_check
from ivr.service.loading import StartError, load_catalogue, load_sheet
from ivr.translation import marked, tr
from ivr.understanding.phrases import PhraseError
from ivr.voice.check import check_prompts
from ivr.voice.current import sha256_of
from ivr.words.catalogue import SOUNDS, Catalogue
from ivr.words.phrase_files import read_phrases


def words_checks(settings: Settings, pbx_sounds: Path | None) -> Iterator[Check]:
    """Yield the findings on the sheet, its phrases and its prompts, and on their copies on the PBX.

    ``pbx_sounds`` is the PBX's sounds directory; None: the copies are not checked. After a finding
    that makes further ones impossible, nothing more is yielded.
    """
    try:
        sheet = load_sheet(settings)
    except StartError as error:
        yield wrong("sheet", error)
        return
    yield Check(
        "sheet",
        CheckVerdict.OK,
        tr("{rows} rows in {sheet}").format(rows=len(sheet), sheet=settings.prompts.sheet),
    )
    yield _phrases(settings.prompts.sheet)
    directory = settings.prompts.directory
    try:
        catalogue = load_catalogue(settings, sheet)
        report = check_prompts(directory, sheet)
    except (StartError, OSError) as error:
        yield wrong("prompts", error)
        return
    if report.problems:
        first = wrong("prompts", report.problems[0], CheckVerdict.WARNING)
        says = tr("{prompts} prompts have a problem, the first: {problem}").format(
            prompts=len(report.problems), problem=first.says
        )
        yield Check(first.name, first.verdict, says, first.remedy)
    else:
        says = tr("{clips} clips are current in {directory}").format(
            clips=report.figures.present, directory=directory
        )
        yield Check("prompts", CheckVerdict.OK, says)
    yield voice_check(catalogue.manifest)
    if pbx_sounds is not None:
        yield _sounds(catalogue, pbx_sounds)


def _phrases(sheet: Path) -> Check:
    """Return the finding on the files of example phrases.

    The hotline learns from them to understand callers. ``sheet`` is the path of the etiquette
    sheet, beside which the files are.
    """
    try:
        phrases = read_phrases(sheet)
    except PhraseError as error:
        return wrong("phrases", error)
    sentences = sum(map(len, phrases.say.values()))
    return Check(
        "phrases",
        CheckVerdict.OK,
        tr("{sentences} sentences of {intents} intents").format(
            sentences=sentences, intents=len(phrases.say)
        ),
    )


def _sounds(catalogue: Catalogue, pbx_sounds: Path) -> Check:
    """Return the finding on the clips in ``pbx_sounds``, the sounds directory of the PBX.

    The PBX must have each clip of ``catalogue`` in at least one format, and up to date.
    """
    name, remedy = (
        marked("pbx sounds"),
        tr("run `ivr prompts install --pbx-sounds {pbx_sounds}`").format(pbx_sounds=pbx_sounds),
    )
    missing: list[str] = []
    other: list[str] = []
    try:
        for recording in catalogue.manifest.recordings.values():
            stem = pbx_sounds / SOUNDS / recording.stem
            found = {ending: sha256_of(Path(f"{stem}.{ending}")) for ending in recording.sha256}
            if not any(found.values()):
                missing.append(recording.id)
            elif any(hash not in (None, recording.sha256[end]) for end, hash in found.items()):
                other.append(recording.id)
    except OSError as error:
        says = tr("{file} cannot be read ({reason})").format(
            file=error.filename, reason=error.strerror
        )
        return Check(name, CheckVerdict.BROKEN, says, tr("run this as a user who may read it"))
    if missing:
        says = tr("{pbx_sounds} lacks {missing} prompts, such as {example}").format(
            pbx_sounds=pbx_sounds, missing=len(missing), example=missing[0]
        )
        return Check(name, CheckVerdict.BROKEN, says, remedy)
    if other:
        says = tr(
            "{different} prompts in {pbx_sounds} are not as rendered, such as {example}"
        ).format(different=len(other), pbx_sounds=pbx_sounds, example=other[0])
        return Check(name, CheckVerdict.WARNING, says, remedy)
    return Check(
        name,
        CheckVerdict.OK,
        tr("{pbx_sounds} has every prompt as rendered").format(pbx_sounds=pbx_sounds),
    )
