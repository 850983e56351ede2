"""The AGI protocol without a socket: octets in, lines understood, commands out.

Asterisk sends ``key: value`` lines and an empty line, then one reply to each command. Whoever
speaks on this port or slips a line break into a command owns the PBX, so both directions refuse
what they do not know exactly. What Asterisk really sends was measured on 22.10.1.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

MAX_LINE = 1024
MAX_HEADER_LINES = 64
MAX_HEADER = 16 * 1024
LONGEST_NUMBER = 32
"""Signs of a telephone number; E.164 knows 15, and some trunks prefix routing digits."""

_KEY = re.compile(r"agi_[a-z0-9_]{1,40}")
_REPLY = re.compile(r"([0-9]{3})(?:-| )(.*)")
_RESULT = re.compile(r"result=(-?[0-9]+|)(.*)")
_ENDPOS = re.compile(r"endpos=([0-9]+)")
_KEYS = {str(ord(key)): key for key in "0123456789*#ABCD"}
_NAME = re.compile(r"[A-Z_]{1,40}|TIMEOUT\(absolute\)")
_VALUE = re.compile(r"[A-Za-z0-9_+.-]{0,200}")
_SOUND = re.compile(r"[a-z0-9_/-]{1,64}")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
"""Control characters, and halves of characters, which no encoding knows."""


class AgiError(Exception):
    """The peer does not speak AGI as Asterisk does, or a command may not be sent."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Asterisk's answer to one command."""

    code: int
    """200, 510 (unknown), 511 (dead channel), 520 (usage)."""
    result: str
    """What follows ``result=``: a number as text, or empty."""
    rest: str = ""
    """What follows the result, such as ``(timeout)`` or a variable in brackets."""

    @property
    def ends_stream(self) -> bool:
        """Whether this answers a STREAM FILE: only those carry ``endpos=``."""
        return "endpos=" in self.rest

    @property
    def endpos(self) -> int:
        """Samples played, of a reply that ends a stream."""
        found = _ENDPOS.search(self.rest)
        return int(found.group(1)) if found else 0

    @property
    def key(self) -> str:
        """The key that ended a stream, or empty."""
        return _KEYS.get(self.result, "")

    @property
    def value(self) -> str:
        """The text in brackets of GET VARIABLE."""
        return self.rest.strip().removeprefix("(").removesuffix(")")


class LineCutter:
    """Cuts a stream of octets into lines; holds at most one line and refuses longer ones."""

    def __init__(self, limit: int = MAX_LINE) -> None:
        self._limit = limit
        self._rest = b""

    def feed(self, octets: bytes) -> Iterator[str]:
        """The lines completed by ``octets``, without their ends; AgiError on an endless line.

        What came before the endless line is given first, however the octets were cut.
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
    """Collects the environment that opens a FastAGI connection."""

    def __init__(self) -> None:
        self._found: dict[str, str] = {}
        self._size = 0

    def add(self, line: str) -> Mapping[str, str] | None:
        """Take one line; the environment when it was the empty line that ends it.

        AgiError on anything Asterisk does not send: a missing colon, a foreign or repeated key
        (a forged line would come second), control characters, too much of it.
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
    """Reads replies from lines; usage texts of several lines become one reply."""

    def __init__(self) -> None:
        self._usage = 0

    def add(self, line: str) -> Reply | None:
        """The reply that ``line`` completes, or None; AgiError on anything else.

        ``HANGUP`` is not a reply: whoever reads the socket takes it out before.
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
    """One command line; words with spaces or nothing in them are quoted. AgiError on control
    characters: a line break would be a second command."""
    if any(_UNSAFE.search(word) for word in words):
        raise AgiError("a command must not hold control characters")
    return (" ".join(_quote(word) for word in words) + "\n").encode()


def stream_file(sound: str, keys: str = "", offset: int = 0) -> bytes:
    """Play a sound; ``keys`` end it. AgiError when the name could leave the sounds directory."""
    if not _SOUND.fullmatch(sound) or sound.startswith("/"):
        raise AgiError(f"{sound!r} is not the name of a sound")
    return command("STREAM", "FILE", sound, keys, str(offset))


def set_variables(variables: Mapping[str, str]) -> bytes:
    """Set variables of the channel, however many by one command. AgiError when a name or a value
    has what the dialplan would take for something else: a comma, a bracket, a dollar."""
    for name, value in variables.items():
        if not (_NAME.fullmatch(name) and _VALUE.fullmatch(value)):
            raise AgiError(f"{name} cannot be set to {value!r}")
    if len(variables) == 1:
        return command("SET", "VARIABLE", *next(iter(variables.items())))
    return command("EXEC", "MSet", ",".join(f"{name}={value}" for name, value in variables.items()))


def trusted_number(text: str) -> str:
    """A number of a caller's or of ours as far as it may be believed: digits and a plus sign, at
    most LONGEST_NUMBER. The dialplan filters as well; not every dialplan is ours."""
    return "".join(sign for sign in text if sign in "0123456789+")[:LONGEST_NUMBER]


def _quote(word: str) -> str:
    if word and not re.search(r'[\s"\\]', word):
        return word
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
