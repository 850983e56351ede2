"""Who the caller is, and where to call him back: row 12, and numbers read back before they count.

A number may be said, in one go or in pieces, or typed with #. It is read back in its groups and
is his only when he says so; 不对 corrects it.
"""

from collections.abc import Callable

from ivr.dialogue.meaning import Certainty, Intent, Meaning, Words
from ivr.dialogue.row import Prompt, Row
from ivr.dialogue.verbs import Heard, Keys, Speech, enter, listen, say
from ivr.etiquette.guest import Guest
from ivr.etiquette.rows import row
from ivr.understanding.numerals import is_telephone_number

NUMBER_ATTEMPTS = 4
"""So often a number is asked for; then the ticket goes without, with the number that called.
At 10 % misheard digits three leave 98.0 % right, four 99.3 % (`ivr bench understand`)."""
BETWEEN_SECONDS = 3.0
"""Between two pieces of a number: people breathe, and look for the next key."""

_NO_WISH = frozenset(
    {
        Intent.YES, Intent.NO, Intent.THANKS, Intent.GIVE_NAME, Intent.GIVE_NUMBER, Intent.HELLO,
        Intent.REPEAT, Intent.SLOWER, Intent.HOLD_ON, Intent.CANNOT_ANSWER_NOW, Intent.OTHER,
    }
)  # fmt: skip
"""What may well be said to a question for a number or a name without changing the subject."""


class ChangedSubject(Exception):
    """The caller came with something else in the middle of a row; the conversation follows him."""

    def __init__(self, to: Meaning) -> None:
        super().__init__(to.intent)
        self.to = to


@row("ask_name")
async def ask_name(row: Row, guest: Guest, prompt: Prompt | None = None) -> None:
    """12 想要问客户的名字: 请问，您贵姓？ Once in a call, and used from then on (13)."""
    if guest.surname is not None or guest.asked_name:
        return
    guest.asked_name = True
    await say(prompt or row.prompt("surname"))
    heard = await listen(row.seconds)
    if (meaning := said(heard)) is not None:
        guest.learn(meaning)
        follow(meaning)


async def contact_number(guest: Guest, heard: Heard) -> None:
    """The number in ``heard``, or in what he says when he is asked again: confirmed, or none.

    Raises ChangedSubject when he comes with something else instead.
    """
    system = await enter("system")
    for attempt in range(NUMBER_ATTEMPTS):
        digits, heard = await collected(heard)
        if digits:
            await say(system.prompt("number_check"), 电话=digits)
            heard = await listen(system.seconds)
            if intent(heard) is Intent.YES:
                guest.phone = digits
                return
            if _has_digits(heard):  # 不对，是……
                continue
        elif intent(heard) in (Intent.NO, Intent.CLOSING):
            return
        elif (meaning := said(heard)) is not None:
            follow(meaning)
        agreed = not digits and intent(heard) is Intent.YES
        if attempt < NUMBER_ATTEMPTS - 1:
            await say(system.prompt("go_on" if agreed else "number_again"))
            heard = await listen(system.seconds)


async def collected(
    heard: Heard, whole: Callable[[str], bool] = is_telephone_number
) -> tuple[str, Heard]:
    """The digits that were said or typed, piece by piece, and what was heard last.

    After spoken digits that are ``whole`` nothing more is waited for.
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
        heard = await listen(BETWEEN_SECONDS)


def said(heard: Heard) -> Meaning | None:
    """What the words mean, however sure that is; None without words."""
    if not isinstance(heard, Speech) or heard.words is None:
        return None
    return heard.words.meaning


def number_as_said(meaning: Meaning) -> Heard:
    """What was made out already, as it was heard."""
    return Speech(0.0, words=Words(meaning))


def follow(meaning: Meaning) -> None:
    """Raise ChangedSubject when this is surely something else that he wants."""
    if meaning.certainty is Certainty.SURE and meaning.intent not in _NO_WISH:
        raise ChangedSubject(meaning)


def intent(heard: Heard) -> Intent | None:
    """What he wants, however sure that is; None without words."""
    meaning = said(heard)
    return None if meaning is None else meaning.intent


def _has_digits(heard: Heard) -> bool:
    meaning = said(heard)
    return meaning is not None and bool(meaning.slots.digits)
