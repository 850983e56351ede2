"""Row 12 and telephone numbers: who the caller is, and where to call back.

A number may be spoken, at once or in pieces, or typed and ended with #. The hotline reads the
number back in groups, and the caller confirms or corrects it (不对，是……). Only a confirmed number
counts. Keys alone suffice: a typed number is confirmed by #, by typing it again, or by silence.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from ivr.dialogue.expected import Expected
from ivr.dialogue.meaning import Certainty, Intent, LikelyNumber, Meaning, Words
from ivr.dialogue.row import Prompt, Row
from ivr.dialogue.verbs import Heard, Keys, Nobody, Speech, Unheard, enter, listen, say
from ivr.etiquette.guest import Guest
from ivr.etiquette.reading_back import number_to_read_back
from ivr.etiquette.rows import row
from ivr.understanding.numerals import is_telephone_number
from ivr.understanding.syllables import syllables_of
from ivr.understanding.telephone import numbers

NUMBER_ATTEMPTS = 4
"""Maximum number of attempts to get a telephone number from the caller; after them the ticket has
only the calling number. With 10 % of the digits misheard, 98.0 % of the numbers are right after
three attempts, and 99.3 % after four (`ivr bench understand`)."""
BETWEEN_SECONDS = 3.0
"""Seconds that the hotline listens for the next piece of a number. People pause between pieces to
breathe, or to find the next key."""

_FEWEST_TYPED = 3
"""Least number of digits of a typed number. A caller who presses one or two keys after 对吗？
answers the question by a key, as other hotlines want it, and tells no number."""
_NO_WISH = frozenset(
    {
        Intent.YES, Intent.NO, Intent.THANKS, Intent.GIVE_NAME, Intent.GIVE_NUMBER, Intent.HELLO,
        Intent.REPEAT, Intent.SLOWER, Intent.HOLD_ON, Intent.CANNOT_ANSWER_NOW, Intent.OTHER,
    }
)  # fmt: skip
"""Intents that count as an answer, not as a new wish, after a question for a number or a name. Any
other intent changes the subject."""


_DENIALS = ("不", "错")
"""How words begin that deny a number and tell another."""


class ChangedSubject(Exception):
    """Raised when the caller states another wish while a row of the etiquette sheet runs.

    ``to`` is the new wish, which is answered next.
    """

    def __init__(self, to: Meaning) -> None:
        super().__init__(to.intent)
        self.to = to


@row("ask_name")
async def ask_name(row: Row, guest: Guest, prompt: Prompt | None = None) -> None:
    """Row 12 想要问客户的名字: ask 请问，您贵姓？ once, unless the name is known.

    The question asks for the surname; ``prompt`` is another wording of it. ``guest`` stores the
    name, which later prompts contain (row 13). If the caller was asked before in this call, do
    nothing. Raise ChangedSubject if the caller states a wish instead.
    """
    if guest.surname is not None or guest.asked_name:
        return
    guest.asked_name = True
    await say(prompt or row.prompt("surname"))
    heard = await listen(row.seconds, Expected.NAME)
    if (meaning := said(heard)) is not None:
        guest.learn(meaning)
        follow(meaning)


async def contact_number(guest: Guest, heard: Heard) -> None:
    """Ask for the number to call back until the caller confirms one, and store it.

    The first attempt uses the number in ``heard``, if it has one. Each number is read back to the
    caller. If they deny a spoken one and tell it again, the next likely alternative of the
    recogniser is read back (see :func:`number_to_read_back`). A number that is typed after it was
    read back is confirmed. The confirmed number is stored in
    ``guest.phone``. If the caller refuses, or has confirmed none after NUMBER_ATTEMPTS (4)
    attempts, ``guest.phone`` stays as it was. Raise ChangedSubject if the caller states a wish
    instead.
    """
    system, denials, read_back = await enter("system"), Counter[str](), ""
    for attempt in range(NUMBER_ATTEMPTS):
        typed = isinstance(heard, Keys)
        digits, heard = await collected(heard)
        if typed and len(digits) < _FEWEST_TYPED:
            digits = ""
        if digits:
            if not typed:
                digits = number_to_read_back(digits, _likely(heard), denials)
            elif digits == read_back:
                guest.phone = digits
                return
            await say(system.prompt("number_check"), 电话=digits)
            heard, read_back = await listen(system.seconds, Expected.YES_NO), digits
            if _confirms(heard, typed=typed and is_telephone_number(digits)):
                guest.phone = digits
                return
            denials[digits] += _denies(heard)
            heard = _corrected(digits, heard)
            if _has_digits(heard):  # 不对，是……
                continue
        elif intent(heard) in (Intent.NO, Intent.CLOSING):
            return
        elif (meaning := said(heard)) is not None:
            follow(meaning)
        agreed = not digits and intent(heard) is Intent.YES
        if attempt < NUMBER_ATTEMPTS - 1:
            await say(system.prompt("go_on" if agreed else "number_again"))
            heard = await listen(system.seconds, Expected.NUMBER)


async def collected(
    heard: Heard, whole: Callable[[str], bool] = is_telephone_number
) -> tuple[str, Heard]:
    """Collect a number that the caller speaks or types in pieces.

    Return its digits, and what was heard last. ``heard`` is the first piece; if it has no digits,
    return "" and ``heard``. The number ends at a pause of BETWEEN_SECONDS (3 s), at the key # or at
    an answer without digits. A spoken number ends at once when ``whole`` returns True for the
    digits so far.
    """
    digits = ""
    while True:
        match heard:
            case Keys("#"):
                return digits, heard
            case Keys(key):
                digits += key.strip("*")
            case Speech() if (meaning := said(heard)) is not None and meaning.slots.phone:
                return meaning.slots.phone, heard
            case Speech() if meaning is not None and meaning.slots.digits:
                digits += meaning.slots.digits
            case _:
                return digits, heard
        if whole(digits) and not isinstance(heard, Keys):
            return digits, heard
        heard = await listen(BETWEEN_SECONDS, Expected.NUMBER)


def said(heard: Heard) -> Meaning | None:
    """Return the meaning of the caller's words in ``heard``, however uncertain it is.

    Return None if there are no words: a key, silence, or speech that the recogniser has lost.
    """
    if not isinstance(heard, Speech) or heard.words is None:
        return None
    return heard.words.meaning


def number_as_said(meaning: Meaning) -> Heard:
    """Return ``meaning`` as the answer of a caller who has just spoken.

    :func:`collected` can then take the digits that an earlier utterance held.
    """
    return Speech(0.0, words=Words(meaning))


def follow(meaning: Meaning) -> None:
    """Raise ChangedSubject if the caller's words ``meaning`` are certainly a new wish.

    Nothing is raised for an uncertain meaning, nor for an answer such as yes or a name.
    """
    if meaning.certainty is Certainty.SURE and meaning.intent not in _NO_WISH:
        raise ChangedSubject(meaning)


def intent(heard: Heard) -> Intent | None:
    """Return the intent of the caller's words in ``heard``, however uncertain it is.

    Return None if there are no words: a key, silence, or speech that the recogniser has lost.
    """
    meaning = said(heard)
    return None if meaning is None else meaning.intent


def _confirms(heard: Heard, *, typed: bool) -> bool:
    """Return True if ``heard`` confirms the number that was read back: a yes, or the key #.

    Silence confirms a number that was ``typed``: keys are not misheard, and a caller whose voice
    does not reach us cannot say yes.
    """
    match heard:
        case Keys("#"):
            return True
        case Nobody() | Unheard():
            return typed
        case _:
            return intent(heard) is Intent.YES


def _denies(heard: Heard) -> bool:
    """Return True if the caller says that the number is wrong: 不对, or 错了，是一三八…….

    Silence and the same number without 不对 are no denials: the number may be right.
    """
    meaning = said(heard)
    return meaning is not None and (
        meaning.intent is Intent.NO or meaning.text.startswith(_DENIALS)
    )


def _likely(heard: Heard) -> tuple[LikelyNumber, ...]:
    return heard.words.numbers if isinstance(heard, Speech) and heard.words is not None else ()


def _has_digits(heard: Heard) -> bool:
    if isinstance(heard, Keys):
        return heard.digits.isdigit()
    meaning = said(heard)
    return meaning is not None and bool(meaning.slots.digits)


def _corrected(number: str, heard: Heard) -> Heard:
    """Return ``heard`` as the whole number that it makes of ``number``, which was read back.

    The caller may say only the digits that were wrong: 不对，最后两位是五六. If ``heard`` has a
    whole number, or makes no other valid one of ``number``, it is returned as it is.
    """
    meaning = said(heard)
    if meaning is None or meaning.slots.phone is not None:
        return heard
    phone = numbers(syllables_of(meaning.text), number).phone
    if phone in (None, number):
        return heard
    return number_as_said(replace(meaning, slots=replace(meaning.slots, phone=phone, digits=phone)))
