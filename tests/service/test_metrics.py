"""The figures for Prometheus, read by its own parser over a real socket."""

import asyncio
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ivr.asterisk.manager import AmiState
from ivr.dialogue.commands import Command, EnterRow, Play
from ivr.dialogue.events import (
    Condition,
    Event,
    LineChanged,
    PromptFailed,
    SpeechEnded,
    SpeechStarted,
)
from ivr.dialogue.meaning import Certainty, Intent, Meaning, Words
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.row import Prompt
from ivr.dialogue.ticket import Ticket, TicketKind
from ivr.dialogue.verbs import listen, say
from ivr.lab.ports import free_ports
from ivr.service.app import Hotline
from ivr.service.loading import StartError
from ivr.service.metrics import Metrics
from tests.agi_peer import Pbx
from tests.service.running import settings_for


class Record:
    """A call log that keeps every other ticket."""

    def __init__(self) -> None:
        self.noted: list[Event | Command] = []
        self.closed: list[Outcome] = []
        self.tickets = 0

    def note(self, what: Event | Command, now: float) -> None:
        self.noted.append(what)

    def make_ticket(self, ticket: Ticket, now: float, made: Callable[[str | None], None]) -> None:
        self.tickets += 1
        made("582369" if self.tickets % 2 else None)

    def close(self, outcome: Outcome, now: float) -> None:
        self.closed.append(outcome)


def told(text: str) -> dict[str, float]:
    """Return each sample by its name and the values of its labels."""
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def asked(port: int) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        return told(answer.read().decode())


def test_events_of_calls_are_counted_and_passed_on() -> None:
    metrics, record = Metrics(), Record()
    call = metrics.counted(record)
    numbers: list[str | None] = []
    noted: list[Event | Command] = [
        EnterRow("greeting"),
        SpeechStarted(-1.0),
        SpeechEnded(1.0),
        Play(1, Prompt("closing", "ask", "请问"), True),
        Play(2, Prompt("closing", "ask", "请问"), True),
        LineChanged(Condition.NOISE),
        PromptFailed(2, "no file"),
    ]
    for now, what in enumerate(noted):
        call.note(what, now * 0.15)
    for _ in range(2):
        call.make_ticket(Ticket(TicketKind.SUGGESTION), 2.0, numbers.append)
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
    assert found["ivr_reply_seconds_count"] == 1
    assert found["ivr_reply_seconds_sum"] == pytest.approx(0.45)  # from 0.0 to the first Play
    assert found["ivr_words_lost_total"] == 1


def test_only_the_first_reply_after_the_last_speech_is_timed() -> None:
    """A caller who goes on talking has no reply yet, and a prompt after the reply is none."""
    metrics = Metrics()
    call = metrics.counted(Record())
    words = Words(Meaning("打错了", Intent.WRONG_NUMBER, Certainty.SURE, 0.9), 0.9)
    call.note(Play(1, Prompt("greeting", "ask", "您好"), True), 0.0)
    for what, now in (
        (SpeechStarted(1.0), 1.2),
        (SpeechEnded(0.5, words), 2.0),
        (SpeechStarted(2.2), 2.4),
        (SpeechEnded(1.0, words), 3.8),
        (Play(2, Prompt("wrong_number", "explain", "您打错了"), False), 3.9),
        (Play(3, Prompt("closing", "farewell", "再见"), False), 9.0),
    ):
        call.note(what, now)
    value = metrics.registry.get_sample_value
    assert value("ivr_reply_seconds_count") == 1
    assert value("ivr_reply_seconds_sum") == pytest.approx(0.7)  # from 3.2 to 3.9
    assert value("ivr_words_lost_total") == 0


def test_a_tap_that_is_lost_and_comes_back_is_counted_and_passed_on() -> None:
    metrics, told = Metrics(), list[tuple[bool, float]]()
    attached = metrics.tapped(lambda there, now: told.append((there, now)))
    course = [(True, 0.1), (False, 5.0), (True, 5.2), (False, 7.0), (False, 8.0)]
    for there, now in course:
        attached(there, now)
    assert told == course
    assert metrics.registry.get_sample_value("ivr_tap_losses_total") == 3
    assert metrics.registry.get_sample_value("ivr_tap_reattachments_total") == 1


def test_series_begin_at_zero_and_labels_hold_no_caller() -> None:
    """If a series began with its first event, a rate over it would miss that event."""
    value = Metrics().registry.get_sample_value
    assert [value("ivr_calls_total", {"outcome": one}) for one in Outcome] == [0] * len(Outcome)
    assert value("ivr_verdicts_total", {"condition": "noise"}) == 0
    assert value("ivr_tickets_total", {"kind": "complaint"}) == 0
    labels = {name for metric in Metrics().registry.collect() for one in metric.samples
              for name in one.labels}  # fmt: skip
    assert labels == {"outcome", "condition", "kind", "le"}


def test_the_age_of_steps_that_reach_the_database_is_observed() -> None:
    metrics = Metrics()
    wall = datetime.now(UTC) - timedelta(seconds=2)
    metrics.loaded([{"entry": "call"}, {"entry": "step", "wall": wall.isoformat()}])
    assert metrics.registry.get_sample_value("ivr_record_write_seconds_count") == 1
    assert metrics.registry.get_sample_value("ivr_record_write_seconds_sum") == pytest.approx(2, 1)


async def waiting() -> Outcome:
    """A script of a short wait, a prompt and a long wait."""
    await listen(0.3)
    await say(Prompt("greeting", "ask", "您好"), barge_in=False)
    await listen(60.0)
    return Outcome.STAYED_ON


@pytest.mark.slow
@pytest.mark.usefixtures("listening")
async def test_the_service_serves_its_figures_and_frees_the_port(
    root: Path, tmp_path: Path
) -> None:
    """Each figure comes from its source: the loop, the tap, the recogniser, the records."""
    (port,) = free_ports(1)
    hotline = Hotline(settings_for(root, tmp_path, metrics={"port": port}), waiting)
    await hotline.start()
    try:
        pbx = await Pbx.call(hotline.settings)
        assert await pbx.until("ChanSpy")
        await asyncio.sleep(0)
        before = await asyncio.to_thread(asked, port)
        assert await pbx.until("STREAM FILE ivr/greeting-ask")
        pbx.ends_sound()
        assert await pbx.until("ChanSpy")  # the first tap never came
        found = await asyncio.to_thread(asked, port)
    finally:
        await hotline.stop()
        await Pbx.close_all()
    assert (before["ivr_calls_live"], before["ivr_calls_limit"]) == (1, 2)
    assert (before["ivr_recogniser_utterances"], before["ivr_recogniser_workers"]) == (0, 1)
    assert before["ivr_recogniser_backlog_seconds"] == 0
    assert (before["ivr_wait_error_seconds_count"], before["ivr_tap_losses_total"]) == (0, 0)
    assert found["ivr_recogniser_utterances"] == 0
    assert found["ivr_wait_error_seconds_count"] == 1
    assert 0 <= found["ivr_wait_error_seconds_sum"] < 1.0
    assert found["ivr_tap_losses_total"] == 1
    assert found["ivr_spool_failing"] == found["ivr_database_down_seconds"] == 0
    assert {state: found[f"ivr_ami_state {state}"] for state in AmiState} == {
        "unused": 1, "down": 0, "up": 0, "refused": 0,
    }  # fmt: skip
    with pytest.raises(OSError, match="refused"):
        asked(port)


async def test_the_error_about_a_taken_port_is_one_sentence(root: Path, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    endpoint = Metrics().serve("127.0.0.1", port)
    hotline = Hotline(settings_for(root, tmp_path, metrics={"port": port}))
    with pytest.raises(StartError, match=rf"^metrics.port = {port} on 127.0.0.1 cannot be used"):
        await hotline.start()
    endpoint.close()
