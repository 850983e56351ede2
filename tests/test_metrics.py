"""What Prometheus is told: by its own parser, over a real socket."""

import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ivr.app import Hotline, StartError
from ivr.dialogue.commands import Command, EnterRow, MakeTicket, Play
from ivr.dialogue.events import Condition, Event, LineChanged, PromptFailed, SpeechEnded
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.row import Prompt
from ivr.dialogue.ticket import Ticket, TicketKind
from ivr.lab.pbx import free_ports
from ivr.metrics import Metrics
from tests.agi_peer import Pbx
from tests.test_app import settings_for


class Record:
    """Keeps every other ticket."""

    def __init__(self) -> None:
        self.noted: list[Event | Command] = []
        self.closed: list[Outcome] = []

    def note(self, what: Event | Command, now: float) -> None:
        self.noted.append(what)

    def make_ticket(
        self, order: MakeTicket, now: float, made: Callable[[str | None], None]
    ) -> None:
        made("582369" if order.order % 2 else None)

    def close(self, outcome: Outcome, now: float) -> None:
        self.closed.append(outcome)


def told(text: str) -> dict[str, float]:
    """Each sample by its name and its labels' values."""
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def asked(port: int) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        return told(answer.read().decode())


def test_what_happens_in_calls_is_counted_and_passed_on() -> None:
    metrics, record = Metrics(), Record()
    call = metrics.counted(record)
    numbers: list[str | None] = []
    noted: list[Event | Command] = [
        EnterRow("greeting"),
        SpeechEnded(1.0),
        Play(1, Prompt("closing.ask", "请问"), True),
        Play(2, Prompt("closing.ask", "请问"), True),
        LineChanged(Condition.NOISE),
        PromptFailed(2, "no file"),
    ]
    for now, what in enumerate(noted):
        call.note(what, now * 0.15)
    for order in (1, 2):
        ticket = MakeTicket(order, "suggestion", Ticket(TicketKind.SUGGESTION))
        call.make_ticket(ticket, 2.0, numbers.append)
    call.close(Outcome.STAYED_ON, 3.0)
    assert (record.noted, record.closed) == (noted, [Outcome.STAYED_ON])
    assert numbers == ["582369", None]
    (port,) = free_ports(1)
    endpoint = metrics.serve("127.0.0.1", port)
    found = asked(port)
    endpoint.close()
    assert found["ivr_calls_total stayed_on"] == 1
    assert found["ivr_calls_total failed"] == 0
    assert found["ivr_rows_total greeting"] == 1
    assert found["ivr_verdicts_total noise"] == 1
    assert found["ivr_tickets_total suggestion"] == found["ivr_tickets_refused_total"] == 1
    assert found["ivr_prompts_failed_total"] == 1
    assert (found["ivr_reply_seconds_count"], found["ivr_reply_seconds_sum"]) == (1, 0.15)


def test_the_age_of_what_reaches_the_database() -> None:
    metrics = Metrics()
    wall = datetime.now(UTC) - timedelta(seconds=2)
    metrics.loaded([{"entry": "call"}, {"entry": "step", "wall": wall.isoformat()}])
    assert metrics.registry.get_sample_value("ivr_record_write_seconds_count") == 1
    assert metrics.registry.get_sample_value("ivr_record_write_seconds_sum") == pytest.approx(2, 1)


async def test_the_service_answers_and_leaves_its_port(root: Path, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    hotline = Hotline(settings_for(root, tmp_path, metrics={"port": port}))
    await hotline.start()
    try:
        pbx = await Pbx.call(hotline.settings)
        assert await pbx.until("STREAM FILE ivr/greeting-ask")
        found = asked(port)
    finally:
        await hotline.stop()
        await Pbx.close_all()
    assert (found["ivr_calls_live"], found["ivr_calls_limit"]) == (1, 2)
    assert found["ivr_rows_total greeting"] == 1
    assert found["ivr_spool_failing"] == found["ivr_database_down_seconds"] == 0
    with pytest.raises(OSError, match="refused"):
        asked(port)


async def test_a_port_that_is_taken_is_one_sentence(root: Path, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    endpoint = Metrics().serve("127.0.0.1", port)
    hotline = Hotline(settings_for(root, tmp_path, metrics={"port": port}))
    with pytest.raises(StartError, match=rf"^metrics.port = {port} on 127.0.0.1 cannot be used"):
        await hotline.start()
    endpoint.close()
