"""What a speech model hears, in one sentence with the figures that are published about it.

Commands, ``ivr doctor`` and the log of the service say the same sentence, so that nobody takes a
model for better than it is known to be.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ivr.recognition import embedded
from ivr.recognition.manifest import ModelManifest, read_manifest
from ivr.recognition.official import MODELS
from ivr.translation import marked, tr

NOTHING_PUBLISHED = marked("no figures of it are known, so measure it with `ivr models compare`")
"""Part of a sentence about a model whose manifest has no figures."""


def full_manifest(directory: Path) -> ModelManifest:
    """Return the manifest of the model in ``directory``, with name, licence and published figures.

    If the model's own manifest has no figures, these three come from the table of known models, in
    which the model is found by the name of its directory. Raise ModelError if the model is
    incomplete.
    """
    manifest = read_manifest(directory)
    for model in MODELS.values():
        if model.folder == directory.name and not manifest.published:
            return replace(
                manifest,
                name=model.name,
                licence=model.manifest.licence,
                published=model.manifest.published,
            )
    return manifest


def what_it_hears(model: Path | None, say: Callable[[str], str] = tr) -> str:
    """Return a sentence that says which model runs and how much of speech it gets right.

    ``model`` is the directory of the model; None means the built-in one. The sentence has no full
    stop at its end. ``say`` translates its parts: ``tr`` for people, ``str`` for the log, which is
    in English. Raise ModelError if the model is incomplete.
    """
    if model is None:
        return say(marked("{notice}: {figures}")).format(
            notice=say(embedded.NOTICE), figures=say(embedded.HEARS)
        )
    manifest = full_manifest(model)
    figures = say(manifest.published) or say(NOTHING_PUBLISHED)
    return say(marked("speech recognition runs on {name}: {figures}")).format(
        name=manifest.name, figures=figures
    )
