"""Tickets: store the caller's wish, number and name, and tell them the number of the ticket."""

from ivr.dialogue.expected import Expected
from ivr.dialogue.row import Prompt
from ivr.dialogue.ticket import Ticket, TicketKind
from ivr.dialogue.verbs import Heard, draft, enter, listen, make_ticket, say
from ivr.etiquette.contact import ChangedSubject, ask_name, contact_number, said
from ivr.etiquette.guest import Guest
from ivr.etiquette.rows import is_there

TELLING_SECONDS = 3.0
"""Seconds of silence after which a caller's story counts as ended. People who tell a long story
pause for less."""
MOST_PIECES = 20
"""Maximum number of utterances in one story of a caller. After them the hotline answers, even if
the caller goes on."""


async def story(guest: Guest, kind: TicketKind, wish: str, first: Heard) -> str:
    """Return all that the caller tells until they fall silent, as far as it is recognised.

    ``first`` is the first utterance of the story. ``wish`` and the story become a ticket of the
    kind ``kind`` even if the caller hangs up in the middle.
    """
    pieces: list[str] = []
    heard = first
    while is_there(heard) and len(pieces) < MOST_PIECES:
        meaning = said(heard)
        pieces.append(meaning.text if meaning is not None else "")
        await note(guest, kind, joined_speech(wish, *pieces))
        heard = await listen(TELLING_SECONDS)
    return joined_speech(*pieces)


async def note(guest: Guest, kind: TicketKind, transcript: str) -> None:
    """Store ``transcript``, what the caller has left so far, as the draft of a ticket.

    The draft becomes a ticket of the kind ``kind`` if the call ends before the row has made its
    ticket.
    """
    await draft(_ticket(guest, kind, transcript))


def joined_speech(*pieces: str) -> str:
    """Return the utterances that are not empty, joined by ；."""
    return "；".join(filter(None, pieces))


async def leave_ticket(
    guest: Guest,
    kind: TicketKind,
    transcript: str,
    heard: Heard | None = None,
    *,
    hours: float | None = None,
    department: str | None = None,
    name: Prompt | None = None,
) -> None:
    """Ask for the caller's telephone number and name, make a ticket, and tell the ticket's number.

    ``heard`` may hold the telephone number already. ``hours`` are the hours until the ticket's
    deadline, ``department`` is its addressee, and ``name`` another wording of the question for the
    name. If the caller changes the subject meanwhile, make the ticket with what is known and then
    raise ChangedSubject. If they hang up, the ticket is made with what is known.
    """
    changed: ChangedSubject | None = None
    await draft(_ticket(guest, kind, transcript, hours, department))
    try:
        if guest.phone is None:
            await contact_number(guest, heard or await where_to_call_back())
        await draft(_ticket(guest, kind, transcript, hours, department))
        await ask_name(guest, name)
    except ChangedSubject as other:
        changed = other
    await keep(guest, kind, transcript, hours=hours, department=department)
    if changed is not None:
        raise changed


async def where_to_call_back() -> Heard:
    """Ask for the caller's number in the words of row 20, and return the answer."""
    row = await enter("cannot_answer_now")
    await say(row.prompt("phone"))
    return await listen(row.seconds, Expected.NUMBER)


async def keep(
    guest: Guest,
    kind: TicketKind,
    transcript: str,
    *,
    hours: float | None = None,
    department: str | None = None,
) -> None:
    """Make a ticket, and tell its number slowly once the ticket is safely stored.

    ``hours`` are the hours until the ticket's deadline, ``department`` is its addressee. If the
    ticket cannot be stored, say so and tell no number.
    """
    number = await make_ticket(_ticket(guest, kind, transcript, hours, department))
    system = await enter("system")
    if number is None:
        await say(system.prompt("not_kept"))
    else:
        await say(system.prompt("ticket"), rendering="slow", 单号=number)


async def report(guest: Guest, kind: TicketKind, transcript: str) -> None:
    """Make a ticket for the supervisor without telling the caller."""
    await make_ticket(_ticket(guest, kind, transcript))


def _ticket(
    guest: Guest,
    kind: TicketKind,
    transcript: str,
    hours: float | None = None,
    department: str | None = None,
) -> Ticket:
    return Ticket(
        kind,
        surname=guest.surname,
        title=guest.title,
        contact=guest.phone,
        department=department,
        transcript=transcript or None,
        hours=hours,
        customer_class=guest.customer_class,
    )
