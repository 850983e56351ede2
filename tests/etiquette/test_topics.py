"""Every intent is answered by a row."""

from ivr.dialogue.meaning import Intent
from ivr.etiquette.topics import ROWS


def test_every_intent_has_a_row() -> None:
    assert set(ROWS) == set(Intent)
