"""The caller's telephone: one SIP port for any number of calls at the same time."""

import asyncio
import secrets
import socket
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from ivr.softphone import sip
from ivr.softphone.call import SoftphoneCall
from ivr.softphone.dialog import Account
from ivr.softphone.recording import CallRecording
from ivr.softphone.script import ALAW, Action, Codec
from ivr.softphone.sip import SipError, SipRequest
from ivr.softphone.transaction import T1
from ivr.softphone.udp import StampedSocket, stamps_begun


class Softphone:
    """A SIP caller over UDP and IPv4, without registration.

    An example::

        async with Softphone(("127.0.0.1", 5060), "6001", "secret") as phone:
            recording = await phone.call("700", [Silence(2), PlayedSound(hello), NoRtp()])
    """

    def __init__(
        self,
        server: tuple[str, int],
        user: str = "anonymous",
        password: str = "",
        *,
        local_host: str = "auto",
        t1: float = T1,
    ) -> None:
        """Prepare a telephone with an account on the SIP server ``server`` (host and port).

        ``user`` and ``password`` are the account. All requests are sent to ``server``, whatever
        Contact or Route headers say. ``local_host`` is the address of this machine that the server
        can reach; "auto" finds it from the route to the server. ``t1`` is the time, in seconds,
        from sending a request to its first retransmission.
        """
        self._server = server
        self._user = user
        self._password = password
        self._local_host = local_host
        self._t1 = t1
        self._calls: dict[str, SoftphoneCall] = {}

    async def __aenter__(self) -> Self:
        """Open the SIP port; raise OSError when the server's name or our address is unusable."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(*self._server, family=socket.AF_INET, type=socket.SOCK_DGRAM)
        server = str(found[0][4][0]), self._server[1]
        host = _route_to(server) if self._local_host == "auto" else self._local_host
        self._socket = StampedSocket(host, self._arrived, peer=server, failed=self._refused)
        await stamps_begun(host)
        local = self._socket.address
        self._account = Account(self._user, self._password, server, local, self._t1)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Hang up all calls of this telephone, wait for their end, and close the SIP port."""
        try:
            calls = list(self._calls.values())
            for call in calls:
                call.hang_up()
            await asyncio.gather(*(call.ended() for call in calls), return_exceptions=True)
        finally:
            self._socket.close()

    def dial(
        self,
        number: str,
        script: Iterable[Action] = (),
        *,
        codec: Codec = ALAW,
        max_seconds: float = 120.0,
    ) -> SoftphoneCall:
        """Begin a call to ``number`` and return it; its script starts when the call is answered.

        ``script`` are the caller's actions, one after the other. After the last the caller sends
        silence, or nothing if it was NoRtp, until the other side hangs up. The caller hangs up
        ``max_seconds`` after dialling. Sound is sent with ``codec``.
        """
        call = SoftphoneCall(self._account, number, script, codec, max_seconds, self._socket.send)
        self._calls[call.id] = call
        call.on_end(lambda: self._calls.pop(call.id, None))
        return call

    async def call(
        self,
        number: str,
        script: Iterable[Action] = (),
        *,
        codec: Codec = ALAW,
        max_seconds: float = 120.0,
    ) -> CallRecording:
        """Make a call to ``number``, wait for its end and return its recording.

        ``script`` are the caller's actions after the answer, one after the other. The caller hangs
        up ``max_seconds`` after dialling. Sound is sent with ``codec``. If the task is cancelled,
        the call is hung up.
        """
        call = self.dial(number, script, codec=codec, max_seconds=max_seconds)
        try:
            return await call.ended()
        finally:
            call.hang_up()

    def _arrived(self, datagram: bytes, time: float) -> None:
        try:
            message = sip.parse_message(datagram)
            if isinstance(message, SipRequest):
                self._asked(message, time)
                return
            call = self._calls.get(message.get("Call-ID"))
            if call is not None:
                call.receive_response(message, time)
        except SipError:
            return  # a datagram that is not SIP belongs to no call

    def _asked(self, request: SipRequest, time: float) -> None:
        call = self._calls.get(request.get("Call-ID"))
        if call is not None:
            call.receive_request(request, time)
        elif request.method in ("OPTIONS", "BYE"):
            # A BYE for a call that is over: our 200 was lost, so it is repeated.
            answer = sip.reply(request, 200, "OK", ("Allow", sip.ALLOW), tag=_tag())
            self._socket.send(answer.to_bytes())
        elif request.method != "ACK":
            answer = sip.reply(request, 481, "Call/Transaction Does Not Exist", tag=_tag())
            self._socket.send(answer.to_bytes())

    def _refused(self, error: OSError) -> None:
        for call in self._calls.values():
            call.fail(error)


def _tag() -> str:
    return secrets.token_hex(4)


def _route_to(server: tuple[str, int]) -> str:
    """Return the address of this machine from which packets go to ``server``; send nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(server)
        host: str = probe.getsockname()[0]
    return host
