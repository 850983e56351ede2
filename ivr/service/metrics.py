"""The figures for a monitoring system: counts and gauges of the service, not of single calls.

They are served in Prometheus' text format, on a port and by a thread of their own. Labels are rows
of the sheet, outcomes, conditions and kinds of tickets: their number is bounded, and they hold no
data of callers.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from ivr.call.ports import CallLog
from ivr.dialogue.commands import Command, EnterRow, Play
from ivr.dialogue.events import (
    Condition,
    Event,
    LineChanged,
    PromptFailed,
    SpeechEnded,
    SpeechStarted,
)
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.ticket import Ticket, TicketKind

_REPLY_SECONDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.2, 2.0, 5.0)
"""Upper bounds, in seconds, of the buckets of ``ivr_reply_seconds``. This is the time from the end
of what a caller says to the command that plays the reply."""
WAIT_ERROR_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Upper bounds, in seconds, of the buckets of ``ivr_wait_error_seconds``. This is the delay of the
action that follows a wait of the sheet. The command `ivr bench waits` allows 5 ms in the median and
20 ms at the 99th percentile."""
WRITE_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0, 5.0, 30.0, 300.0)
"""Upper bounds, in seconds, of the buckets of ``ivr_record_write_seconds``. This is the time from a
step of a call (an event or a command) to its row in the database."""


class Metrics:
    """All figures of one service, in their own registry."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        new: dict[str, Any] = {"registry": self.registry}
        self.ended = Counter("ivr_calls", "Calls that have ended.", ["outcome"], **new)
        self.rows = Counter("ivr_rows", "Rows of the sheet that were entered.", ["row"], **new)
        self.verdicts = Counter(
            "ivr_verdicts", "Verdicts on the condition of callers' lines.", ["condition"], **new
        )
        self.tickets = Counter("ivr_tickets", "Tickets that were kept.", ["kind"], **new)
        self.refused = Counter(
            "ivr_tickets_refused", "Tickets that could not be kept; the caller was told.", **new
        )
        self.unplayed = Counter("ivr_prompts_failed", "Prompts that were not played.", **new)
        self.replies = Histogram(
            "ivr_reply_seconds",
            "Seconds from the last sound of what a caller says to the order to play the reply.",
            buckets=_REPLY_SECONDS,
            **new,
        )
        self.waits = Histogram(
            "ivr_wait_error_seconds",
            "Seconds from the end of a wait of the sheet to what is done after it.",
            buckets=WAIT_ERROR_SECONDS,
            **new,
        )
        self.words_lost = Counter(
            "ivr_words_lost", "Utterances whose words were lost by a fault of the service.", **new
        )
        self.taps_lost = Counter(
            "ivr_tap_losses", "Taps that were lost or did not come: the caller is not heard.", **new
        )
        self.taps_again = Counter(
            "ivr_tap_reattachments", "Taps that came back during a call.", **new
        )
        self.writes = Histogram(
            "ivr_record_write_seconds",
            "Seconds from a step of a call to its row in the database.",
            buckets=WRITE_SECONDS,
            **new,
        )
        for outcome in Outcome:  # a series that has not counted yet is 0, not missing
            self.ended.labels(outcome)
        for condition in Condition:
            self.verdicts.labels(condition)
        for kind in TicketKind:
            self.tickets.labels(kind)

    def watch(self, name: str, help: str, value: Callable[[], float]) -> None:
        """Add the gauge ``name`` to the metrics; ``value`` returns its figure.

        ``value`` is called whenever the metrics are read. ``help`` is the description of the gauge
        in the metrics.
        """
        Gauge(name, help, registry=self.registry).set_function(value)

    def watch_state(
        self, name: str, help: str, states: type[StrEnum], now: Callable[[], StrEnum]
    ) -> None:
        """Add a gauge for each state: 1 for the state that ``now`` returns, 0 for the others.

        ``name`` is the name of these gauges, and ``help`` their description in the metrics.
        """
        gauge = Gauge(name, help, ["state"], registry=self.registry)

        def stands_at(state: StrEnum) -> Callable[[], float]:
            return lambda: now() == state

        for state in states:
            gauge.labels(state).set_function(stands_at(state))

    def tapped(self, attached: Callable[[bool, float], None]) -> Callable[[bool, float], None]:
        """Return a function that counts losses and returns of a tap, then calls ``attached``.

        The tap is the connection that brings the caller's audio. Both functions take the same
        arguments: whether the tap is connected, and the time in seconds of the event loop's clock.
        """
        away = False

        def count(there: bool, now: float) -> None:
            nonlocal away
            if not there:
                self.taps_lost.inc()
            elif away:
                self.taps_again.inc()
            away = not there
            attached(there, now)

        return count

    def loaded(self, entries: Sequence[dict[str, Any]]) -> None:
        """Add the age of each step of a call among ``entries`` to ``ivr_record_write_seconds``.

        The thread that loads entries into the database calls this after each transaction.
        """
        now = datetime.now(UTC)
        for entry in entries:
            if entry["entry"] == "step":
                age = now - datetime.fromisoformat(entry["wall"])
                self.writes.observe(max(0.0, age.total_seconds()))

    def counted(self, record: CallLog) -> "CountedCall":
        """Return a CallLog that counts what it is given and passes it on to ``record``."""
        return CountedCall(self, record)

    def serve(self, host: str, port: int) -> "Endpoint":
        """Serve the metrics on a port; raise OSError when the port cannot be used."""
        return Endpoint(*start_http_server(port, host, registry=self.registry))


class Endpoint:
    """The port at which the metrics are served over HTTP, and the thread that serves them."""

    def __init__(self, server: WSGIServer, thread: Thread) -> None:
        self._server, self._thread = server, thread

    def close(self) -> None:
        """Stop serving the metrics; return when the port is free."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class CountedCall:
    """The record of one call, which counts events and commands for the metrics.

    It implements :class:`ivr.call.ports.CallLog` and passes everything on to another CallLog, which
    keeps the record.
    """

    def __init__(self, metrics: Metrics, record: CallLog) -> None:
        self._metrics, self._record = metrics, record
        self._onset: float | None = None
        self._spoken: float | None = None
        """Time, in seconds of the event loop's clock, at which the caller's last utterance ended;
        None before the first utterance, during an utterance and after the reply to one."""

    def note(self, what: Event | Command, now: float) -> None:
        """Pass an event or a command on to the other CallLog, and count it."""
        self._record.note(what, now)
        metrics = self._metrics
        match what:
            case EnterRow(row):
                metrics.rows.labels(row).inc()
            case LineChanged(condition):
                metrics.verdicts.labels(condition).inc()
            case PromptFailed():
                metrics.unplayed.inc()
            case SpeechStarted(onset):
                self._onset, self._spoken = onset, None
            case SpeechEnded(seconds, words):
                if self._onset is not None:
                    self._spoken = self._onset + seconds
                if words is None:
                    metrics.words_lost.inc()
            case Play() if self._spoken is not None:
                metrics.replies.observe(now - self._spoken)
                self._spoken = None
            case _:
                pass

    def make_ticket(self, ticket: Ticket, now: float, made: Callable[[str | None], None]) -> None:
        """Pass the ticket on to the other CallLog; count it once it is known whether it was stored.

        ``made`` is then called with the ticket's number, or None if the ticket was refused.
        """

        def count(number: str | None) -> None:
            if number is None:
                self._metrics.refused.inc()
            else:
                self._metrics.tickets.labels(ticket.kind).inc()
            made(number)

        self._record.make_ticket(ticket, now, count)

    def close(self, outcome: Outcome, now: float) -> None:
        """Pass the end of the call, at ``now``, on to the other CallLog, and count its outcome."""
        self._record.close(outcome, now)
        self._metrics.ended.labels(outcome).inc()
