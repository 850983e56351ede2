"""The caller's side of a SIP dialog (RFC 3261 section 12): it builds the requests of one call.

The module uses no socket and no clock. :mod:`ivr.softphone.call` decides when each is sent.
"""

import secrets
from dataclasses import dataclass, replace

from ivr.softphone import sip
from ivr.softphone.sip import SipRequest, SipResponse


@dataclass(frozen=True, slots=True)
class Account:
    """The caller's account on a SIP server, and the addresses of caller and server."""

    user: str
    password: str
    server: tuple[str, int]
    local: tuple[str, int]
    """Our host and SIP port, as they stand in the Via and Contact headers."""
    t1: float
    """Seconds from sending a SIP request to its first retransmission."""

    @property
    def contact(self) -> tuple[str, str]:
        """Name and value of the Contact header that we send."""
        return "Contact", f"<{sip.uri(self.user, *self.local)}>"


class Dialog:
    """The state of the SIP dialog of one call: tags, target, route set and sequence number."""

    def __init__(self, account: Account, number: str) -> None:
        self.call_id = secrets.token_hex(12)
        self.tag = secrets.token_hex(4)
        """The tag of our side of the dialog, as it stands in the From header."""
        self._account = account
        self._target = sip.uri(number, *account.server)
        self._from = f"<{sip.uri(account.user, *account.local)}>;tag={self.tag}"
        self._to = f"<{self._target}>"
        self._routes: tuple[str, ...] = ()
        self._cseq = 0

    def request(self, method: str, *, cseq: int | None = None, body: bytes = b"") -> SipRequest:
        """Return a new request of this dialog with the given ``method``, such as ``BYE``.

        Its CSeq number is ``cseq``; None means the next number. ``body`` is its session
        description.
        """
        if cseq is None:
            self._cseq = cseq = self._cseq + 1
        host, port = self._account.local
        headers = [
            ("Via", f"SIP/2.0/UDP {host}:{port};rport;branch=z9hG4bK{secrets.token_hex(8)}"),
            *(("Route", route) for route in self._routes),
            ("Max-Forwards", "70"),
            ("From", self._from),
            ("To", self._to),
            ("Call-ID", self.call_id),
            ("CSeq", f"{cseq} {method}"),
            self._account.contact,
            ("Allow", sip.ALLOW),
        ]
        if body:
            headers.append(("Content-Type", "application/sdp"))
        return SipRequest(method=method, uri=self._target, headers=tuple(headers), body=body)

    def authorized(self, request: SipRequest, refusal: SipResponse) -> SipRequest:
        """Return ``request`` once more, with the digest of the password and the next CSeq number.

        ``refusal`` is the 401 or 407 response to it, with the server's question for the password
        (challenge). Raise SipError if it has no challenge that we can answer.
        """
        account = self._account
        header = sip.authorization(
            sip.challenge(refusal),
            account.user,
            account.password,
            request.method,
            request.uri,
            cnonce=secrets.token_hex(8),
        )
        again = self.request(request.method, body=request.body)
        return replace(again, headers=(*again.headers, header))

    def established(self, answer: SipResponse) -> None:
        """Store the other side's tag, target and route set from ``answer``, a 2xx to the INVITE.

        Raise SipError if the Contact header of ``answer`` has no URI.
        """
        self._to = answer.get("To")
        self._routes = sip.routes(answer)
        if contact := answer.get("Contact"):
            self._target = sip.address_uri(contact)

    def ack(self, invite: SipRequest, answer: SipResponse) -> SipRequest:
        """Return the ACK that confirms ``answer``, a final answer to ``invite``.

        After a 2xx the ACK is a new request of the dialog. After a refusal it belongs to the
        transaction of the INVITE (RFC 3261 section 17.1.1.3).
        """
        number, _ = invite.cseq
        ack = self.request("ACK", cseq=number)
        if answer.status < 300:
            return ack
        own = {"Via": invite.get("Via"), "To": answer.get("To")}
        headers = tuple((name, own.get(name, value)) for name, value in ack.headers)
        return replace(ack, uri=invite.uri, headers=headers)

    def cancel(self, invite: SipRequest) -> SipRequest:
        """Return the CANCEL for ``invite``, which has no final answer yet (RFC 3261, 9.1)."""
        number, _ = invite.cseq
        cancel = self.request("CANCEL", cseq=number)
        own = {"Via": invite.get("Via")}
        headers = tuple((name, own.get(name, value)) for name, value in cancel.headers)
        return replace(cancel, uri=invite.uri, headers=headers)
