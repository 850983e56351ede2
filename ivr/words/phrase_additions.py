"""Add sentences of real callers to the phrase files of a deployment.

They are written into a file of their own, so that the other phrase files stay as their authors have
formatted them. The file may be edited: its comments are kept.
"""

import json
import re
import tomllib
from pathlib import Path

from ivr.dialogue.meaning import Intent
from ivr.translation import tr
from ivr.understanding.phrases import PhraseError
from ivr.words.phrase_files import DIRECTORY, check_phrases, read_files
from ivr.words.whole_file import write_whole

FROM_CALLS = "from-calls.toml"
"""Name of the phrase file with the sentences of real callers."""
_COMMENT = (
    "# Sentences of callers that the hotline had not understood, written by `ivr calls learn`.\n"
)
_END = re.compile(r"^[ \t]*\][ \t]*(#.*)?$", re.MULTILINE)
"""The line that ends a list of sentences."""


def add_phrase(sheet: Path, intent: Intent, sentence: str) -> Path | None:
    """Add ``sentence`` to the phrase file FROM_CALLS beside ``sheet``, as one of ``intent``.

    ``intent`` is the meaning of the sentence. Return the file, or None if a phrase file has the
    sentence for this intent already. All phrases are checked together before anything is written.
    Raise PhraseError if there is no directory of phrases, if the sentence cannot be used (it may
    sound like one of another intent), or if the file cannot be written; nothing is changed then.
    """
    directory = sheet.with_name(DIRECTORY)
    if not directory.is_dir():
        raise PhraseError(
            tr("there is no directory {directory}: copy the product's phrase files there").format(
                directory=directory
            )
        )
    files = read_files(sheet)
    if any(sentence in _sentences(text, intent) for text in files.values()):
        return None
    path = directory / FROM_CALLS
    text = _with_sentence(path, files.get(str(path), _COMMENT), intent, sentence)
    check_phrases(sheet, files | {str(path): text})
    try:
        write_whole(path, text)
    except OSError as error:
        raise PhraseError(
            tr("{path} cannot be written ({reason}): run this as a user who may").format(
                path=path, reason=error.strerror
            )
        ) from None
    return path


def _with_sentence(path: Path, text: str, intent: Intent, sentence: str) -> str:
    """Return ``text``, the content of a phrase file, with ``sentence`` added for ``intent``.

    It becomes the last sentence of the intent's list; the rest of the text is kept. Raise
    PhraseError, which names ``path``, if the end of the list cannot be found.
    """
    line = f"  {json.dumps(sentence, ensure_ascii=False)},\n"
    wanted = [*_sentences(text, intent), sentence]
    table = re.search(rf"^\[{intent}\][ \t]*(#.*)?$", text, re.MULTILINE)
    if table is None:
        gap = "" if text.endswith("\n") else "\n"
        changed = f"{text}{gap}\n[{intent}]\nsay = [\n{line}]\n"
    else:
        end = _END.search(text, table.end())
        at = len(text) if end is None else end.start()
        changed = text[:at] + line + text[at:]
    try:
        if _sentences(changed, intent) == wanted:
            return changed
    except PhraseError:
        pass
    raise PhraseError(
        tr("{path}: [{intent}] say does not end with a line ]: write the sentence by hand").format(
            path=path, intent=intent
        )
    )


def _sentences(text: str, intent: Intent) -> list[str]:
    try:
        say = tomllib.loads(text).get(intent, {}).get("say", [])
    except (tomllib.TOMLDecodeError, AttributeError):
        raise PhraseError(tr("the phrase files are not valid: run `ivr doctor`")) from None
    return list(say) if isinstance(say, list) else []
