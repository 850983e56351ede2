"""SIP messages are built, parsed and authenticated, and refused when they are malformed."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.softphone import sip
from ivr.softphone.sip import SipError, SipRequest, SipResponse

INVITE = SipRequest(
    method="INVITE",
    uri="sip:700@127.0.0.1:5060",
    headers=(
        ("Via", "SIP/2.0/UDP 127.0.0.1:9;rport;branch=z9hG4bKabc"),
        ("Record-Route", "<sip:a;lr>, <sip:b;lr>"),
        ("From", '"x" <sip:6001@127.0.0.1>;tag=us'),
        ("To", "<sip:700@127.0.0.1>"),
        ("Call-ID", "1@2"),
        ("CSeq", "3 INVITE"),
    ),
    body=b"v=0\r\n",
)
WIRE = INVITE.to_bytes()


def test_a_message_is_parsed_as_it_was_built() -> None:
    assert sip.parse_message(WIRE) == INVITE
    assert sip.parse_message(b"\r\n\r\n" + WIRE + b"trailing") == INVITE


def test_a_reply_belongs_to_its_request() -> None:
    reply = sip.parse_message(sip.reply(INVITE, 200, "OK", tag="them").to_bytes())
    assert isinstance(reply, SipResponse)
    assert (reply.status, reply.reason, reply.cseq) == (200, "OK", (3, "INVITE"))
    assert (reply.branch, sip.tag(reply.get("to"))) == ("z9hG4bKabc", "them")
    assert sip.routes(reply) == ("<sip:b;lr>", "<sip:a;lr>")


def test_compact_and_folded_headers() -> None:
    wire = (
        b"BYE sip:a SIP/2.0\r\nv: SIP/2.0/UDP h;\r\n branch=b\r\nf: <sip:a>;tag=1\r\nt: sip:b\r\n"
        b"i: 7\r\nCSeq:  9\tBYE\r\nl: 0\r\n\r\n"
    )
    message = sip.parse_message(wire)
    assert (message.branch, message.get("Call-ID"), message.cseq) == ("b", "7", (9, "BYE"))
    assert sip.address_uri(message.get("To")) == "sip:b"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (WIRE[:-1], "the body has 4 of 5 bytes"),
        (WIRE.replace(b"\r\n\r\n", b"\r\n"), "no empty line"),
        (WIRE.replace(b"3 INVITE", b"x INVITE"), "CSeq"),
        (WIRE.replace(b"3 INVITE", b"99999999999 INVITE"), "CSeq"),
        (WIRE.replace(b"3 INVITE", b"3 BYE"), "the CSeq of a INVITE is .3 BYE"),
        (WIRE.replace(b"Call-ID", b"Call-IX"), "Call-ID is missing"),
        (WIRE.replace(b"SIP/2.0\r\n", b"HTTP/1.1\r\n", 1), "neither a request nor"),
        (WIRE.replace(b"Content-Length: 5", b"Content-Length: -5"), "Content-Length"),
        (WIRE.replace(b"To: ", b"To "), "not a header"),
    ],
)
def test_a_broken_message_is_refused_with_its_reason(wrong: bytes, says: str) -> None:
    with pytest.raises(SipError, match=says):
        sip.parse_message(wrong)


def test_a_line_break_in_a_value_is_refused_or_escaped() -> None:
    with pytest.raises(SipError, match="line break"):
        SipRequest(method="BYE", uri="sip:a\r\nX: y", headers=()).to_bytes()
    assert sip.uri("7#\r\n@x", "h", 1) == "sip:7%23%0D%0A%40x@h:1"


def _never_another_exception(datagram: bytes) -> None:
    try:
        message = sip.parse_message(datagram)
        message.to_bytes()
        sip.routes(message), sip.tag(message.get("To"))
        sip.address_uri(message.get("Contact"))
    except SipError:
        pass


@given(st.binary(max_size=300))
def test_junk_raises_no_other_error(datagram: bytes) -> None:
    _never_another_exception(datagram)


@given(st.integers(0, len(WIRE)), st.integers(0, len(WIRE)), st.binary(max_size=20))
def test_a_damaged_message_raises_no_other_error(start: int, end: int, junk: bytes) -> None:
    _never_another_exception(WIRE[:start] + junk + WIRE[end:])


def _challenged(status: int, header: str, value: str) -> SipResponse:
    return SipResponse(headers=((header, value),), status=status, reason="")


def test_a_challenge_is_answered_as_in_rfc_2617() -> None:
    asked = sip.challenge(
        _challenged(
            401,
            "WWW-Authenticate",
            'Digest realm="testrealm@host.com", qop="auth,auth-int", '
            'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
            'opaque="5ccc069c403ebaf9f0171e9517f40e41"',
        )
    )
    name, value = sip.authorization(
        asked, "Mufasa", "Circle Of Life", "GET", "/dir/index.html", cnonce="0a4f113b"
    )
    assert name == "Authorization"
    assert 'response="6629fae49393a05397450978507c4ef1"' in value
    assert 'opaque="5ccc069c403ebaf9f0171e9517f40e41"' in value
    assert "qop=auth, nc=00000001" in value


def test_a_proxy_without_qop_and_with_quotes_in_the_realm() -> None:
    offered = 'Digest realm="a \\"b\\"", nonce=n1, algorithm=md5'
    asked = sip.challenge(_challenged(407, "Proxy-Authenticate", offered))
    assert (asked.realm, asked.qop, asked.proxy) == ('a "b"', False, True)
    name, value = sip.authorization(asked, "u", "p", "INVITE", "sip:x", cnonce="c")
    assert name == "Proxy-Authorization"
    assert 'realm="a \\"b\\""' in value
    assert "qop" not in value


def _read_with(header: str, value: bytes) -> None:
    """Read a request that has this header first, or a challenge with this value."""
    with contextlib.suppress(SipError):
        if header == "WWW-Authenticate":
            sip.challenge(_challenged(401, header, "Digest " + value.decode()))
        else:
            _never_another_exception(
                WIRE.replace(b"Via", b"%b: %b\r\nVia" % (header.encode(), value))
            )


@pytest.mark.parametrize("filling", [b"a", b'"', b"<", b";tag", b" ,", b"; ", b'a=\\"'])
@pytest.mark.parametrize("header", ["Via", "To", "Contact", "Record-Route", "WWW-Authenticate"])
def test_time_grows_with_the_length_of_a_header_and_not_with_its_square(
    header: str, filling: bytes
) -> None:
    """Eight times the length may take 32 times the time; a quadratic search takes 64 times."""

    def seconds(count: int) -> float:
        before = time.process_time()
        _read_with(header, filling * count)
        return time.process_time() - before

    count = 8000 // len(filling)
    short = min(seconds(count) for _ in range(5))
    assert min(seconds(8 * count) for _ in range(3)) < 32 * short


@given(st.text(max_size=80))
def test_a_challenge_that_cannot_be_answered_is_refused(value: str) -> None:
    with pytest.raises(SipError):
        sip.challenge(_challenged(401, "WWW-Authenticate", value))
    with pytest.raises(SipError):
        sip.challenge(
            _challenged(401, "WWW-Authenticate", 'Digest realm="a",nonce="b",algorithm=SHA-256')
        )
