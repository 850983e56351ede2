"""The channels by which the supervisor is notified of tickets: a signed webhook and e-mail.

A delivery blocks its thread while the receiver answers: up to _SECONDS (10 s) for each answer.
"""

import hmac
import http.client
import json
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any, Protocol
from urllib.parse import urlsplit

from pydantic import SecretStr

from ivr.config import ConfigError, NotifySettings, read_secret
from ivr.records.output import local, printable
from ivr.translation import tr

_SECONDS = 10.0
"""Time limit in seconds for each answer of the web server or mail server. A delivery that takes
longer fails."""
SENT_FIELDS = (
    "number", "kind", "row", "status", "caller", "surname", "title", "contact", "department",
    "customer_class", "created", "deadline",
)  # fmt: skip
"""Columns of a ticket that are sent to the supervisor. The caller's words are not among them; `ivr
tickets show` prints them."""


class NotDeliveredError(Exception):
    """The web server or mail server did not accept a notification; the message is the reason."""


class Channel(Protocol):
    """One means of notifying the supervisor of a ticket, such as e-mail."""

    @property
    def name(self) -> str:
        """Name of the channel in the database: one word that no other channel has."""
        ...

    def deliver(self, id: str, event: str, ticket: Mapping[str, Any], now: datetime) -> None:
        """Send the notification ``id`` of a ticket; return when the server has accepted it.

        A repeated delivery has the same ``id``. ``event`` is why it is sent: ``new`` or
        ``overdue``. ``ticket`` is the ticket's row of the database, by column name, and ``now`` the
        time of the delivery. Raise NotDeliveredError if the server did not accept it.
        """
        ...


@dataclass(frozen=True, slots=True)
class Webhook:
    """A channel that notifies the supervisor of tickets by HTTP POST, as JSON.

    The header ``X-Ivr-Signature`` is the HMAC-SHA256 of the timestamp, a full stop and the body.
    Only a status of 2xx means that the notification was accepted. Redirections are not followed,
    because callers' data may go only to the receiver that the settings name.
    """

    url: str
    secret: SecretStr
    name: str = "webhook"

    def deliver(self, id: str, event: str, ticket: Mapping[str, Any], now: datetime) -> None:
        """Send the notification ``id`` of ``ticket`` by HTTP POST, as JSON.

        The parameters are those of :meth:`Channel.deliver`. Raise NotDeliveredError unless the web
        server answers with a status of 2xx.
        """
        sent = {name: _plain(ticket[name]) for name in SENT_FIELDS}
        body = json.dumps({"id": id, "event": event, "ticket": sent}).encode()
        moment = str(int(now.timestamp()))
        key = self.secret.get_secret_value().encode()
        signature = hmac.digest(key, moment.encode() + b"." + body, "sha256").hex()
        headers = {
            "Content-Type": "application/json", "X-Ivr-Id": id, "X-Ivr-Timestamp": moment,
            "X-Ivr-Signature": f"sha256={signature}",
        }  # fmt: skip
        place = urlsplit(self.url)
        secure = place.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        try:
            connection = kind(place.hostname or "", place.port, timeout=_SECONDS)
            try:
                path = (place.path or "/") + (f"?{place.query}" if place.query else "")
                connection.request("POST", path, body, headers)
                status = connection.getresponse().status
            finally:
                connection.close()
        except (OSError, http.client.HTTPException) as error:
            raise NotDeliveredError(str(error) or type(error).__name__) from None
        if not 200 <= status < 300:
            raise NotDeliveredError(f"HTTP status {status}")


@dataclass(frozen=True, slots=True)
class Mail:
    """A channel that notifies the supervisor of tickets by e-mail, with their fields as text."""

    settings: NotifySettings
    password: SecretStr | None
    name: str = "mail"

    def deliver(self, id: str, event: str, ticket: Mapping[str, Any], now: datetime) -> None:
        """Send the notification ``id`` of ``ticket`` as an e-mail by SMTP.

        The parameters are those of :meth:`Channel.deliver`. Raise NotDeliveredError if the mail
        server does not accept the e-mail.
        """
        settings = self.settings
        message = EmailMessage()
        message["From"], message["To"] = settings.mail_from, ", ".join(settings.mail_to)
        message["Subject"] = f"[ivr] ticket {ticket['number']} {ticket['kind']}: {event}"
        message["Date"], message["Message-ID"] = now, f"<{id}@ivr.invalid>"
        sent = {name: _shown(ticket[name]) for name in SENT_FIELDS if ticket[name] is not None}
        message.set_content("".join(f"{name:<15} {value}\n" for name, value in sent.items()))
        try:
            with self._server() as server:
                if self.password is not None:
                    server.login(settings.smtp_user, self.password.get_secret_value())
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise NotDeliveredError(str(error) or type(error).__name__) from None

    def _server(self) -> smtplib.SMTP:
        settings, context = self.settings, ssl.create_default_context()
        place = (settings.smtp_host, settings.smtp_port)
        if settings.smtp_tls == "tls":
            return smtplib.SMTP_SSL(*place, timeout=_SECONDS, context=context)
        server = smtplib.SMTP(*place, timeout=_SECONDS)
        if settings.smtp_tls == "starttls":
            server.starttls(context=context)
        return server


def channels(settings: NotifySettings) -> tuple[Channel, ...]:
    """Return the channels that ``settings`` configure for notifying the supervisor of tickets.

    They are the webhook, e-mail, both or none. Raise ConfigError if a setting is missing or wrong.
    """
    found: list[Channel] = []
    if settings.webhook:
        secret = read_secret(settings.webhook_secret_file, "notify.webhook_secret_file")
        if secret is None:
            raise ConfigError(
                tr(
                    "notify.webhook_secret_file is not set: name the file with the key by "
                    "which the receiver checks signatures"
                )
            )
        if urlsplit(settings.webhook).scheme not in ("http", "https"):
            raise ConfigError(
                tr(
                    "notify.webhook = {webhook} is not a web address: begin it with https://"
                ).format(webhook=settings.webhook)
            )
        found.append(Webhook(settings.webhook, secret))
    if settings.mail_to:
        if not (settings.smtp_host and settings.mail_from):
            raise ConfigError(
                tr("notify.mail_to needs notify.smtp_host and notify.mail_from: set them")
            )
        password = read_secret(settings.smtp_password_file, "notify.smtp_password_file")
        found.append(Mail(settings, password))
    return tuple(found)


def _plain(value: Any) -> Any:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value


def _shown(value: Any) -> str:
    return local(value) if isinstance(value, datetime) else printable(str(value))
