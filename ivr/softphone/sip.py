"""SIP messages as values: built, parsed and authenticated (RFC 3261, RFC 2617).

The module uses no socket and no clock; :mod:`ivr.softphone.call` decides what to send.
"""

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import quote

_VERSION = "SIP/2.0"
ALLOW = "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO, NOTIFY"
"""Value of our Allow header: the SIP methods that we answer."""

_COMPACT = {
    "v": "Via",
    "f": "From",
    "t": "To",
    "i": "Call-ID",
    "m": "Contact",
    "c": "Content-Type",
    "l": "Content-Length",
    "k": "Supported",
}
_TOKEN = re.compile(r"[A-Za-z0-9.!%*_+`'~-]+")
_STATUS_LINE = re.compile(r"SIP/2\.0 ([1-6][0-9]{2})(?: (.*))?")
_CSEQ = re.compile(r"([0-9]{1,10})\s+([A-Za-z0-9.!%*_+`'~-]+)")
_PARAMETER = re.compile(r'(?<![\w-])([\w-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,"]+)')
"""Pattern of one ``name=value`` in a digest challenge. A match begins only at the start of a word.
Otherwise each letter of a long word would be tried, in quadratic time."""


class SipError(ValueError):
    """A SIP message, session description or challenge cannot be understood or built."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The common part of a SIP request and a SIP response."""

    headers: tuple[tuple[str, str], ...]
    """Name and value of each header, in the order of the message; Content-Length is left out."""
    body: bytes = b""

    @property
    def start_line(self) -> str:
        """The first line of the SIP message."""
        raise NotImplementedError

    def all(self, name: str) -> list[str]:
        """Return the values of all headers with this name; upper and lower case are the same."""
        wanted = name.lower()
        return [value for header, value in self.headers if header.lower() == wanted]

    def get(self, name: str, default: str = "") -> str:
        """Return the value of the first header with this name, or ``default`` if there is none."""
        return next(iter(self.all(name)), default)

    @property
    def cseq(self) -> tuple[int, str]:
        """Number and method of the CSeq header; SipError if it is missing or malformed."""
        match = _CSEQ.fullmatch(self.get("CSeq"))
        if match is None or int(match[1]) >= 1 << 32:
            raise SipError(f"CSeq {self.get('CSeq')!r} is not a number and a method")
        return int(match[1]), match[2]

    @property
    def branch(self) -> str:
        """The branch parameter of the topmost Via, the id of the transaction; "" if missing."""
        match = re.search(r";\s*branch\s*=\s*([^;,\s]+)", self.get("Via"), re.IGNORECASE)
        return match[1] if match else ""

    def to_bytes(self) -> bytes:
        """Return the message as it is sent; raise SipError if a header contains a line break."""
        lines = [self.start_line, *(f"{name}: {value}" for name, value in self.headers)]
        for line in lines:
            if re.search(r"[\r\n\0]", line):
                raise SipError(f"there is a line break inside {line[:40]!r}")
        head = "\r\n".join([*lines, f"Content-Length: {len(self.body)}"])
        return head.encode() + b"\r\n\r\n" + self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class SipRequest(Message):
    """A SIP request: INVITE, ACK, BYE, …"""

    method: str
    uri: str

    @property
    def start_line(self) -> str:
        """The first line of the request: method, request-URI and version."""
        return f"{self.method} {self.uri} {_VERSION}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SipResponse(Message):
    """A SIP response: 100 Trying, 200 OK, 486 Busy Here, …"""

    status: int
    reason: str

    @property
    def start_line(self) -> str:
        """The first line of the response: version, status code and reason phrase."""
        return f"{_VERSION} {self.status} {self.reason}"


def parse_message(datagram: bytes) -> SipRequest | SipResponse:
    """Return the SIP message in a UDP datagram; raise SipError if it is not a complete message."""
    head, separator, body = datagram.lstrip(b"\r\n").partition(b"\r\n\r\n")
    if not separator:
        raise SipError("no empty line after the headers")
    # Folded header lines are one header (RFC 3261 section 7.3.1).
    first, *lines = re.sub(r"\r\n[ \t]+", " ", head.decode("utf-8", "replace")).split("\r\n")
    headers = tuple(_header(line) for line in lines)
    body = _sized(body, [value for name, value in headers if name.lower() == "content-length"])
    headers = tuple(header for header in headers if header[0].lower() != "content-length")

    message: SipRequest | SipResponse
    if match := _STATUS_LINE.fullmatch(first):
        message = SipResponse(
            headers=headers, body=body, status=int(match[1]), reason=(match[2] or "").strip()
        )
    else:
        words = first.split(" ")
        if len(words) != 3 or words[2] != _VERSION or not _TOKEN.fullmatch(words[0]):
            raise SipError(f"{first[:60]!r} is neither a request nor a status line")
        message = SipRequest(headers=headers, body=body, method=words[0], uri=words[1])
    for name in ("Via", "From", "To", "Call-ID"):
        if not message.get(name):
            raise SipError(f"{name} is missing")
    _, method = message.cseq
    if isinstance(message, SipRequest) and method != message.method:
        raise SipError(f"the CSeq of a {message.method} is {message.get('CSeq')!r}")
    return message


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    name = name.rstrip()
    if not colon or not _TOKEN.fullmatch(name):
        raise SipError(f"{line[:60]!r} is not a header")
    return _COMPACT.get(name.lower(), name), value.strip()


def _sized(body: bytes, lengths: list[str]) -> bytes:
    if not lengths:
        return body  # over UDP the datagram's end is the body's end
    if not re.fullmatch(r"[0-9]{1,6}", lengths[0]):
        raise SipError(f"Content-Length is {lengths[0][:20]!r}")
    if len(body) < int(lengths[0]):
        raise SipError(f"the body has {len(body)} of {lengths[0]} bytes")
    return body[: int(lengths[0])]


def uri(user: str, host: str, port: int) -> str:
    """Return ``sip:user@host:port``; characters that are not allowed in ``user`` are escaped."""
    return f"sip:{quote(user, safe='*+-_.!~')}@{host}:{port}"


def address_uri(value: str) -> str:
    """Return the URI in the value of a From, To, Contact or Record-Route header.

    Raise SipError if there is none.
    """
    match = re.search(r"<([^<>\s]+)>", value) or re.match(r"\s*([^\s;<>]+)", value)
    if match is None:
        raise SipError(f"there is no URI in {value[:60]!r}")
    return match[1]


def tag(value: str) -> str:
    """Return the tag in the value of a From or To header; "" if it has none."""
    match = re.search(r";\s*tag\s*=\s*([^;,\s]+)", value.rpartition(">")[2], re.IGNORECASE)
    return match[1] if match else ""


def routes(message: Message) -> tuple[str, ...]:
    """Return the route set of a dialog, from ``message``, the answer to the caller's INVITE.

    It is the URIs of the Record-Route headers, last first (RFC 3261 section 12.1.2).
    """
    joined = ",".join(message.all("Record-Route"))
    return tuple(f"<{route}>" for route in reversed(re.findall(r"<([^<>]+)>", joined)))


def reply(
    request: SipRequest,
    status: int,
    reason: str,
    *extra: tuple[str, str],
    tag: str,
    body: bytes = b"",
) -> SipResponse:
    """Return our response to ``request``, with the headers that RFC 3261 demands, then ``extra``.

    ``status`` and ``reason`` are those of the status line: 200 and "OK". If the To header of the
    request has no tag, ``tag`` is added to it. ``body`` is a session description.
    """
    copied = [
        (name, value)
        for name, value in request.headers
        if name.lower() in ("via", "from", "to", "call-id", "cseq", "record-route")
    ]
    headers = tuple(
        (name, f"{value};tag={tag}" if name.lower() == "to" and ";tag=" not in value else value)
        for name, value in copied
    )
    return SipResponse(headers=(*headers, *extra), body=body, status=status, reason=reason)


@dataclass(frozen=True, slots=True)
class Challenge:
    """A server's question for the password (digest challenge), sent in a 401 or 407 response."""

    realm: str
    nonce: str
    opaque: str | None
    qop: bool
    """True if the server offers ``qop=auth``; if False, the older form of RFC 2069 is used."""
    proxy: bool
    """True if the challenge came in a 407; the answer is then a Proxy-Authorization header. If
    False, it came in a 401."""


def challenge(response: SipResponse) -> Challenge:
    """Return the MD5 digest challenge of a 401 or 407 response.

    Raise SipError if the response has no challenge that we can answer.
    """
    proxy = response.status == 407
    offered = response.all("Proxy-Authenticate" if proxy else "WWW-Authenticate")
    for value in offered:
        scheme, _, rest = value.strip().partition(" ")
        parameters = {name.lower(): _unquoted(text) for name, text in _PARAMETER.findall(rest)}
        md5 = parameters.get("algorithm", "MD5").upper() == "MD5"
        if scheme.lower() != "digest" or not md5 or not {"realm", "nonce"} <= parameters.keys():
            continue
        qop = [word.strip().lower() for word in parameters.get("qop", "").split(",")]
        if qop == [""] or "auth" in qop:
            return Challenge(
                parameters["realm"],
                parameters["nonce"],
                parameters.get("opaque"),
                "auth" in qop,
                proxy,
            )
    raise SipError(f"the {response.status} offers no MD5 digest that we can answer: {offered}")


def authorization(
    asked: Challenge, user: str, password: str, method: str, uri: str, cnonce: str, count: int = 1
) -> tuple[str, str]:
    """Return the header (name, value) that answers the challenge ``asked`` for one request.

    ``user`` and ``password`` are those of the account, ``method`` and ``uri`` those of the request.
    ``cnonce`` is a random text of ours. ``count`` is the number of our answers to this challenge,
    including this one.
    """
    secret = _md5(f"{user}:{asked.realm}:{password}")
    action = _md5(f"{method}:{uri}")
    parts = {"username": user, "realm": asked.realm, "nonce": asked.nonce, "uri": uri}
    value = "Digest " + ", ".join(f"{name}={_quoted(text)}" for name, text in parts.items())
    if asked.qop:
        answer = _md5(f"{secret}:{asked.nonce}:{count:08x}:{cnonce}:auth:{action}")
        value += f', qop=auth, nc={count:08x}, cnonce="{cnonce}"'
    else:
        answer = _md5(f"{secret}:{asked.nonce}:{action}")
    value += f', response="{answer}", algorithm=MD5'
    if asked.opaque is not None:
        value += f", opaque={_quoted(asked.opaque)}"
    return ("Proxy-Authorization" if asked.proxy else "Authorization"), value


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text
