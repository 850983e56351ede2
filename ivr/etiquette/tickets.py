"""What a caller leaves: his wish, number and name become a ticket, and he hears its number."""

from ivr.dialogue.row import Prompt
from ivr.dialogue.ticket import Ticket, TicketKind
from ivr.dialogue.verbs import Heard, draft, enter, listen, make_ticket, say
from ivr.etiquette.contact import ChangedSubject, ask_name, contact_number, said
from ivr.etiquette.guest import Guest
from ivr.etiquette.rows import is_there

TELLING_SECONDS = 3.0
"""Who tells a long story breathes; after so much silence it is told."""
MOST_PIECES = 20
"""Of a story; the caller who tells more is answered."""


async def story(guest: Guest, kind: TicketKind, wish: str, first: Heard) -> str:
    """All that the caller tells until he falls silent, as far as it is recognised.

    It is a ticket of this kind, with his ``wish``, even if he hangs up in the middle.
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
    """Should he hang up now, this is his ticket."""
    await draft(_ticket(guest, kind, transcript))


def joined_speech(*pieces: str) -> str:
    """What he has said, one thing after the other."""
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
    """Take the number (``heard`` may hold it already) and the name, keep it all, tell the number.

    What he has told is kept even if he changes the subject meanwhile, which is raised then, or
    hangs up. ``name`` is how he is asked for his name.
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
    """Ask for his number in the words of row 20."""
    row = await enter("cannot_answer_now")
    await say(row.prompt("phone"))
    return await listen(row.seconds)


async def keep(
    guest: Guest,
    kind: TicketKind,
    transcript: str,
    *,
    hours: float | None = None,
    department: str | None = None,
) -> None:
    """Make the ticket; its number is told slowly, and never before it is safe."""
    number = await make_ticket(_ticket(guest, kind, transcript, hours, department))
    system = await enter("system")
    if number is None:
        await say(system.prompt("not_kept"))
    else:
        await say(system.prompt("ticket"), rendering="slow", 单号=number)


async def report(guest: Guest, kind: TicketKind, transcript: str) -> None:
    """Tell the supervisor, and the caller nothing of it."""
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
