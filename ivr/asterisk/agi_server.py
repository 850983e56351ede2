"""The FastAGI server: one session per call, one command at a time.

This module relies on the following facts, measured on Asterisk 22.10.1:

- A command that arrives while ``STREAM FILE`` plays a sound stops it within one packet.
- Asterisk sends no reply to a stopped STREAM FILE. If the sound had just ended, it sends both
  replies.
- Only the reply to a STREAM FILE has ``endpos=``.
- Commands that are written together get one reply.
- ``HANGUP`` is a line of its own, and may come at any time.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from ivr.asterisk.agi_wire import AgiError, Header, LineCutter, Replies, Reply

log = structlog.get_logger()

HEADER_SECONDS = 2.0
"""Time limit in seconds, from the connection on, for a peer's AGI environment (lines about the
call). A PBX sends it at once; a peer that is later is refused."""
AGI_REPLY_SECONDS = 5.0
"""Time limit in seconds for Asterisk's reply to a command; without a reply the session is closed.
Asterisk replies within 1-2 ms."""
SETTLE_SECONDS = 0.02
"""Seconds after a ``STREAM FILE`` command during which no other command is sent. If Asterisk reads
two commands at once, the second one does not stop the sound and never gets a reply. Measured: this
happens only if the second command is sent within 1 ms of the first."""
PBX_TAKES_OVER = (
    "the PBX gives the caller to the second service (IVR_SERVICE_2 in ivr-globals.conf) or, if "
    "there is none, plays the apology and hangs up"
)
"""Text for log lines: what the PBX does with a caller whom this service does not serve to the
end."""


class LineClosed(Exception):
    """The AGI session has ended: the caller hung up, or the PBX closed it or did not reply."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A reply of Asterisk, with the time of its arrival in seconds of the event loop's clock."""

    reply: Reply
    at: float


class AgiSession(asyncio.Protocol):
    """One FastAGI connection, by which Asterisk lets this service control one call.

    It begins with the environment: the lines about the call that Asterisk sends first.
    """

    def __init__(self, opened: Callable[["AgiSession"], None]) -> None:
        """Prepare for a connection.

        ``opened`` is called once with this session, when its whole environment has arrived.
        """
        self.environment: Mapping[str, str] = {}
        self.caller_hung_up = False
        self._opened = opened
        self._lines, self._header, self._replies = LineCutter(), Header(), Replies()
        self._loop = asyncio.get_running_loop()
        self.closed: asyncio.Future[None] = self._loop.create_future()
        """Future that is done as soon as the caller has hung up or the connection has ended."""
        self._answer: asyncio.Future[Answered] | None = None
        self._stream: asyncio.Future[Answered | None] | None = None
        self._streamed_at = 0.0
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None

    # Commands.

    async def ask(self, octets: bytes) -> Reply:
        """Send one command (``octets``) and return the reply; a STREAM FILE that plays is cut.

        Raise LineClosed when the session ends before the reply. If Asterisk does not reply within 5
        s (AGI_REPLY_SECONDS), close the session and raise LineClosed.
        """
        if self._stream is not None:
            await asyncio.sleep(self._streamed_at + SETTLE_SECONDS - self._loop.time())
        self._write(octets)
        self._answer = self._loop.create_future()
        try:
            async with asyncio.timeout(AGI_REPLY_SECONDS):
                return (await self._answer).reply
        except TimeoutError:
            self.close()
            raise LineClosed("Asterisk does not answer") from None
        finally:
            self._answer = None

    def stream(self, octets: bytes) -> asyncio.Future[Answered | None]:
        """Send ``octets``, a STREAM FILE command that plays a sound; return a future for its reply.

        The future's result is None when another command has cut the sound. The future raises
        LineClosed when the session ends before the reply. The method raises LineClosed when the
        session has already ended.
        """
        self._write(octets)
        self._streamed_at = self._loop.time()
        self._stream = self._loop.create_future()
        return self._stream

    @property
    def peer(self) -> Any:
        """Address and port of the program that has connected, for the log; None before that."""
        return self._transport.get_extra_info("peername") if self._transport else None

    def close(self) -> None:
        """End the session, if it has not ended; the dialplan goes on after its AGI() step."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.close()
        self._end()

    def _write(self, octets: bytes) -> None:
        if self.closed.done() or self._transport is None:
            raise LineClosed("the session has ended")
        self._transport.write(octets)

    # Called by asyncio.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection; refuse the peer if its environment is not complete after 2 s."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._deadline = self._loop.call_later(
            HEADER_SECONDS, self._refuse, "it sent no AGI header"
        )

    def data_received(self, data: bytes) -> None:
        """Handle the lines that ``data`` completes; octets that are not AGI end the session."""
        now = self._loop.time()
        try:
            for line in self._lines.feed(data):
                if self.closed.done():
                    break  # lines after a hang-up or a refusal are ignored
                self._line(line, now)
        except AgiError as error:
            self._refuse(str(error))

    def connection_lost(self, exc: Exception | None) -> None:
        """End the session, because the connection has been closed."""
        self._end()

    def _line(self, line: str, now: float) -> None:
        if not self.environment:
            if (environment := self._header.add(line)) is not None:
                self.environment = environment
                assert self._deadline is not None
                self._deadline.cancel()
                self._opened(self)
        elif line == "HANGUP":
            self.caller_hung_up = True
            self._end()
        elif (reply := self._replies.add(line)) is not None:
            self._reply(Answered(reply, now))

    def _reply(self, answered: Answered) -> None:
        stream, self._stream = self._stream, None
        if answered.reply.ends_stream and stream is not None:
            if not stream.done():
                stream.set_result(answered)
        elif self._answer is not None:
            if stream is not None and not stream.done():
                stream.set_result(None)
            if not self._answer.done():
                self._answer.set_result(answered)
        elif stream is not None:
            stream.set_result(answered)
        else:
            raise AgiError("it sent a reply although nothing was asked")

    def _refuse(self, reason: str) -> None:
        log.warning(
            "agi_refused", reason=reason, peer=self.peer,
            effect=f"the connection is closed; if it was a call, {PBX_TAKES_OVER}",
            remedy="only Asterisk may reach agi.port: if the peer is another machine or program, "
            "keep it off; if it is your Asterisk, report this line",
        )  # fmt: skip
        self.close()

    def _end(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        if not self.closed.done():
            self.closed.set_result(None)
        for future in (self._answer, self._stream):
            if future is not None and not future.done():
                future.set_exception(LineClosed("the session has ended"))
                future.exception()  # marks it as seen: perhaps nobody waits for it


Serve = Callable[[AgiSession], Awaitable[None]]


class AgiServer:
    """The server for FastAGI connections from Asterisk; it runs one task for each call."""

    def __init__(self, serve: Serve, token: str | None = None) -> None:
        """Prepare a server that calls ``serve`` with each accepted session.

        ``serve`` runs the session's call to its end. A session is refused if its first AGI argument
        is not ``token``; if ``token`` is None, all sessions are accepted.
        """
        self._serve = serve
        self._token = token
        self._server: asyncio.Server | None = None
        self.calls: set[asyncio.Task[None]] = set()
        """The tasks of the calls that are being served."""

    async def start(self, host: str, port: int) -> None:
        """Begin to accept calls at this address; raise OSError when the port cannot be used."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: AgiSession(self._opened), host, port, backlog=256
        )

    def stop_listening(self) -> None:
        """Accept no more calls; new callers go to the second service or hear the apology.

        Calls that are being served go on.
        """
        if self._server is not None:
            self._server.close()

    def _opened(self, session: AgiSession) -> None:
        given = session.environment.get("agi_arg_1", "")
        if self._token is not None and not hmac.compare_digest(
            given.encode(), self._token.encode()
        ):
            log.warning(
                "agi_refused", reason="its token is not the one in agi.token_file",
                peer=session.peer,
                effect=f"the connection is closed; if it was a call, {PBX_TAKES_OVER}",
                remedy="if the peer is your Asterisk, set IVR_TOKEN in ivr-globals.conf to the "
                "token in agi.token_file and reload the dialplan; if not, keep it off agi.port",
            )  # fmt: skip
            session.close()
            return
        task = asyncio.get_running_loop().create_task(self._run(session))
        self.calls.add(task)
        task.add_done_callback(self.calls.discard)

    async def _run(self, session: AgiSession) -> None:
        try:
            await self._serve(session)
        except LineClosed:
            pass
        except Exception:
            log.exception(
                "call_failed", reason="a defect of the service: see the traceback",
                effect=f"this service lets go of the call; {PBX_TAKES_OVER}",
                remedy="report this traceback",
            )  # fmt: skip
        finally:
            session.close()
