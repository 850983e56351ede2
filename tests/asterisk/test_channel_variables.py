"""Rows and tickets as variables of the channel, and the other commands about a call."""

from collections.abc import Callable

import pytest

from ivr.asterisk.agi_wire import LONGEST_NUMBER, AgiError, set_variables, trusted_number
from ivr.asterisk.channel_variables import LONGEST_VALUE, TellingThePbx, joined_words
from ivr.asterisk.mix_monitor import MixMonitor, is_one_word
from ivr.dialogue.commands import EnterRow
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.ticket import Ticket, TicketKind
from tests.asterisk.conftest import Service, play
from tests.remembering import Record

TICKET = Ticket(TicketKind.SUGGESTION, row="suggestion")


class PromptRecord(Record):
    """A record that returns the number of a ticket at once."""

    def make_ticket(self, ticket: Ticket, now: float, made: Callable[[str | None], None]) -> None:
        made(self.number)


async def test_rows_and_tickets_are_told_and_passed_on_to_the_record() -> None:
    told: list[tuple[str, str]] = []
    record = PromptRecord()
    call = TellingThePbx(record, lambda name, value: told.append((name, value)))
    numbers: list[str | None] = []
    for row in ("greeting", "suggestion"):
        call.note(EnterRow(row), 0.0)
    call.make_ticket(TICKET, 1.0, numbers.append)
    record.number = None
    call.make_ticket(TICKET, 2.0, numbers.append)
    call.close(Outcome.STAYED_ON, 3.0)
    assert told == [
        ("IVR_ROWS", "greeting"), ("IVR_ROWS", "greeting+suggestion"), ("IVR_TICKETS", "582369"),
    ]  # fmt: skip
    assert numbers == ["582369", None]
    assert record.events == [EnterRow("greeting"), EnterRow("suggestion")]
    assert record.closed == [Outcome.STAYED_ON]


def test_of_too_many_rows_the_first_and_the_last_are_told() -> None:
    few = ["greeting", "no_sound"]
    assert joined_words(few) == "greeting+no_sound"
    many = ["greeting", *["ask_repeat"] * 40, "closing"]
    told = joined_words(many)
    assert len(told) <= LONGEST_VALUE
    assert told.startswith("greeting+...+ask_repeat")
    assert told.endswith("ask_repeat+closing")


async def test_variables_go_with_the_next_timer(service: Service) -> None:
    """One command sets all of them and the timer before the next sound."""
    fake, caller = await service.ring()
    await fake.until(lambda: fake.playing)
    caller.line.tell("IVR_ROWS", "greeting")
    caller.line.tell("IVR_ROWS", "greeting+no_sound")
    assert "IVR_ROWS" not in fake.variables
    before = len(fake.commands)
    caller.line.play(play(1))
    await fake.until(lambda: fake.sounds[-1] == "ivr/row-short")
    assert fake.variables["IVR_ROWS"] == "greeting+no_sound"
    assert [command.split()[1] for command in fake.commands[before:]] == ["MSet", "FILE"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("IVR_ROWS", "a,b"), ("IVR_ROWS", "${SHELL}"), ("IVR_ROWS", "x" * 201), ("CDR(x)", "1")],
)
def test_a_value_that_the_dialplan_would_interpret_is_refused(name: str, value: str) -> None:
    """A comma begins another variable, a dollar sign an expression."""
    with pytest.raises(AgiError):
        set_variables({name: value})


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("13812345678", "13812345678"),
        ("+86 371-66385255", "+8637166385255"),
        ("unknown", ""),
        ("1\x00;ls $(x)<b>２３", "1"),
        ("9" * 500, "9" * LONGEST_NUMBER),
    ],
)
def test_of_a_number_only_digits_and_plus_signs_are_kept(given: str, kept: str) -> None:
    assert trusted_number(given) == kept


def test_the_recording_has_a_file_for_each_side_and_no_other_argument() -> None:
    """The third argument of MixMonitor would be a command that the PBX runs."""
    sent: list[bytes] = []
    recorder = MixMonitor(lambda errand: sent.append(errand()), "/srv/ivr/incoming/ivr-1.2-0f3a")
    recorder.start()
    recorder.drop()
    stem = "/srv/ivr/incoming/ivr-1.2-0f3a"
    assert sent == [
        f"EXEC MixMonitor ,r({stem}-caller.wav)t({stem}-hotline.wav)\n".encode(),
        b"EXEC StopMixMonitor\n",
    ]


@pytest.mark.parametrize("path", ["relative", "/a b", "/a,b", "/a)b", "/a\nb", "/${X}", ""])
def test_a_path_with_characters_that_asterisk_interprets_is_refused(path: str) -> None:
    assert is_one_word("/srv/ivr-2/re_cordings.d")
    assert not is_one_word(path)
