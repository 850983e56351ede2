"""The language of what people read on a terminal and in reports: Chinese or English.

The locale of the process decides (LANGUAGE, LC_ALL, LC_MESSAGES, LANG). English sentences are the
keys of the catalogue in ``locale/``; what the catalogue does not have stays English. Callers always
hear Mandarin, whatever the locale is.
"""

import gettext
from pathlib import Path

_DOMAIN = "ivr"

# The domain of the process, so that typer's own words ("Usage", "Options") are translated, too.
gettext.bindtextdomain(_DOMAIN, str(Path(__file__).with_name("locale")))
gettext.textdomain(_DOMAIN)


def tr(sentence: str) -> str:
    """Return a sentence in the language of the process; named fields in braces stay as they are."""
    return gettext.gettext(sentence)
