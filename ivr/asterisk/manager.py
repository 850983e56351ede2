"""The manager interface (AMI): health and status of the PBX. Calls never depend on it.

The library panoramisk speaks the protocol. This module makes up for four faults of panoramisk, each
of them measured:

- It lets a line break inside a field pass; the PBX takes the text behind it for a second action.
- It repeats unanswered actions after a reconnect.
- It never notices a frozen PBX.
- It repeats a refused password without end.
"""

import asyncio
import random
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

import structlog
from panoramisk.message import Message

from ivr.asterisk.ami_link import AmiError, AmiRefused, Link, Protocol
from ivr.translation import tr

log = structlog.get_logger()

AMI_ANSWER_SECONDS = 5.0
"""Seconds within which the PBX must answer an action. If a ping is not answered, the connection is
closed and made again."""
PING_SECONDS = 10.0
"""Seconds between two pings."""
AMI_RETRY_SECONDS = (1.0, 30.0)
"""Pauses in seconds between attempts to connect: the first and the longest. The pause doubles each
time. The actual wait is random (jitter), from half the pause to the whole."""
_REFUSALS = 3
"""Number of refused logins in a row after which the password is taken to be wrong."""
REFUSED_SECONDS = 300.0
"""Seconds between logins with a password that is taken to be wrong; more frequent ones could lock
everybody out of AMI."""

_UNSAFE = re.compile(r"[\x00-\x1f\x7f]")
_EFFECT = (
    "calls go on; only orphans (calls without a channel, channels without a call) are not found"
)
"""Text for log lines: what it means for calls that AMI is not connected."""


class AmiState(StrEnum):
    """The state of the connection to the manager interface (AMI)."""

    UNUSED = "unused"
    """The settings name no manager interface."""
    DOWN = "down"
    """There is no connection."""
    UP = "up"
    """Connected and logged in."""
    REFUSED = "refused"
    """The PBX has refused the login."""


class Ami:
    """A connection to the manager interface (AMI) of the PBX; calls never wait for it."""

    def __init__(self, host: str, port: int, user: str, secret: str) -> None:
        self._host, self._port, self._user, self._secret = host, port, user, secret
        self._link: Link | None = None
        self._asked = 0
        self.state = AmiState.DOWN

    async def connect(self) -> None:
        """Connect to the PBX and log in; raise AmiError if this does not succeed within 5 s.

        The limit is AMI_ANSWER_SECONDS. The message of the error is the reason.
        """
        if _UNSAFE.search(self._user + self._secret):
            raise AmiError(tr("ami.user and ami.secret_file must not hold control characters"))
        loop = asyncio.get_running_loop()
        link = Link(loop=loop, username=self._user, secret=self._secret, events="off")
        try:
            await self._log_in(link)
        except BaseException:
            link.close()
            raise
        self._link, self.state = link, AmiState.UP

    async def _log_in(self, link: Link) -> None:
        place = f"{self._host}:{self._port}"
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[tuple[asyncio.BaseTransport, asyncio.BaseProtocol]] = (
            loop.create_future()
        )
        try:
            async with asyncio.timeout(AMI_ANSWER_SECONDS):
                ready.set_result(await loop.create_connection(Protocol, self._host, self._port))
                link.connection_made(ready)
                login: Message = await link.authenticated_future
        except TimeoutError:
            raise AmiError(tr("AMI at {place} does not answer").format(place=place)) from None
        except OSError as error:
            # An error of several addresses has no strerror, but a sentence.
            raise AmiError(
                tr("AMI at {place} cannot be reached ({reason})").format(
                    place=place, reason=error.strerror or error
                )
            ) from None
        if not login.success:
            raise AmiRefused(
                tr(
                    "AMI at {place} refuses user {user!r}: compare ami.user and ami.secret_file "
                    "with manager.conf"
                ).format(place=place, user=self._user)
            )

    async def ask(self, action: str, **fields: str) -> Mapping[str, str]:
        """Send an action to the PBX and return its answer, as the fields of one message.

        ``fields`` are the action's own. The action must change nothing at the PBX. Raise AmiError
        when it is refused or not answered, or when there is no connection.
        """
        return (await self._ask(action, fields))[0]

    async def ask_all(self, action: str, **fields: str) -> Sequence[Mapping[str, str]]:
        """Send an action whose answer is a list, such as all channels; return the list's items.

        An item has the fields of one message. ``fields`` are the action's own. Raise AmiError when
        the action is refused or not answered, or when there is no connection.
        """
        return (await self._ask(action, fields))[1:-1]

    async def _ask(self, action: str, fields: Mapping[str, str]) -> list[dict[str, str]]:
        if any(_UNSAFE.search(word) for pair in ((action, ""), *fields.items()) for word in pair):
            raise AmiError("an AMI field must not hold control characters")
        if self._link is None or self._link.lost.is_set():
            raise AmiError(tr("AMI is not connected"))
        link, self._asked = self._link, self._asked + 1
        asked = {"Action": action, "ActionID": f"ivr-{self._asked}", **fields}
        try:
            async with asyncio.timeout(AMI_ANSWER_SECONDS):
                answer = await link.send_action(asked)
        except TimeoutError:
            raise AmiError(tr("AMI does not answer {action}").format(action=action)) from None
        finally:
            link.protocol.forget(asked["ActionID"])
        messages: list[Message] = answer if isinstance(answer, list) else [answer]
        if not messages[0].success:
            reason = messages[0].get("Message", tr("no reason given"))
            raise AmiError(
                tr("AMI refuses {action}: {reason}").format(action=action, reason=reason)
            )
        return [dict(message) for message in messages]

    async def keep_up(self) -> None:
        """Connect, and connect again whenever the connection is lost, until cancelled.

        The connection is tested by a ping every 10 s. The pauses between attempts are random
        (jitter).
        """
        try:
            await self._keep_up()
        finally:
            self.close()

    async def _keep_up(self) -> None:
        pause, refused = AMI_RETRY_SECONDS[0], 0
        while True:
            try:
                await self.connect()
                log.info("ami_up", address=f"{self._host}:{self._port}")
                pause, refused = AMI_RETRY_SECONDS[0], 0
                await self._ping_until_lost()
            except AmiRefused as error:
                refused += 1
                self.state = AmiState.REFUSED
                level = log.error if refused >= _REFUSALS else log.warning
                level(
                    "ami_refused", reason=str(error), effect=_EFFECT,
                    remedy="give ami.user in manager.conf the secret that is in ami.secret_file, "
                    "and reload manager.conf; the service logs in again by itself",
                )  # fmt: skip
            except AmiError as error:
                refused = 0
                self.state = AmiState.DOWN
                log.warning(
                    "ami_down", reason=str(error), effect=_EFFECT,
                    remedy="start Asterisk, or correct ami.host and ami.port (`ivr doctor` checks "
                    "them); the service connects again by itself",
                )  # fmt: skip
            self.close()
            if refused >= _REFUSALS:
                await asyncio.sleep(REFUSED_SECONDS)
            else:
                await asyncio.sleep(random.uniform(pause / 2, pause))
                pause = min(pause * 2, AMI_RETRY_SECONDS[1])

    def close(self) -> None:
        """Disconnect from the PBX; do nothing if there is no connection."""
        if self._link is not None:
            self._link.close()
            self._link = None
        if self.state is AmiState.UP:
            self.state = AmiState.DOWN

    async def _ping_until_lost(self) -> None:
        """Ping every 10 s; raise AmiError when the connection is lost or a ping is not answered."""
        link = self._link
        assert link is not None
        while True:
            await self.ask("Ping")
            try:
                async with asyncio.timeout(PING_SECONDS):
                    await link.lost.wait()
            except TimeoutError:
                continue
            raise AmiError(link.lost_because)
