"""The kinds of fragments (slot values such as names), as the sections of a script show them."""

import re

from pypinyin.contrib.tone_convert import to_tone

from ivr.dialogue.row import PromptId
from ivr.translation import marked, tr

_SYLLABLE = re.compile(r"[a-z]+[1-5]")
_TITLES = {
    "name": marked("names with titles"),
    "title": marked("titles"),
    "department": marked("departments"),
    "meaning": marked("meanings"),
    "number": marked("numbers"),
    "hours": marked("hours"),
    "code": marked("words in place of a number"),
    "digit.start": marked("digits: the first of a group"),
    "digit.middle": marked("digits: inside a group"),
    "digit.end": marked("digits: the last of a group"),
    "letter": marked("letters"),
}


def section_of(id: str) -> str:
    """Return the name of the section in which a script shows the prompt ``id``.

    For a prompt of the sheet it is the id of its row. For a value it is the kind of value: ``name``
    for ``name.zhang1.sir``, ``digit.middle`` for ``digit.8.middle``.
    """
    row, key = PromptId.parse(id)
    return f"{row}.{key.rpartition('.')[2]}" if row == "digit" else row


def kind_title(kind: str) -> str:
    """Return the title of a section of values for people, such as "letters" for ``letter``.

    An unknown ``kind`` is its own title.
    """
    return tr(_TITLES[kind]) if kind in _TITLES else kind


def reading_of(id: str) -> str:
    """Return the pinyin of the surname in the id of a name, with tone marks; empty for other ids.

    ``name.zeng1.sir`` gives ``zēng``.
    """
    row, key = PromptId.parse(id)
    syllables = _SYLLABLE.findall(key.partition(".")[0])
    return " ".join(map(to_tone, syllables)) if row == "name" else ""
