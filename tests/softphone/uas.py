"""A small SIP server on loopback that answers calls by a plan and keeps what it receives."""

import asyncio
import hashlib
import re
import socket
import time
from dataclasses import dataclass, field
from typing import Self

from ivr.softphone import sdp, sip
from ivr.softphone.phone import Softphone
from ivr.softphone.recording import CallRecording
from ivr.softphone.rtp import SAMPLES_PER_PACKET, RxPacket, pack, parse_packet
from ivr.softphone.script import ALAW, Action, Codec
from ivr.softphone.sip import SipRequest, SipResponse

IDLE = b"\xd5" * SAMPLES_PER_PACKET
NONCE, REALM = "0a1b2c", "ivr"


@dataclass
class Plan:
    """The behaviour of the server in a call."""

    password: str | None = None
    """The password to ask for, with status ``challenge``; None: no password."""
    challenge: int = 401
    final: int | None = 200
    """The final answer; None leaves it ringing."""
    deaf: bool = False
    """Whether it answers nothing at all."""
    early: bytes = b""
    """Octets sent as early media, with a 183."""
    play: bytes = b""
    """Octets sent after the answer."""
    answers: int = 1
    """Number of times that the 200 is sent, as if all ACKs but the last were lost."""
    ignored_invites: int = 0
    """Number of INVITEs that are lost before one is answered."""
    bye_at_end: bool = False
    """Whether it hangs up at the end of ``play``."""
    lose_packets: frozenset[int] = frozenset()
    """Indexes of the packets of ``play`` that are lost."""
    codec: Codec = ALAW


@dataclass
class Seen:
    """One call as the server saw it."""

    invite: SipRequest
    remote: tuple[str, int]
    rtp: list[RxPacket] = field(default_factory=list)
    sent_at: list[float] = field(default_factory=list)
    """When each packet of ``play`` was sent, including lost packets."""
    bye_sent_at: float | None = None
    acked: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Uas(asyncio.DatagramProtocol):
    """The server; ``async with Uas(Plan(...)) as uas`` and then call ``uas.address``."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.requests: list[SipRequest] = []
        self.responses: list[SipResponse] = []
        self.calls: dict[str, Seen] = {}
        self.answer_arrived = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._media: list[socket.socket] = []

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=("127.0.0.1", 0)
        )
        self.address: tuple[str, int] = self._transport.get_extra_info("sockname")
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for media in self._media:
            asyncio.get_running_loop().remove_reader(media)
            media.close()
        self._transport.close()
        await asyncio.sleep(0)  # asyncio closes the socket in its next round

    @property
    def methods(self) -> list[str]:
        return [request.method for request in self.requests]

    @property
    def only(self) -> Seen:
        (seen,) = self.calls.values()
        return seen

    def ask(self, seen: Seen, method: str, body: bytes = b"", cseq: int = 7) -> None:
        """Send a request within the call."""
        invite = seen.invite
        request = SipRequest(
            method=method,
            uri=sip.address_uri(invite.get("Contact")),
            headers=(
                ("Via", f"SIP/2.0/UDP 127.0.0.1:{self.address[1]};branch=z9hG4bK{method}{cseq}"),
                ("From", invite.get("To") + ";tag=uas"),
                ("To", invite.get("From")),
                ("Call-ID", invite.get("Call-ID")),
                ("CSeq", f"{cseq} {method}"),
            ),
            body=body,
        )
        self._transport.sendto(request.to_bytes(), self._peer)

    def send_raw(self, datagram: bytes) -> None:
        """Send anything to the caller's SIP port."""
        self._transport.sendto(datagram, self._peer)

    def datagram_received(self, datagram: bytes, peer: tuple[str, int]) -> None:
        self._peer = peer
        message = sip.parse_message(datagram)
        if isinstance(message, SipResponse):
            self.responses.append(message)
            self.answer_arrived.set()
            return
        self.requests.append(message)
        if not self.plan.deaf:
            self._answer(message)

    def _answer(self, request: SipRequest) -> None:
        seen = self.calls.get(request.get("Call-ID"))
        match request.method:
            case "INVITE":
                self._invited(request)
            case "ACK" if seen is not None:
                seen.acked.set()
            case "BYE":
                self._reply(request, 200, "OK")
                if seen is not None:
                    seen.ended.set()
            case "CANCEL":
                self._reply(request, 200, "OK")
                if seen is not None:
                    self._reply(seen.invite, 487, "Request Terminated")

    def _reply(self, request: SipRequest, status: int, reason: str, body: bytes = b"") -> None:
        contact = ("Contact", f"<sip:uas@127.0.0.1:{self.address[1]}>")
        response = sip.reply(request, status, reason, contact, tag="uas", body=body)
        self._transport.sendto(response.to_bytes(), self._peer)

    def _invited(self, request: SipRequest) -> None:
        plan = self.plan
        if self.methods.count("INVITE") <= plan.ignored_invites:
            return
        if plan.password is not None and not self._authorized(request, plan.password):
            proxy = plan.challenge == 407
            header = "Proxy-Authenticate" if proxy else "WWW-Authenticate"
            value = f'Digest realm="{REALM}",nonce="{NONCE}",algorithm=MD5,qop="auth"'
            response = sip.reply(request, plan.challenge, "Who?", (header, value), tag="x")
            self._transport.sendto(response.to_bytes(), self._peer)
            return
        offered = sdp.parse_sdp(request.body)
        seen = Seen(request, (offered.host, offered.port))
        self.calls[request.get("Call-ID")] = seen
        task = asyncio.create_task(self._serve(request, seen))
        self._tasks.add(task)

    def _authorized(self, request: SipRequest, password: str) -> bool:
        header = "Proxy-Authorization" if self.plan.challenge == 407 else "Authorization"
        given: dict[str, str] = dict(re.findall(r'(\w+)="?([^",]+)"?', request.get(header)))
        if not given:
            return False

        def md5(text: str) -> str:
            return hashlib.md5(text.encode()).hexdigest()

        secret = md5(f"{given['username']}:{REALM}:{password}")
        action = md5(f"INVITE:{request.uri}")
        expected = md5(f"{secret}:{NONCE}:{given['nc']}:{given['cnonce']}:auth:{action}")
        return given["response"] == expected

    async def _serve(self, request: SipRequest, seen: Seen) -> None:
        plan = self.plan
        media = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        media.bind(("127.0.0.1", 0))
        media.setblocking(False)
        self._media.append(media)
        loop = asyncio.get_running_loop()
        loop.add_reader(
            media, lambda: seen.rtp.append(parse_packet(media.recv(2048), time.monotonic()))
        )
        ours = sdp.offer("127.0.0.1", media.getsockname()[1], plan.codec.payload_type)
        body = ours.to_bytes()
        self._reply(request, 100, "Trying")
        if plan.early:
            self._reply(request, 183, "Session Progress", body)
            await self._play(media, seen, plan.early, [], frozenset())
        else:
            self._reply(request, 180, "Ringing")
        if plan.final is None:
            return
        if plan.final >= 300:
            self._reply(request, plan.final, "Refused")
            return
        self._reply(request, 200, "OK", body)
        await seen.acked.wait()
        for _ in range(plan.answers - 1):  # as if the ACK were lost
            seen.acked.clear()
            self._reply(request, 200, "OK", body)
            await seen.acked.wait()
        await self._play(media, seen, plan.play, seen.sent_at, plan.lose_packets)
        if plan.bye_at_end:
            seen.bye_sent_at = time.monotonic()
            self.ask(seen, "BYE")

    async def _play(
        self,
        media: socket.socket,
        seen: Seen,
        octets: bytes,
        sent_at: list[float],
        lost: frozenset[int],
    ) -> None:
        due = time.monotonic()
        for number, at in enumerate(range(0, len(octets), SAMPLES_PER_PACKET)):
            payload = octets[at : at + SAMPLES_PER_PACKET]
            packet = pack(self.plan.codec.payload_type, number, at, 77, payload, at == 0)
            sent_at.append(time.monotonic())
            if number not in lost:
                media.sendto(packet, seen.remote)
            due += 0.02
            await asyncio.sleep(due - time.monotonic())


async def placed(
    plan: Plan,
    *script: Action,
    password: str = "",
    codec: Codec = ALAW,
    max_seconds: float = 10.0,
) -> tuple[CallRecording, Uas]:
    """Make one call to a server with this plan; return its recording and the server."""
    async with Uas(plan) as uas:
        async with Softphone(uas.address, "6001", password, t1=0.05) as phone:
            recording = await phone.call("700", script, codec=codec, max_seconds=max_seconds)
        return recording, uas
