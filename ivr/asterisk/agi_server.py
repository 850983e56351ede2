"""The FastAGI server: one session per call, one command at a time.

Measured on Asterisk 22.10.1, and what this module is built on: a command that arrives while a
``STREAM FILE`` plays stops it within one packet, and the stream's own reply is then left out,
unless it had just ended by itself, when both replies come. Only a stream's reply carries
``endpos=``. Commands written together are answered once. ``HANGUP`` is a line of its own at any
time.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog

from ivr.asterisk.agi_wire import AgiError, Header, LineCutter, Replies, Reply

log = structlog.get_logger()

HEADER_SECONDS = 2.0
"""A peer that has not sent its environment by then is no PBX."""
AGI_REPLY_SECONDS = 5.0
"""Asterisk answers a command in 1-2 ms; one that takes this long has lost the call."""
SETTLE_SECONDS = 0.02
"""How long a stream is left alone. A command that Asterisk reads together with the ``STREAM FILE``
before it neither cuts the stream nor is ever answered; measured: it happens within 1 ms."""


class LineClosed(Exception):
    """The session is over: the caller or the PBX has gone."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A reply and the moment its octets arrived."""

    reply: Reply
    at: float


class AgiSession(asyncio.Protocol):
    """One FastAGI connection, from its environment to its end."""

    def __init__(self, opened: Callable[["AgiSession"], None]) -> None:
        """``opened`` is called once, when the environment has arrived and is sound."""
        self.environment: Mapping[str, str] = {}
        self.caller_hung_up = False
        self._opened = opened
        self._lines, self._header, self._replies = LineCutter(), Header(), Replies()
        self._loop = asyncio.get_running_loop()
        self.closed: asyncio.Future[None] = self._loop.create_future()
        """Done when the caller has hung up or the connection has ended."""
        self._answer: asyncio.Future[Answered] | None = None
        self._stream: asyncio.Future[Answered | None] | None = None
        self._streamed_at = 0.0
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None

    # Commands.

    async def ask(self, octets: bytes) -> Reply:
        """Send one command and wait for its reply; whatever stream plays is cut by it.

        Raises LineClosed when the session ends first or Asterisk stays silent.
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
        """Send a STREAM FILE; the future tells how it ended, or None when it was cut."""
        self._write(octets)
        self._streamed_at = self._loop.time()
        self._stream = self._loop.create_future()
        return self._stream

    def close(self) -> None:
        """End the session; the dialplan goes on after its AGI step."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.close()
        self._end()

    def _write(self, octets: bytes) -> None:
        if self.closed.done() or self._transport is None:
            raise LineClosed("the session has ended")
        self._transport.write(octets)

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A peer has connected: it has two seconds to say what it wants."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._deadline = self._loop.call_later(HEADER_SECONDS, self._refuse, "sent no header")

    def data_received(self, data: bytes) -> None:
        """Octets have arrived; anything that is not AGI ends the session."""
        now = self._loop.time()
        try:
            for line in self._lines.feed(data):
                if self.closed.done():
                    break  # what follows a hang-up or a refusal is nobody's
                self._line(line, now)
        except AgiError as error:
            self._refuse(str(error))

    def connection_lost(self, exc: Exception | None) -> None:
        """The peer has gone."""
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
            raise AgiError("a reply to nothing that was asked")

    def _refuse(self, why: str) -> None:
        peer = self._transport.get_extra_info("peername") if self._transport else None
        log.warning("agi_refused", why=why, peer=peer)
        self.close()

    def _end(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        if not self.closed.done():
            self.closed.set_result(None)
        for future in (self._answer, self._stream):
            if future is not None and not future.done():
                future.set_exception(LineClosed("the session has ended"))
                future.exception()  # nobody may be waiting for it, and that is no error


Serve = Callable[[AgiSession], Awaitable[None]]


class AgiServer:
    """Listens for Asterisk and runs one task per call."""

    def __init__(self, serve: Serve, token: str | None = None) -> None:
        """``serve`` runs a call to its end; ``token`` must be the first AGI argument."""
        self._serve = serve
        self._token = token
        self._server: asyncio.Server | None = None
        self.calls: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int) -> None:
        """Begin to take calls; OSError when the port is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: AgiSession(self._opened), host, port, backlog=256
        )

    def stop_listening(self) -> None:
        """Take no more calls: new ones go to the second service or hear the apology."""
        if self._server is not None:
            self._server.close()

    def _opened(self, session: AgiSession) -> None:
        given = session.environment.get("agi_arg_1", "")
        if self._token is not None and not hmac.compare_digest(
            given.encode(), self._token.encode()
        ):
            log.warning("agi_refused", why="the token is wrong: see agi.token_file")
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
            log.exception("call_failed")
        finally:
            session.close()
