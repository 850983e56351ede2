"""The thread that notifies the supervisor of new tickets and of tickets that are overdue.

A notification is a row of the table ``notifications``: one for each ticket, event (new or overdue)
and channel (webhook or e-mail). Its key, such as ``582369-new-webhook``, is sent with it. A service
that dies before it has noted a delivery delivers the notification twice. The receiver recognises
the repetition by the key. A delivery that fails is tried again after a pause, which doubles each
time.
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
"""Seconds between two searches of the database for tickets that are new or overdue."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
"""Pauses before a delivery is tried again: the pause after the first failure, and the longest one.
Each further failure doubles the pause."""
CLAIM = timedelta(minutes=2)
"""Time for which a notification is reserved for the service that is delivering it. Other services
that share the database leave it alone meanwhile. A delivery normally takes less time."""
_ATTEMPTS = 48
"""Upper limit for the attempts to deliver one notification; after that many failures it is given
up. With the pauses between them the attempts take about 41 hours."""
HORIZON = timedelta(days=2)
"""Age limit for events of which the supervisor is notified: tickets that were made or became
overdue. Older events are left out. Otherwise a supervisor who turns notifications on would receive
all old ones at once."""


class Notifier:
    """Notifies the supervisor of new and overdue tickets, on a thread of its own."""

    def __init__(
        self,
        engine: Engine,
        channels: Sequence[Channel],
        kinds: Sequence[str],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        look_seconds: float = _LOOK_SECONDS,
    ) -> None:
        """Prepare the thread that notifies the supervisor through ``channels``.

        ``engine`` is the database with the tickets. Notifications are sent for new tickets whose
        kind is one of ``kinds``, and for all overdue tickets. ``clock`` returns the time in UTC;
        ``look_seconds`` are the seconds between two searches for tickets.
        """
        self._engine, self._channels, self._kinds = engine, channels, kinds
        self._clock = clock
        self._thread = PeriodicThread(
            "notify", self.look, look_seconds, failing_event="notifications_wait"
        )

    def start(self) -> None:
        """Start the thread, unless no channel is configured."""
        if self._channels:
            self._thread.start()

    def stop(self, seconds: float) -> None:
        """End the thread; wait at most ``seconds`` for a delivery that has begun.

        Notifications that are not delivered yet stay in the database for the next start.
        """
        self._thread.stop(seconds)
        self._engine.dispose()

    def look(self) -> None:
        """Search for tickets that are new or have become overdue, and send what is due.

        A notification for each of them is stored in the database. Then all notifications whose next
        delivery is due are sent, also those whose earlier deliveries failed. Raise SQLAlchemyError
        if the database fails.
        """
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
        """Return the notifications that are missing: rows for the table ``notifications``, one for
        each channel and each new or overdue ticket without one. ``now`` is their time."""
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
            return  # the settings do not name this channel any more
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
            again = one["attempts"] + 1 < _ATTEMPTS
            pause = min(FIRST_PAUSE * 2 ** one["attempts"], LONGEST_PAUSE)
            changed: dict[str, object] = {"problem": str(error), "due": self._clock() + pause}
            log.warning(
                "notification_not_delivered", notification=one["id"], ticket=one["ticket"],
                channel=one["channel"], reason=str(error),
                effect="this channel has not notified the supervisor yet; the service tries again "
                f"in {pause.total_seconds():.0f} s" if again else
                f"this channel never notifies the supervisor: {_ATTEMPTS} attempts have failed",
                remedy="start the web or mail server that receives notifications, or correct "
                "[notify] in the settings; `ivr tickets` shows the ticket",
            )  # fmt: skip
        else:
            changed = {"delivered": self._clock(), "problem": None}
            log.info(
                "notification_delivered", notification=one["id"], ticket=one["ticket"],
                channel=one["channel"],
            )  # fmt: skip
        with self._engine.begin() as connection:
            query = update(notifications).where(notifications.c.id == one["id"])
            connection.execute(query.values(changed))
