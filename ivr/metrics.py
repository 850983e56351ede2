"""What a monitoring system may ask of the service: counts and gauges, none of them per call.

Prometheus' text format on a port of its own, by a thread of its own. Labels are the words of the
sheet and of the outcomes, never a caller's: their number is bounded, and nobody is in them.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from ivr.dialogue.commands import Command, EnterRow, MakeTicket, Play
from ivr.dialogue.events import Event, LineChanged, PromptFailed, SpeechEnded
from ivr.dialogue.outcome import Outcome
from ivr.ports import CallLog

REPLY_SECONDS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.2, 2.0, 5.0)
WRITE_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0, 5.0, 30.0, 300.0)


class Metrics:
    """All figures of one service, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        new: dict[str, Any] = {"registry": self.registry}
        self.ended = Counter("ivr_calls", "Calls that have ended.", ["outcome"], **new)
        self.rows = Counter("ivr_rows", "Rows of the sheet that were entered.", ["row"], **new)
        self.verdicts = Counter("ivr_verdicts", "Verdicts on callers' lines.", ["condition"], **new)
        self.tickets = Counter("ivr_tickets", "Tickets that were kept.", ["kind"], **new)
        self.refused = Counter(
            "ivr_tickets_refused", "Tickets that could not be kept; the caller was told.", **new
        )
        self.unplayed = Counter("ivr_prompts_failed", "Prompts that were not played.", **new)
        self.replies = Histogram(
            "ivr_reply_seconds",
            "From the end of speech, as it was noticed, to the reply.",
            buckets=REPLY_SECONDS,
            **new,
        )
        self.writes = Histogram(
            "ivr_record_write_seconds",
            "From a step to its row in the database.",
            buckets=WRITE_SECONDS,
            **new,
        )
        for outcome in Outcome:  # what has not happened yet is 0, not missing
            self.ended.labels(outcome)

    def watch(self, name: str, help: str, value: Callable[[], float]) -> None:
        """A gauge whose value is asked for when somebody asks for the metrics."""
        Gauge(name, help, registry=self.registry).set_function(value)

    def loaded(self, entries: Sequence[dict[str, Any]]) -> None:
        """Steps have reached the database; called on the thread that brought them there."""
        now = datetime.now(UTC)
        for entry in entries:
            if entry["entry"] == "step":
                age = now - datetime.fromisoformat(entry["wall"])
                self.writes.observe(max(0.0, age.total_seconds()))

    def counted(self, record: CallLog) -> "CountedCall":
        """The record of a call, which is counted on its way."""
        return CountedCall(self, record)

    def serve(self, host: str, port: int) -> "Endpoint":
        """Answer on a port; OSError when it cannot be used."""
        return Endpoint(*start_http_server(port, host, registry=self.registry))


class Endpoint:
    """The port and its thread."""

    def __init__(self, server: WSGIServer, thread: Thread) -> None:
        self._server, self._thread = server, thread

    def close(self) -> None:
        """Returns when the port is free."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class CountedCall:
    """Implements :class:`ivr.ports.CallLog` round another one."""

    def __init__(self, metrics: Metrics, record: CallLog) -> None:
        self._metrics, self._record = metrics, record
        self._spoken: float | None = None

    def note(self, what: Event | Command, now: float) -> None:
        """Count it, and pass it on."""
        self._record.note(what, now)
        metrics = self._metrics
        match what:
            case EnterRow(row):
                metrics.rows.labels(row).inc()
            case LineChanged(condition):
                metrics.verdicts.labels(condition).inc()
            case PromptFailed():
                metrics.unplayed.inc()
            case SpeechEnded():
                self._spoken = now
            case Play() if self._spoken is not None:
                metrics.replies.observe(now - self._spoken)
                self._spoken = None
            case _:
                pass

    def make_ticket(
        self, order: MakeTicket, now: float, made: Callable[[str | None], None]
    ) -> None:
        """Pass it on, and count what became of it."""

        def count(number: str | None) -> None:
            if number is None:
                self._metrics.refused.inc()
            else:
                self._metrics.tickets.labels(order.ticket.kind).inc()
            made(number)

        self._record.make_ticket(order, now, count)

    def close(self, outcome: Outcome, now: float) -> None:
        """Count it, and pass it on."""
        self._record.close(outcome, now)
        self._metrics.ended.labels(outcome).inc()
