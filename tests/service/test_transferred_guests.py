"""Transferred callers are remembered until they come back."""

import pytest

from ivr.etiquette.guest import Guest
from ivr.service import transferred_guests
from ivr.service.transferred_guests import TransferredGuests


def test_a_guest_is_remembered_once_by_their_channel() -> None:
    guests, guest = TransferredGuests(), Guest(surname="张")
    guests.remember("1700.1", guest)
    assert guests.take("1700.2") is None
    assert guests.take("1700.1") is guest
    assert guests.take("1700.1") is None


def test_of_too_many_the_earliest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transferred_guests, "MOST_TRANSFERRED", 2)
    guests = TransferredGuests()
    for number in range(3):
        guests.remember(f"1700.{number}", Guest(surname=str(number)))
    assert guests.take("1700.0") is None
    assert guests.take("1700.1") is not None
    assert guests.take("1700.2") is not None
