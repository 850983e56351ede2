"""Tickets: store the caller's wish, number and name, and tell them the number of the ticket."""

from ivr.dialogue.expected import Expected
from ivr.dialogue.row import Prompt, Row
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
    """Listen to what the caller tells until they fall silent; return the recognised words.

    ``first`` is their first utterance, already heard. ``wish`` is what they said before. If the
    caller hangs up in the middle, ``wish`` and the words so far become a ticket of ``kind``.
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
    """Store ``transcript``, the caller's words so far, as the draft of a ticket of ``kind``.

    If the call ends before the script makes its ticket, the draft becomes a ticket.
    """
    await draft(_ticket(guest, kind, transcript))


def joined_speech(*pieces: str) -> str:
    """Return the utterances ``pieces`` as one text, joined by ；; empty ones are left out."""
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

    ``transcript`` is what the caller wants, and ``heard`` an answer that may hold the telephone
    number already. ``hours`` are the hours until the ticket's deadline, ``department`` is its
    addressee, and ``name`` another wording of the question for the name. If the caller states
    another wish meanwhile, make the ticket with what is known and then raise ChangedSubject. If
    they hang up, the ticket is made with what is known.
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


async def where_to_call_back(row: Row | None = None) -> Heard:
    """Ask for the number to call back, in the words of row 20; return the caller's answer.

    ``row`` is row 20 if the call is in that row already.
    """
    row = row or await enter("cannot_answer_now")
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
    """Make a ticket of ``kind``, and tell the caller its number when it is on the disk.

    ``transcript`` is what the caller wants, ``hours`` are the hours until the ticket's deadline,
    and ``department`` is its addressee. If the ticket cannot be stored, say so instead.
    """
    number = await make_ticket(_ticket(guest, kind, transcript, hours, department))
    system = await enter("system")
    if number is None:
        await say(system.prompt("not_kept"))
    else:
        await say(system.prompt("ticket"), rendering="slow", 单号=number)


async def report(guest: Guest, kind: TicketKind, transcript: str) -> None:
    """Make a ticket of ``kind`` for the supervisor, with the caller's words ``transcript``.

    The caller is not told of it.
    """
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
