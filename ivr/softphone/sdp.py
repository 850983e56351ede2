"""Session descriptions for one audio stream (RFC 4566, offer and answer of RFC 3264)."""

import re
from dataclasses import dataclass

from ivr.softphone.rtp import COMFORT_NOISE, TELEPHONE_EVENT
from ivr.softphone.sip import SipError

PCMU, PCMA = 0, 8
_STATIC = {PCMU: "PCMU/8000", PCMA: "PCMA/8000", COMFORT_NOISE: "CN/8000"}
_MIRRORED = {"sendonly": "recvonly", "recvonly": "sendonly"}


@dataclass(frozen=True, slots=True)
class Session:
    """One side's part of a session description: where it receives audio, and in which formats."""

    host: str
    port: int
    """UDP port on which this side receives RTP; 0 means that it refuses the audio stream."""
    formats: dict[int, str]
    """Encoding name and clock rate (``PCMA/8000``) of each format, by RTP payload type. The
    preferred format comes first."""
    direction: str = "sendrecv"

    def payload_type(self, encoding: str) -> int | None:
        """Return the RTP payload type of ``encoding`` (``PCMA/8000``); None if it is missing."""
        wanted = encoding.lower()
        return next((pt for pt, name in self.formats.items() if name.lower() == wanted), None)

    def to_bytes(self, version: int = 1) -> bytes:
        """Return the session description as the body of a SIP message.

        ``version`` must rise with each change of the description during a call.
        """
        types = " ".join(str(pt) for pt in self.formats)
        lines = [
            "v=0",
            f"o=- {self.port} {version} IN IP4 {self.host}",
            "s=ivr softphone",
            f"c=IN IP4 {self.host}",
            "t=0 0",
            f"m=audio {self.port} RTP/AVP {types}",
            *(f"a=rtpmap:{pt} {name}" for pt, name in self.formats.items()),
            *(f"a=fmtp:{pt} 0-15" for pt, name in self.formats.items() if _is_event(name)),
            "a=ptime:20",
            f"a={self.direction}",
        ]
        return ("\r\n".join(lines) + "\r\n").encode()


def offer(host: str, port: int, codec: int) -> Session:
    """Return our offer of a session: one audio codec, pressed keys and comfort noise.

    ``host`` and ``port`` are where we receive audio. ``codec`` is the payload type of PCMA or PCMU.
    """
    formats = {codec: _STATIC[codec], TELEPHONE_EVENT: "telephone-event/8000"}
    return Session(host, port, formats | {COMFORT_NOISE: _STATIC[COMFORT_NOISE]})


def answer_offer(offered: Session, ours: Session) -> Session:
    """Return our answer to ``offered``, the other side's offer in a re-INVITE or UPDATE.

    ``ours`` is our own description. The answer has the formats that both sides know, with the
    payload types of the offer. Raise SipError if both sides have no codec in common.
    """
    known = {name.lower() for name in ours.formats.values()}
    common = {pt: name for pt, name in offered.formats.items() if name.lower() in known}
    if all(_is_event(name) or pt == COMFORT_NOISE for pt, name in common.items()):
        raise SipError(f"no common codec: {', '.join(offered.formats.values()) or 'none'} offered")
    direction = _MIRRORED.get(offered.direction, offered.direction)
    return Session(ours.host, ours.port, common, direction)


def parse_sdp(body: bytes) -> Session:
    """Return the first audio stream of the session description ``body``, a SIP message's body.

    Raise SipError if it is no session description, or has no audio stream or no IPv4 address.
    """
    lines = [line.rstrip("\r") for line in body.decode("utf-8", "replace").split("\n")]
    if lines[0] != "v=0":
        raise SipError("not a session description: it does not begin with v=0")
    sections: list[list[str]] = [[]]
    for line in lines:
        if line.startswith("m="):
            sections.append([])
        sections[-1].append(line)
    for section in sections[1:]:
        if match := re.match(r"m=audio ([0-9]{1,5})(?:/[0-9]+)? RTP/S?AVPF? (.*)", section[0]):
            return _audio(sections[0], section, int(match[1]), match[2].split())
    raise SipError("the session description has no audio stream")


def _audio(common: list[str], section: list[str], port: int, types: list[str]) -> Session:
    hosts = [line.split()[-1] for line in section + common if line.startswith("c=IN IP4 ")]
    if not hosts or not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3}){3}(/[0-9/]*)?", hosts[0]):
        raise SipError("the session description has no IPv4 address")
    if port > 65535 or not all(re.fullmatch(r"[0-9]{1,3}", pt) for pt in types):
        raise SipError(f"not an audio stream: {section[0][:60]!r}")
    names = dict(_STATIC)
    direction = "sendrecv"
    for line in common + section:
        if match := re.match(r"a=rtpmap:([0-9]{1,3})\s+([\w.-]+/[0-9]+)", line):
            names[int(match[1])] = match[2]
        elif match := re.fullmatch(r"a=(sendrecv|sendonly|recvonly|inactive)\s*", line):
            direction = match[1]
    formats = {int(pt): names.get(int(pt), f"unknown-{pt}/8000") for pt in types}
    return Session(hosts[0].partition("/")[0], port, formats, direction)


def _is_event(name: str) -> bool:
    return name.lower().startswith("telephone-event/")
