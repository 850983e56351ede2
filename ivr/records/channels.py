"""The ways to the supervisor: a signed webhook and e-mail. Each blocks, for some seconds."""

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

_SECONDS = 10.0
"""How long the other side may take for each answer."""
TOLD = (
    "number", "kind", "row", "status", "caller", "surname", "title", "contact", "department",
    "customer_class", "created", "deadline",
)  # fmt: skip
"""What leaves the house. What the caller said does not: `ivr tickets show` has it."""


class NotDeliveredError(Exception):
    """The other side did not take it; why, in a few words."""


class Channel(Protocol):
    """One way to the supervisor."""

    @property
    def name(self) -> str:
        """One word."""
        ...

    def deliver(self, id: str, event: str, ticket: Mapping[str, Any], now: datetime) -> None:
        """Returns when the other side has taken it; NotDeliveredError when it has not.

        What is delivered again has the same ``id``.
        """
        ...


@dataclass(frozen=True, slots=True)
class Webhook:
    """POST of JSON. ``X-Ivr-Signature`` is the HMAC-SHA256 of timestamp, a full stop and the body.

    2xx is taken, everything else is not; a redirection is not followed, for the receiver of the
    caller's data is the one in the settings.
    """

    url: str
    secret: SecretStr
    name: str = "webhook"

    def deliver(self, id: str, event: str, ticket: Mapping[str, Any], now: datetime) -> None:
        """See :class:`Channel`."""
        told = {name: _plain(ticket[name]) for name in TOLD}
        body = json.dumps({"id": id, "event": event, "ticket": told}).encode()
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
    """A short text by SMTP."""

    settings: NotifySettings
    password: SecretStr | None
    name: str = "mail"

    def deliver(self, id: str, event: str, ticket: Mapping[str, Any], now: datetime) -> None:
        """See :class:`Channel`."""
        settings = self.settings
        message = EmailMessage()
        message["From"], message["To"] = settings.mail_from, ", ".join(settings.mail_to)
        message["Subject"] = f"[ivr] ticket {ticket['number']} {ticket['kind']}: {event}"
        message["Date"], message["Message-ID"] = now, f"<{id}@ivr.invalid>"
        told = {name: _shown(ticket[name]) for name in TOLD if ticket[name] is not None}
        message.set_content("".join(f"{name:<15} {value}\n" for name, value in told.items()))
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
    """The channels of the settings; ConfigError says what is wrong with them."""
    found: list[Channel] = []
    if settings.webhook:
        secret = read_secret(settings.webhook_secret_file, "notify.webhook_secret_file")
        if secret is None:
            raise ConfigError(
                "notify.webhook_secret_file is not set: "
                "name the file with the key that the receiver checks signatures with"
            )
        if urlsplit(settings.webhook).scheme not in ("http", "https"):
            raise ConfigError(f"notify.webhook = {settings.webhook} is no URL: begin with https://")
        found.append(Webhook(settings.webhook, secret))
    if settings.mail_to:
        if not (settings.smtp_host and settings.mail_from):
            raise ConfigError(
                "notify.mail_to needs notify.smtp_host and notify.mail_from: set them"
            )
        password = read_secret(settings.smtp_password_file, "notify.smtp_password_file")
        found.append(Mail(settings, password))
    return tuple(found)


def _plain(value: Any) -> Any:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value


def _shown(value: Any) -> str:
    return local(value) if isinstance(value, datetime) else printable(str(value))
