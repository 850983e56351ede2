"""Calls in which somebody was asked back, as the service records them."""

from ivr.dialogue.commands import EnterRow
from ivr.dialogue.events import SpeechEnded, SpeechStarted
from ivr.dialogue.meaning import Certainty, Intent, Meaning, Words
from ivr.records.call_record import CallRecord
from tests.records.kept import ANSWERED

UNCLEAR = (Intent.OTHER, Certainty.UNSURE)
GUESSED = (Intent.COMPLAINT_DEFERRED, Certainty.LIKELY)
CLEAR = (Intent.COMPLAINT_DEFERRED, Certainty.SURE)
YES = (Intent.YES, Certainty.LIKELY)


def says(
    record: CallRecord, at: float, text: str | None, meant: tuple[Intent, Certainty] = UNCLEAR,
    seconds: float = 1.0,
) -> None:  # fmt: skip
    """Say something ``at`` seconds after the answer; without a text the words are lost."""
    words = None if text is None else Words(Meaning(text, *meant, 0.5))
    record.note(SpeechStarted(ANSWERED + at), ANSWERED + at + 0.2)
    record.note(SpeechEnded(seconds, words), ANSWERED + at + seconds + 0.5)


def enters(record: CallRecord, *rows: str) -> None:
    """Enter rows of the sheet, one after the other."""
    for row in rows:
        record.note(EnterRow(row), ANSWERED + 60.0)
