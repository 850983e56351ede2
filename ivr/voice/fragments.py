"""The fragments: prompts for the values that fill the slots of the sheet, such as names.

:mod:`ivr.words.composition` makes sentences from them. The silence at their edges lasts only 30 to
50 ms, because they are played between other prompts.
"""

from collections.abc import ItemsView, Iterator
from functools import lru_cache

from ivr.dialogue.row import Edges, Prompt
from ivr.etiquette.sheet import Sheet
from ivr.paths import SHARE
from ivr.understanding.numerals import TELEPHONE_DIGITS, cardinal
from ivr.words.composition import (
    LARGEST_NUMBER,
    LONGEST_HOURS,
    NEUTRAL_CODE,
    NEUTRAL_DEPARTMENT,
    NEUTRAL_MEANING,
    NEUTRAL_NUMBER,
    NEUTRAL_TITLE,
    TITLES,
    Vocabulary,
    name_clip,
    title_clip,
)
from ivr.words.wording import read_vocabulary

_PLACES = {"start": ("，", Edges.INNER), "middle": ("、", Edges.INNER), "end": ("。", Edges.GROUP)}
"""How a digit is rendered, by its place in a group: the punctuation after it, and the clip's edges.

For example, the last digit of a group has a full stop, at which the engine lowers its voice. It
also has the longer silence of Edges.GROUP after it.
"""


@lru_cache(maxsize=1)
def _shipped() -> Vocabulary:
    return read_vocabulary(SHARE)


def fragments_to_render(sheet: Sheet, vocabulary: Vocabulary | None = None) -> Iterator[Prompt]:
    """Yield every fragment: a prompt for a value that is inserted into sentences, such as a name.

    The order is fixed, and each id occurs once. All fragments are yielded, whatever ``sheet`` is,
    because numbers are read back even if no sentence of the sheet has a place for them.
    ``vocabulary`` has the names, departments and meanings; None means those shipped with the
    product.
    """
    vocabulary = vocabulary or _shipped()
    yield from _names(vocabulary)
    yield from _listed("department", vocabulary.departments.items(), NEUTRAL_DEPARTMENT)
    yield from _listed("meaning", vocabulary.meanings.items(), NEUTRAL_MEANING)
    yield from _numbers()
    yield from _codes()


def _clip(id: str, text: str, edges: Edges = Edges.INNER) -> Prompt:
    return Prompt.named(id, text, edges)


def _names(vocabulary: Vocabulary) -> Iterator[Prompt]:
    """Yield the fragments for addressing a caller.

    They are a neutral title, each title alone, and each surname with each title, such as 张先生 (Mr
    Zhang). Surnames that sound alike share one fragment for each title.
    """
    yield _clip("title.neutral", NEUTRAL_TITLE)
    recorded: dict[str, str] = {}
    for surname, pinyin in vocabulary.surnames.items():
        recorded.setdefault(pinyin, surname)
    for title in TITLES:
        yield _clip(title_clip(title), title)
        for pinyin, surname in recorded.items():
            yield _clip(name_clip(pinyin, title), surname + title)


def _listed(kind: str, entries: ItemsView[str, str], neutral: str) -> Iterator[Prompt]:
    """Yield a fragment for each of ``entries``, and a neutral one for all other values.

    An entry is a pair: the words, and the last part of the fragment's id. ``kind`` is the first
    part of the ids, such as ``department``. ``neutral`` is the words of the neutral fragment.
    """
    yield _clip(f"{kind}.neutral", neutral)
    for words, id in entries:
        yield _clip(f"{kind}.{id}", words)


def _numbers() -> Iterator[Prompt]:
    """Yield the fragments for numbers and for times in hours.

    They are the numbers up to LARGEST_NUMBER (99), 两 (two, before a measure word), and the hours
    up to LONGEST_HOURS (72). Two more are neutral: one for any larger number, one for any longer
    time.
    """
    yield _clip("number.neutral", NEUTRAL_NUMBER)
    yield _clip("number.liang", "两")
    for number in range(LARGEST_NUMBER + 1):
        yield _clip(f"number.{number}", cardinal(number))
    yield _clip("hours.neutral", f"{NEUTRAL_NUMBER}小时")
    for number in range(1, LONGEST_HOURS + 1):
        yield _clip(f"hours.{number}", f"{number} 小时")


def _codes() -> Iterator[Prompt]:
    """Yield the fragments for codes: neutral prompts, digits, and Latin letters.

    Each digit has three forms: for the start, the middle and the end of a group of digits.
    """
    yield _clip("code.number", NEUTRAL_CODE)
    yield _clip("code.attribute", NEUTRAL_CODE.removesuffix("号码"))
    for digit, said in TELEPHONE_DIGITS.items():
        name = "yao" if digit == "1" else digit
        for place, (mark, edges) in _PLACES.items():
            yield _clip(f"digit.{name}.{place}", said + mark, edges)
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        yield _clip(f"letter.{letter.lower()}", letter)
