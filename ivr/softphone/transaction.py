"""One SIP request and its answers over UDP (RFC 3261 section 17.1, the client's side)."""

import asyncio
import contextlib
from collections.abc import Callable

from ivr.softphone.sip import SipRequest, SipResponse

T1 = 0.5
"""Seconds to the first retransmission; RFC 3261 calls it the round-trip estimate."""
_T2 = 4.0


class Transaction:
    """Sends a request, again and again until something comes back."""

    def __init__(
        self,
        send: Callable[[bytes], None],
        request: SipRequest,
        *,
        t1: float = T1,
        provisional: Callable[[SipResponse, float], None] | None = None,
    ) -> None:
        """``provisional`` is told of each 1xx and its arrival. SipError when it cannot be built."""
        self.request = request
        self.heard_of = asyncio.Event()
        """Set by the first answer of any kind; before it a request must not be cancelled."""
        self._send = send
        self._datagram = request.to_bytes()
        self._t1 = t1
        self._provisional = provisional
        self._final: asyncio.Future[tuple[SipResponse, float]] = (
            asyncio.get_running_loop().create_future()
        )

    def receive(self, response: SipResponse, time: float) -> None:
        """Take an answer that arrived at ``time``."""
        self.heard_of.set()
        if response.status < 200:
            if self._provisional is not None:
                self._provisional(response, time)
        elif not self._final.done():
            self._final.set_result((response, time))

    def fail(self, error: OSError) -> None:
        """End :meth:`final` with ``error``: nothing listens where we send."""
        if not self._final.done():
            self._final.set_exception(error)
            self.heard_of.set()

    async def final(self, patience: float | None = None) -> tuple[SipResponse, float]:
        """The final answer and its arrival.

        TimeoutError when nothing at all comes back for 64 times T1, or no final answer within
        ``patience`` seconds; OSError when the network refuses.
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
