"""The supervisor is notified of new and overdue tickets at least once, whatever fails."""

import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from structlog.testing import capture_logs

from ivr.config import ConfigError, NotifySettings
from ivr.config import RecordsSettings as Settings
from ivr.dialogue.ticket import Ticket, TicketKind
from ivr.lab.ports import free_ports
from ivr.records.channels import channels
from ivr.records.database import connect, url_of
from ivr.records.notify import FIRST_PAUSE, HORIZON, LONGEST_PAUSE, Notifier
from ivr.records.schema import notifications
from ivr.records.tickets import TicketStatus, change
from tests.records.kept import COMPLAINT, WALL, begun, promised, rows_of, running
from tests.records.receivers import Mailbox, Receiver

CALLED = datetime.fromtimestamp(WALL, UTC)


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = CALLED + timedelta(seconds=10)

    def __call__(self) -> datetime:
        return self.now


def to(receiver: Receiver, directory: Path, **more: Any) -> NotifySettings:
    (directory / "key").write_text("geheim")
    return NotifySettings(webhook=receiver.url, webhook_secret_file=directory / "key", **more)


@contextmanager
def notifier(settings: Settings, notify: NotifySettings, clock: Clock) -> Iterator[Notifier]:
    one = Notifier(connect(url_of(settings)), channels(notify), notify.kinds, clock)
    yield one
    one.stop(0)


async def left(settings: Settings, *tickets: Ticket) -> list[str]:
    async with running(settings) as records:
        return [str(await promised(begun(records), ticket)) for ticket in tickets]


async def test_a_new_ticket_is_delivered_once_and_signed(
    settings: Settings, tmp_path: Path
) -> None:
    numbers = await left(settings, COMPLAINT, Ticket(TicketKind.SUGGESTION))
    clock = Clock()
    with (
        Receiver().running() as receiver,
        notifier(settings, to(receiver, tmp_path), clock) as one,
    ):
        one.look()
        one.look()
    ((headers, body),) = receiver.got
    told = json.loads(body)
    assert (told["id"], told["event"]) == (f"{numbers[0]}-new-webhook", "new")
    assert headers["X-Ivr-Id"] == told["id"]
    assert (told["ticket"]["number"], told["ticket"]["surname"]) == (numbers[0], "张")
    assert "transcript" not in told["ticket"]
    signed = headers["X-Ivr-Timestamp"].encode() + b"." + body
    expected = hmac.new(b"geheim", signed, "sha256").hexdigest()
    assert headers["X-Ivr-Signature"] == f"sha256={expected}"


async def test_an_overdue_ticket_is_delivered_unless_it_is_done(
    settings: Settings, tmp_path: Path
) -> None:
    late, done = await left(settings, *2 * [Ticket(TicketKind.CALLBACK, hours=2)])
    clock = Clock()
    with (
        Receiver().running() as receiver,
        notifier(settings, to(receiver, tmp_path), clock) as one,
    ):
        one.look()
        assert receiver.got == []
        engine = connect(url_of(settings))
        with engine.begin() as connection:
            change(connection, done, TicketStatus.DONE, clock.now)
        engine.dispose()
        clock.now += timedelta(hours=3)
        one.look()
    assert [json.loads(body)["id"] for _, body in receiver.got] == [f"{late}-overdue-webhook"]


@pytest.mark.parametrize("answer", [500, 404, 302, "hang up"])
async def test_a_failed_delivery_is_tried_again_later(
    settings: Settings, tmp_path: Path, answer: int | str
) -> None:
    await left(settings, COMPLAINT)
    clock = Clock()
    with (
        Receiver(answer, answer).running() as receiver,
        notifier(settings, to(receiver, tmp_path), clock) as one,
    ):
        one.look()
        one.look()  # not yet
        assert len(receiver.got) == 1
        (row,) = rows_of(settings, notifications)
        assert row["problem"]
        assert row["due"] == clock.now + FIRST_PAUSE
        for pause in (FIRST_PAUSE, 2 * FIRST_PAUSE, LONGEST_PAUSE):
            clock.now += pause
            one.look()
    assert len({headers["X-Ivr-Id"] for headers, _ in receiver.got}) == 1
    assert len(receiver.got) == 3
    (row,) = rows_of(settings, notifications)
    assert (row["attempts"], row["problem"]) == (3, None)
    assert row["delivered"] is not None


async def test_an_unreachable_receiver_is_logged_without_the_callers_number(
    on_sqlite: Settings, tmp_path: Path
) -> None:
    await left(on_sqlite, COMPLAINT)
    (tmp_path / "key").write_text("geheim")
    (port,) = free_ports(1)
    nowhere = NotifySettings(
        webhook=f"http://127.0.0.1:{port}/", webhook_secret_file=tmp_path / "key"
    )
    with notifier(on_sqlite, nowhere, Clock()) as one, capture_logs() as logs:
        one.look()
    (line,) = [line for line in logs if line["event"] == "notification_not_delivered"]
    assert "refused" in line["reason"]
    assert "138" not in str(logs)


async def test_two_services_deliver_a_notification_once(settings: Settings, tmp_path: Path) -> None:
    """The second service finds the row claimed."""
    await left(settings, COMPLAINT)
    clock = Clock()
    with Receiver().running() as receiver:
        notify = to(receiver, tmp_path)
        with notifier(settings, notify, clock) as one, notifier(settings, notify, clock) as other:
            (channel,) = channels(notify)

            class Meanwhile:
                name = channel.name

                def deliver(self, *given: Any) -> None:
                    other.look()
                    channel.deliver(*given)

            one._channels = (Meanwhile(),)
            one.look()
    assert len(receiver.got) == 1


async def test_old_tickets_are_not_delivered(settings: Settings, tmp_path: Path) -> None:
    await left(settings, COMPLAINT)
    clock = Clock()
    clock.now += 2 * HORIZON
    with (
        Receiver().running() as receiver,
        notifier(settings, to(receiver, tmp_path), clock) as one,
    ):
        one.look()
    assert receiver.got == []


async def test_a_refused_mail_is_tried_again_and_cannot_be_given_headers(
    on_sqlite: Settings,
) -> None:
    hostile = "张\r\nBcc: all@example.com\x1b[2J"
    (number,) = await left(on_sqlite, Ticket(TicketKind.COMPLAINT, surname=hostile))
    (port,) = free_ports(1)
    mailbox, clock = Mailbox(refusals=1), Clock()
    server = Controller(mailbox, hostname="127.0.0.1", port=port)
    server.start()
    try:
        notify = NotifySettings(
            mail_to=("boss@example.com", "deputy@example.com"), mail_from="ivr@example.com",
            smtp_host="127.0.0.1", smtp_port=port,
        )  # fmt: skip
        with notifier(on_sqlite, notify, clock) as one:
            one.look()
            assert mailbox.got == []
            clock.now += FIRST_PAUSE
            one.look()
    finally:
        server.stop()
    message = message_from_bytes(mailbox.got[0], policy=policy.default)
    assert message["Subject"] == f"[ivr] ticket {number} complaint: new"
    assert message["To"] == "boss@example.com, deputy@example.com"
    assert message["Bcc"] is None
    text = message.get_content()
    assert "surname         张\\r\\nBcc: all@example.com\\x1b[2J" in text
    assert "2023-11-15 06:13:23" in text


async def test_the_thread_delivers_and_outlives_a_database_without_tables(
    tmp_path: Path,
) -> None:
    empty = Settings(directory=tmp_path / "records")
    empty.directory.mkdir()
    clock = Clock()
    with Receiver().running() as receiver:
        engine = connect(url_of(empty))
        notify = to(receiver, tmp_path)
        one = Notifier(engine, channels(notify), notify.kinds, clock, look_seconds=0.01)
        with capture_logs() as logs:
            one.start()
            while not logs:
                one._thread.join(0.01)  # there is no table yet
            await left(empty, COMPLAINT)
            while not receiver.got:
                one._thread.join(0.01)
            one.stop(5)
    assert [line["event"] for line in logs].count("notifications_wait") == 1
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"webhook": "http://x/"}, "notify.webhook_secret_file is not set"),
        ({"mail_to": ("a@b",)}, "notify.mail_to needs notify.smtp_host"),
        ({"webhook": "x", "webhook_secret_file": Path("/none")}, "cannot be read"),
    ],
)
def test_a_wrong_setting_is_one_sentence(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        channels(NotifySettings(**given))
