"""The AGI protocol without a socket: reads the lines that Asterisk sends, writes commands.

Asterisk sends ``key: value`` lines and an empty line, then one reply to each command. A program
that speaks on this port, or a line break in a command, could control the PBX. Both directions
therefore refuse anything that they do not know exactly. The forms of the lines were measured on
Asterisk 22.10.1.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

MAX_LINE = 1024
"""Maximum number of octets in a line from Asterisk; a longer line is refused."""
MAX_HEADER_LINES = 64
"""Maximum number of lines in a session's environment (the lines about the call that Asterisk sends
first), and in the usage text of a reply."""
MAX_HEADER = 16 * 1024
"""Maximum number of characters in a session's environment (the lines about the call that come
first)."""
LONGEST_NUMBER = 32
"""Maximum number of characters in a telephone number: E.164 has 15, and some trunks prefix routing
digits. Any further characters are left out."""

_KEY = re.compile(r"agi_[a-z0-9_]{1,40}")
_REPLY = re.compile(r"([0-9]{3})(?:-| )(.*)")
_RESULT = re.compile(r"result=(-?[0-9]+|)(.*)")
_ENDPOS = re.compile(r"endpos=([0-9]+)")
_KEYS = {str(ord(key)): key for key in "0123456789*#ABCD"}
_NAME = re.compile(r"[A-Z_]{1,40}|TIMEOUT\(absolute\)")
_VALUE = re.compile(r"[A-Za-z0-9_+.-]{0,200}")
_SOUND = re.compile(r"[a-z0-9_/-]{1,64}")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
"""Matches characters that are refused in both directions: control characters, and surrogates, which
UTF-8 cannot encode."""


class AgiError(Exception):
    """The peer does not speak AGI as Asterisk does, or a command is unsafe to send."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Asterisk's reply to one command."""

    code: int
    """200 (done), 510 (unknown command), 511 (dead channel) or 520 (wrong usage)."""
    result: str
    """The number after ``result=`` as text, or empty."""
    rest: str = ""
    """The text after the result, such as ``(timeout)`` or ``endpos=8000``."""

    @property
    def ends_stream(self) -> bool:
        """True if this is the reply to a STREAM FILE (only these have ``endpos=``), else False."""
        return "endpos=" in self.rest

    @property
    def endpos(self) -> int:
        """Where in the sound file a STREAM FILE ended, in samples at 8 kHz; 0 if unknown."""
        found = _ENDPOS.search(self.rest)
        return int(found.group(1)) if found else 0

    @property
    def key(self) -> str:
        """The telephone key that ended a STREAM FILE; "" if none did."""
        return _KEYS.get(self.result, "")


class LineCutter:
    """Divider of a stream of octets into lines; it keeps at most one unfinished line."""

    def __init__(self, limit: int = MAX_LINE) -> None:
        self._limit = limit
        self._rest = b""

    def feed(self, octets: bytes) -> Iterator[str]:
        """Yield the lines that ``octets`` complete, without the line breaks.

        When a line is longer than the limit (MAX_LINE octets), raise AgiError after the lines
        before it have been yielded.
        """
        *whole, rest = (self._rest + octets).split(b"\n")
        self._rest = rest[: self._limit]
        for line in whole:
            yield self._checked(line).rstrip(b"\r").decode("utf-8", "replace")
        self._checked(rest)

    def _checked(self, line: bytes) -> bytes:
        if len(line) > self._limit:
            raise AgiError(f"a line is longer than {self._limit} octets")
        return line


class Header:
    """Collector of the environment: the lines about the call that Asterisk sends first."""

    def __init__(self) -> None:
        self._found: dict[str, str] = {}
        self._size = 0

    def add(self, line: str) -> Mapping[str, str] | None:
        """Add one line of the environment; return the environment when it is complete, else None.

        An empty line completes it. Raise AgiError if agi_uniqueid or agi_channel is missing then.
        Raise AgiError also beyond the limits of size, and for a line that Asterisk does not send:
        without a colon, with a key of another form than ``agi_name``, with a repeated key (it could
        be forged), or with control characters.
        """
        if not line:
            if "agi_uniqueid" not in self._found or "agi_channel" not in self._found:
                raise AgiError("the header names no channel")
            return self._found
        self._size += len(line)
        key, colon, value = line.partition(":")
        if self._size > MAX_HEADER or len(self._found) >= MAX_HEADER_LINES:
            raise AgiError("the header is too long")
        if not colon or not _KEY.fullmatch(key):
            raise AgiError("a header line is not of the form agi_key: value")
        if key in self._found:
            raise AgiError(f"{key} is given twice")
        if _UNSAFE.search(value):
            raise AgiError(f"{key} holds control characters")
        self._found[key] = value.strip()
        return None


class Replies:
    """Reader of the lines that Asterisk sends in reply to commands.

    Most replies are one line. The reply 520 (wrong usage) has a usage text of several lines.
    """

    def __init__(self) -> None:
        self._usage = 0

    def add(self, line: str) -> Reply | None:
        """Return the reply that ``line`` completes, or None while a usage text goes on.

        Raise AgiError if the line belongs to no reply. The line ``HANGUP`` is not a reply and must
        not be passed in.
        """
        if self._usage:
            return self._in_usage(line)
        found = _REPLY.fullmatch(line)
        if not found:
            raise AgiError("a reply does not begin with three digits")
        code, text = int(found.group(1)), found.group(2)
        if line.startswith("520-"):
            self._usage = 1
            return None
        result = _RESULT.match(text)
        if not result:
            return Reply(code, "", text)
        return Reply(code, result.group(1), result.group(2))

    def _in_usage(self, line: str) -> Reply | None:
        self._usage += 1
        if line.startswith("520 "):
            self._usage = 0
            return Reply(520, "", line[4:])
        if self._usage > MAX_HEADER_LINES:
            raise AgiError("a usage text has no end")
        return None


def command(*words: str) -> bytes:
    """Return the AGI command of these words as octets, with a line break at the end.

    Words that are empty or have spaces are quoted. Raise AgiError on control characters: a line
    break would begin a second command.
    """
    if any(_UNSAFE.search(word) for word in words):
        raise AgiError("a command must not hold control characters")
    return (" ".join(_quote(word) for word in words) + "\n").encode()


def stream_file(sound: str, keys: str = "", offset: int = 0) -> bytes:
    """Return the command that plays the sound file ``sound`` from the sample ``offset`` (8 kHz) on.

    Any of the telephone keys in ``keys`` ends the playing. Raise AgiError when the name ``sound``
    could lead out of the PBX's directory of sounds.
    """
    if not _SOUND.fullmatch(sound) or sound.startswith("/"):
        raise AgiError(f"{sound!r} is not the name of a sound")
    return command("STREAM", "FILE", sound, keys, str(offset))


def set_variables(variables: Mapping[str, str]) -> bytes:
    """Return one command that sets all ``variables`` of the caller's channel to their values.

    Raise AgiError for a name or a value with a character that the dialplan could interpret, such as
    a comma, a bracket or a dollar sign.
    """
    for name, value in variables.items():
        if not (_NAME.fullmatch(name) and _VALUE.fullmatch(value)):
            raise AgiError(f"{name} cannot be set to {value!r}")
    if len(variables) == 1:
        return command("SET", "VARIABLE", *next(iter(variables.items())))
    return command("EXEC", "MSet", ",".join(f"{name}={value}" for name, value in variables.items()))


def trusted_number(text: str) -> str:
    """Return the digits and plus signs of the telephone number ``text``, at most 32 of them.

    The limit is LONGEST_NUMBER. The dialplan of this project filters numbers as well, but another
    dialplan may not.
    """
    return "".join(sign for sign in text if sign in "0123456789+")[:LONGEST_NUMBER]


def _quote(word: str) -> str:
    if word and not re.search(r'[\s"\\]', word):
        return word
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
