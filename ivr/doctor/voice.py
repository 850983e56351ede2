"""The check of the voice: whether callers understand it, and whether a company may use it."""

from ivr.doctor.finding import Check, CheckVerdict
from ivr.translation import tr
from ivr.words.catalogue import Manifest


def voice_check(manifest: Manifest) -> Check:
    """Return the finding on the voice of the rendered prompts, which ``manifest`` names.

    It is a warning if the voice is a machine voice that is hard to understand, or if it may not be
    used commercially.
    """
    named = f"{manifest.engine} ({manifest.voice})"
    if manifest.engine.startswith("espeak"):
        return Check(
            "voice",
            CheckVerdict.WARNING,
            tr("{voice} speaks, a machine voice that people understand badly").format(voice=named),
            tr("run `ivr voices fetch baker`, then `ivr prompts render`"),
        )
    if manifest.licence.commercial is False:
        return Check(
            "voice",
            CheckVerdict.WARNING,
            tr("{voice} may not be used commercially: {terms}").format(
                voice=named, terms=tr(manifest.licence.terms)
            ),
            tr(
                "on a company's line render with --engine edge, or run `ivr voices fetch melo` and "
                "render with --engine sherpa, or record a person (`ivr prompts script`) and render "
                "with --engine files"
            ),
        )
    terms = tr(manifest.licence.terms)
    return Check("voice", CheckVerdict.OK, f"{named}; {terms}" if terms else named)
