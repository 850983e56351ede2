"""One SIP request and its responses over UDP: a client transaction (RFC 3261 section 17.1)."""

import asyncio
import contextlib
from collections.abc import Callable

from ivr.softphone.sip import SipRequest, SipResponse

T1 = 0.5
"""Time, in seconds, from sending a request to its first retransmission. RFC 3261 sets it as the
estimate of the round trip."""
_T2 = 4.0
"""Upper limit, in seconds, for the time between two retransmissions of a request (RFC 3261). It
does not hold for an INVITE."""


class Transaction:
    """A SIP request and its responses; the request is sent repeatedly until the first response."""

    def __init__(
        self,
        send: Callable[[bytes], None],
        request: SipRequest,
        *,
        t1: float = T1,
        provisional: Callable[[SipResponse, float], None] | None = None,
    ) -> None:
        """Prepare to send ``request``; raise SipError if it cannot be built.

        ``send`` sends a datagram to the server. ``t1`` is the time, in seconds, to the first
        retransmission. ``provisional`` is called with each 1xx response and its arrival (monotonic
        seconds).
        """
        self.request = request
        self.heard_of = asyncio.Event()
        """Set when the first response, or an error, arrives. Before a response, no CANCEL may be
        sent."""
        self._send = send
        self._datagram = request.to_bytes()
        self._t1 = t1
        self._provisional = provisional
        self._final: asyncio.Future[tuple[SipResponse, float]] = (
            asyncio.get_running_loop().create_future()
        )

    def receive(self, response: SipResponse, time: float) -> None:
        """Handle a response to the request, which arrived at ``time`` (monotonic seconds)."""
        self.heard_of.set()
        if response.status < 200:
            if self._provisional is not None:
                self._provisional(response, time)
        elif not self._final.done():
            self._final.set_result((response, time))

    def fail(self, error: OSError) -> None:
        """Let :meth:`final` raise ``error``, such as when nothing listens at the server."""
        if not self._final.done():
            self._final.set_exception(error)
            self.heard_of.set()

    async def final(self, patience: float | None = None) -> tuple[SipResponse, float]:
        """Send the request; return its final response and its arrival (monotonic seconds).

        Raise TimeoutError if there is no response at all within 64 times ``t1``, or no final
        response within ``patience`` seconds (None: no limit). Raise the error that :meth:`fail` was
        given.
        """
        try:
            async with asyncio.timeout(patience):
                async with asyncio.timeout(64 * self._t1):
                    await self._repeat()
                return await self._final
        finally:
            self._final.cancel()

    async def _repeat(self) -> None:
        interval = self._t1
        while not self.heard_of.is_set():
            self._send(self._datagram)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.heard_of.wait(), interval)
            interval *= 2
            if self.request.method != "INVITE":
                interval = min(interval, _T2)
