"""The thread that tells the supervisor what has come in and what is late.

A notification is a row, made once for each ticket, event and channel, and its key goes with it:
what is delivered twice, because the service died before it could note the delivery, is recognised.
What is not taken is tried again, later each time.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Connection, Engine, select, update

from ivr.records.calls import CallRow, fetched_rows
from ivr.records.channels import Channel, NotDeliveredError
from ivr.records.database import reading
from ivr.records.load import insert
from ivr.records.periodic_thread import PeriodicThread
from ivr.records.schema import notifications, tickets_table
from ivr.records.tickets import WAITING

log = structlog.get_logger()

_LOOK_SECONDS = 2.0
"""How soon a ticket that has come in, or is late, is noticed."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
CLAIM = timedelta(minutes=2)
"""Another service leaves a notification alone so long; more than a delivery can take."""
_ATTEMPTS = 48
"""Then it is given up, after some two days."""
HORIZON = timedelta(days=2)
"""What is older has been told or is no news; who turns notifications on is not flooded."""


class Notifier:
    """Delivers to channels; never in the way of anything."""

    def __init__(
        self,
        engine: Engine,
        channels: Sequence[Channel],
        kinds: Sequence[str],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        look_seconds: float = _LOOK_SECONDS,
    ) -> None:
        """``kinds`` of tickets are told when they come in; all are told when they are late."""
        self._engine, self._channels, self._kinds = engine, channels, kinds
        self._clock = clock
        self._thread = PeriodicThread(
            "notify", self.look, look_seconds, failing_event="notifications_wait"
        )

    def start(self) -> None:
        """Begin; without a channel nothing is to be done."""
        if self._channels:
            self._thread.start()

    def stop(self, seconds: float) -> None:
        """End; what is being delivered is waited for so long."""
        self._thread.stop(seconds)
        self._engine.dispose()

    def look(self) -> None:
        """Note what there is to tell, and tell what is due."""
        now = self._clock()
        with reading(self._engine) as connection:
            news = self._news(connection, now)
        if news:
            with self._engine.begin() as connection:
                connection.execute(insert(connection, notifications), news)
        with reading(self._engine) as connection:
            waiting = notifications.c.delivered.is_(None), notifications.c.due <= now
            query = select(notifications).where(*waiting, notifications.c.attempts < _ATTEMPTS)
            due = fetched_rows(connection, query.order_by(notifications.c.due))
        for one in due:
            if self._thread.stopping:
                return
            self._tell(one)

    def _news(self, connection: Connection, now: datetime) -> list[dict[str, object]]:
        """Rows for what nobody has been told yet."""
        came_in = tickets_table.c.created > now - HORIZON, tickets_table.c.kind.in_(self._kinds)
        is_late = (
            tickets_table.c.deadline.between(now - HORIZON, now),
            tickets_table.c.status.in_(WAITING),
        )
        told = select(notifications.c.id).where(notifications.c.created > now - 2 * HORIZON)
        known = set(connection.execute(told).scalars())
        news = []
        for event, conditions in (("new", came_in), ("overdue", is_late)):
            query = select(tickets_table.c.number).where(*conditions)
            for number in connection.execute(query).scalars():
                for channel in self._channels:
                    id = f"{number}-{event}-{channel.name}"
                    if id not in known:
                        news.append({
                            "id": id, "ticket": number, "event": event, "channel": channel.name,
                            "created": now, "due": now, "attempts": 0,
                        })  # fmt: skip
        return news

    def _tell(self, one: CallRow) -> None:
        channel = next((each for each in self._channels if each.name == one["channel"]), None)
        if channel is None:
            return  # the settings do not have it any more
        now = self._clock()
        mine = notifications.c.id == one["id"], notifications.c.attempts == one["attempts"]
        with self._engine.begin() as connection:
            claimed = connection.execute(
                update(notifications)
                .where(*mine)
                .values(attempts=one["attempts"] + 1, due=now + CLAIM)
            ).rowcount
            found = fetched_rows(
                connection, select(tickets_table).where(tickets_table.c.number == one["ticket"])
            )
        if not claimed or not found:
            return
        try:
            channel.deliver(one["id"], one["event"], found[0], now)
        except NotDeliveredError as error:
            pause = min(FIRST_PAUSE * 2 ** one["attempts"], LONGEST_PAUSE)
            changed: dict[str, object] = {"problem": str(error), "due": self._clock() + pause}
            log.warning("notification_not_delivered", id=one["id"], why=str(error))
        else:
            changed = {"delivered": self._clock(), "problem": None}
            log.info("notification", id=one["id"])
        with self._engine.begin() as connection:
            query = update(notifications).where(notifications.c.id == one["id"])
            connection.execute(query.values(changed))
