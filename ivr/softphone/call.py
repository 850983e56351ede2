"""One call: its SIP dialog from INVITE to BYE, and its audio."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable, Sequence

from ivr.softphone import sdp, sip
from ivr.softphone.dialog import Account, Dialog
from ivr.softphone.media import Media
from ivr.softphone.recording import CallRecording, EndedBy
from ivr.softphone.script import Action, Codec
from ivr.softphone.sip import SipError, SipRequest, SipResponse
from ivr.softphone.transaction import Transaction

_PATIENCE = 4.0
"""Upper limit, in seconds, for the wait for an answer to our BYE or CANCEL. After it the call
counts as ended, so that a test ends even if the PBX does not answer."""


class SoftphoneCall:
    """A call placed by :meth:`Softphone.dial`.

    It ends when the callee, the script or :meth:`hang_up` hangs up. At the latest it ends
    ``max_seconds`` after dialling.
    """

    def __init__(
        self,
        account: Account,
        number: str,
        script: Iterable[Action],
        codec: Codec,
        max_seconds: float,
        send: Callable[[bytes], None],
    ) -> None:
        self.number = number
        self.answered_at: float | None = None
        """Time at which the 200 OK arrived, in monotonic seconds; None until it arrives."""
        self.ringing_at: float | None = None
        """Time at which the first 180 or 183 arrived, in monotonic seconds; None until then."""
        self._account = account
        self._dialog = Dialog(account, number)
        self._script = script
        self._codec = codec
        self._max_seconds = max_seconds
        self._send = send
        self._transactions: dict[tuple[str, str], Transaction] = {}
        self._acks: dict[str, bytes] = {}
        self._media = Media(account.local[0], codec, self.hang_up)
        self._session = sdp.offer(account.local[0], self._media.port, codec.payload_type)
        self._early: sdp.Session | None = None
        self._closing = asyncio.Event()
        self._answer = asyncio.Event()
        self._final_at: float | None = None
        self._ended: tuple[float, EndedBy] | None = None
        self._invited = time.monotonic()
        self._task = asyncio.create_task(self._run(), name=f"call {number}")

    @property
    def id(self) -> str:
        """Value of the Call-ID header in all SIP messages of this call."""
        return self._dialog.call_id

    async def answered(self) -> bool:
        """Wait for the 200 OK or the end of the call; return True if answered, False if not."""
        waiting = asyncio.ensure_future(self._answer.wait())
        await asyncio.wait({waiting, self._task}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        return self._answer.is_set()

    async def ended(self) -> CallRecording:
        """Wait for the end of the call and return its recording: times, packets and sound.

        Raise SipError when a SIP message of the call could not be built.
        """
        return await asyncio.shield(self._task)

    def on_end(self, callback: Callable[[], object]) -> None:
        """Register ``callback``; it is called without arguments when this call has ended."""
        self._task.add_done_callback(lambda _: callback())

    def hang_up(self) -> None:
        """End the call by a BYE, or by a CANCEL before the answer; a second call does nothing."""
        self._closing.set()

    def play(self, script: Iterable[Action]) -> None:
        """Send ``script`` from the next packet on, instead of the rest of the current script."""
        self._script = script
        self._media.play(script)

    @property
    def packets(self) -> int:
        """Number of datagrams that have reached the RTP port of this call so far."""
        return len(self._media.received)

    @property
    def received(self) -> Sequence[tuple[float, bytes]]:
        """All datagrams at the RTP port so far, each as arrival (monotonic seconds) and bytes.

        The list grows during the call.
        """
        return self._media.received

    # --- the course of the call -------------------------------------------------------------

    async def _run(self) -> CallRecording:
        try:
            response = await self._placed()
            if response.status < 300:
                await self._talk(response)
        finally:
            self._media.close()
        ended, ended_by = self._ended or (self._final_at or time.monotonic(), "refused")
        return CallRecording(
            number=self.number,
            codec=self._codec,
            invited=self._invited,
            ringing=self.ringing_at,
            answered=self.answered_at,
            ended=ended,
            ended_by=ended_by,
            status=response.status,
            reason=response.reason,
            datagrams=self._media.received,
            sent=self._media.sent,
        )

    async def _placed(self) -> SipResponse:
        """Send the INVITE and return the server's final answer to it.

        If the server asks for the password, the INVITE is sent again with the digest of the
        password. After ``max_seconds`` or :meth:`hang_up` the INVITE is cancelled.
        """
        invite = self._dialog.request("INVITE", body=self._session.to_bytes())
        answer = await self._invite(invite)
        if answer.status in (401, 407) and not self._closing.is_set():
            try:
                answer = await self._invite(self._dialog.authorized(invite, answer))
            except SipError as error:
                return _local(answer.status, str(error))
        return answer

    async def _invite(self, request: SipRequest) -> SipResponse:
        transaction = self._begin(request, self._progress)
        placing = asyncio.create_task(transaction.final())
        closing = asyncio.create_task(self._closing.wait())
        try:
            left = self._invited + self._max_seconds - time.monotonic()
            await asyncio.wait(
                {placing, closing}, timeout=left, return_when=asyncio.FIRST_COMPLETED
            )
            if not placing.done():
                await self._cancel(transaction, placing)
            if not placing.done():
                return _local(487, "cancelled, and the server did not confirm it")
            answer, arrived = await placing
        except TimeoutError:
            return _local(408, "no answer to our INVITE")
        except OSError as error:
            return _local(503, error.strerror or "the network refused")
        finally:
            closing.cancel()
            placing.cancel()
        self._acknowledge(request, answer)
        self._final_at = arrived
        if answer.status < 300:
            self.answered_at = arrived
        return answer

    async def _cancel(
        self, invite: Transaction, placing: asyncio.Task[tuple[SipResponse, float]]
    ) -> None:
        """Send a CANCEL after the first response to the INVITE, or none if none comes within 4 s.

        ``placing`` waits for the final answer to ``invite`` (RFC 3261 section 9.1).
        """
        self._closing.set()
        self._ended = time.monotonic(), "caller"
        heard = asyncio.create_task(invite.heard_of.wait())
        await asyncio.wait({heard}, timeout=_PATIENCE)
        heard.cancel()
        if invite.heard_of.is_set() and not placing.done():
            await self._settled(self._dialog.cancel(invite.request))
            await asyncio.wait({placing}, timeout=_PATIENCE)

    async def _talk(self, answer: SipResponse) -> None:
        """Send the script until hang-up or ``max_seconds`` after dialling; ``answer`` is the
        200."""
        try:
            session = sdp.parse_sdp(answer.body) if answer.body else self._early
            if session is None or session.payload_type(self._codec.encoding) is None:
                raise SipError(f"the answer does not take {self._codec.encoding}")
        except SipError:
            self._closing.set()
        else:
            if not self._closing.is_set():
                event_type = session.payload_type("telephone-event/8000")
                self._media.start(self._script, (session.host, session.port), event_type)
                self._answer.set()
        try:
            left = self._invited + self._max_seconds - time.monotonic()
            await asyncio.wait_for(self._closing.wait(), max(left, 0.0))
        except TimeoutError:
            pass
        self._media.stop()
        if self._ended is None or self._ended[1] == "caller":
            self._ended = time.monotonic(), "caller"
            await self._settled(self._dialog.request("BYE"))

    # --- what we send -----------------------------------------------------------------------

    def _begin(
        self, request: SipRequest, provisional: Callable[[SipResponse, float], None] | None = None
    ) -> Transaction:
        transaction = Transaction(self._send, request, t1=self._account.t1, provisional=provisional)
        self._transactions[request.branch, request.method] = transaction
        return transaction

    async def _settled(self, request: SipRequest) -> None:
        """Send ``request``, a BYE or CANCEL, and wait at most 4 s for its answer; never raise."""
        try:
            answer, _ = await self._begin(request).final(_PATIENCE)
            if answer.status in (401, 407) and request.method == "BYE":
                await self._begin(self._dialog.authorized(request, answer)).final(_PATIENCE)
        except (TimeoutError, OSError, SipError):
            pass  # for us the call is over, with or without an answer

    def _acknowledge(self, invite: SipRequest, answer: SipResponse) -> None:
        if answer.status < 300:
            with contextlib.suppress(SipError):  # without a Contact the first target is kept
                self._dialog.established(answer)
        self._acks[invite.branch] = self._dialog.ack(invite, answer).to_bytes()
        self._send(self._acks[invite.branch])

    # --- what arrives -----------------------------------------------------------------------

    def _progress(self, response: SipResponse, arrived: float) -> None:
        if response.status in (180, 183) and self.ringing_at is None:
            self.ringing_at = arrived
        if response.body:
            with contextlib.suppress(SipError):  # the 200 OK may have a usable description
                self._early = sdp.parse_sdp(response.body)

    def receive_response(self, response: SipResponse, arrived: float) -> None:
        """Handle a response to one of our requests; ``arrived`` is in monotonic seconds."""
        _, method = response.cseq
        if method == "INVITE" and response.status >= 200 and response.branch in self._acks:
            self._send(self._acks[response.branch])  # repeated, so our ACK was lost
        elif transaction := self._transactions.get((response.branch, method)):
            transaction.receive(response, arrived)

    def fail(self, error: OSError) -> None:
        """Let all SIP requests that still wait for an answer fail with ``error``."""
        for transaction in self._transactions.values():
            transaction.fail(error)

    def receive_request(self, request: SipRequest, arrived: float) -> None:
        """Answer a SIP request of the other side; it arrived at ``arrived`` (monotonic seconds)."""
        tag = self._dialog.tag
        match request.method:
            case "ACK":
                return
            case "BYE":
                if self._ended is None:
                    self._ended = arrived, "callee"
                    self._closing.set()
                response = sip.reply(request, 200, "OK", tag=tag)
            case "INVITE" | "UPDATE":
                response = self._reoffered(request, tag)
            case "OPTIONS" | "INFO" | "NOTIFY" | "CANCEL":
                response = sip.reply(request, 200, "OK", ("Allow", sip.ALLOW), tag=tag)
            case _:
                allow = ("Allow", sip.ALLOW)
                response = sip.reply(request, 405, "Method Not Allowed", allow, tag=tag)
        self._send(response.to_bytes())

    def _reoffered(self, request: SipRequest, tag: str) -> SipResponse:
        """Return our answer to ``request``, a re-INVITE or UPDATE; ``tag`` is our side's tag.

        If its session description is usable, audio is sent to the address named there from now on.
        """
        try:
            if request.body:
                offered = sdp.parse_sdp(request.body)
                body = sdp.answer_offer(offered, self._session).to_bytes(version=2)
                self._media.remote = offered.host, offered.port
            else:
                body = self._session.to_bytes() if request.method == "INVITE" else b""
        except SipError:
            return sip.reply(request, 488, "Not Acceptable Here", tag=tag)
        contact = self._account.contact
        extra = [contact, ("Content-Type", "application/sdp")] if body else [contact]
        return sip.reply(request, 200, "OK", *extra, tag=tag, body=body)


def _local(status: int, reason: str) -> SipResponse:
    """Return a SIP response of our own after a timeout or network error (RFC 3261, 8.1.3.1)."""
    return SipResponse(headers=(), status=status, reason=reason)
