"""Session descriptions are offered and answered, and refused when they cannot be used."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.softphone import sdp
from ivr.softphone.sip import SipError

OFFER = sdp.offer("192.0.2.1", 4000, sdp.PCMA)


def test_an_offer_is_parsed_as_it_was_built() -> None:
    assert sdp.parse_sdp(OFFER.to_bytes()) == OFFER
    assert OFFER.formats == {8: "PCMA/8000", 101: "telephone-event/8000", 13: "CN/8000"}
    assert OFFER.payload_type("pcma/8000") == 8
    assert OFFER.payload_type("PCMU/8000") is None


def test_an_answer_of_asterisk_is_parsed() -> None:
    body = (
        b"v=0\r\no=- 1 3 IN IP4 192.0.2.9\r\ns=Asterisk\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"
        b"m=video 0 RTP/AVP 99\r\nm=audio 20022 RTP/AVP 8 97\r\nc=IN IP4 192.0.2.7\r\n"
        b"a=rtpmap:8 PCMA/8000\r\na=rtpmap:97 telephone-event/8000\r\na=maxptime:150\r\na=sendonly"
    )
    session = sdp.parse_sdp(body)
    assert (session.host, session.port, session.direction) == ("192.0.2.7", 20022, "sendonly")
    assert session.payload_type("telephone-event/8000") == 97


def test_a_re_invite_is_answered_under_its_own_numbers() -> None:
    offered = sdp.Session(
        "192.0.2.9", 5000, {0: "PCMU/8000", 8: "PCMA/8000", 97: "telephone-event/8000"}, "sendonly"
    )
    ours = sdp.answer_offer(offered, OFFER)
    assert ours.formats == {8: "PCMA/8000", 97: "telephone-event/8000"}
    assert (ours.host, ours.port, ours.direction) == ("192.0.2.1", 4000, "recvonly")
    with pytest.raises(SipError, match="no common codec: G722/8000"):
        sdp.answer_offer(sdp.Session("192.0.2.9", 5000, {9: "G722/8000"}), OFFER)


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"v=0\r\nm=video 1 RTP/AVP 8\r\n",
        b"v=0\r\nm=audio 1 RTP/AVP 8\r\n",
        b"v=0\r\nc=IN IP4 pbx.example\r\nm=audio 1 RTP/AVP 8\r\n",
        b"v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 99999 RTP/AVP 8\r\n",
        b"v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 1 RTP/AVP eight\r\n",
    ],
)
def test_a_description_without_usable_audio_is_refused(wrong: bytes) -> None:
    with pytest.raises(SipError):
        sdp.parse_sdp(wrong)


@given(st.integers(0, 250), st.integers(0, 250), st.binary(max_size=20))
def test_a_damaged_description_raises_no_other_error(start: int, end: int, junk: bytes) -> None:
    wire = OFFER.to_bytes()
    with contextlib.suppress(SipError):
        sdp.parse_sdp(wire[:start] + junk + wire[end:])
