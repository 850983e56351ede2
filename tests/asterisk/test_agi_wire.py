"""The AGI codec: any chunking gives the same, malformed lines are refused, memory is bounded."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.asterisk.agi_wire import (
    MAX_HEADER_LINES,
    MAX_LINE,
    AgiError,
    Header,
    LineCutter,
    Replies,
    Reply,
    command,
    stream_file,
)
from tests.asterisk.fake_asterisk import HEADER, USAGE, header

Heard = tuple[list[str], str]


def chunked(octets: bytes, sizes: list[int]) -> list[bytes]:
    """Return ``octets`` cut into pieces of these sizes, and the rest."""
    pieces, start = [], 0
    for size in sizes:
        pieces.append(octets[start : start + size])
        start += size
    return [*pieces, octets[start:]]


def read(pieces: list[bytes]) -> Heard:
    """Return the lines of the pieces, and the error after them."""
    lines, found = LineCutter(), []
    try:
        for piece in pieces:
            for line in lines.feed(piece):
                found.append(line)
            assert len(lines._rest) <= MAX_LINE
    except AgiError as error:
        return found, str(error)
    return found, ""


def environment(octets: bytes) -> dict[str, str]:
    """Return the environment of these octets."""
    taken = Header()
    found = [taken.add(line) for line in LineCutter().feed(octets)][-1]
    assert found is not None
    return dict(found)


def reply(text: str) -> Reply:
    """Return the one reply of a text."""
    replies = Replies()
    found = [each for line in LineCutter().feed(text.encode()) if (each := replies.add(line))]
    assert len(found) == 1
    return found[0]


octets = st.one_of(
    st.binary(max_size=200),
    st.lists(
        st.sampled_from([b"200 result=0", b"HANGUP", b"\n", b"\r\n", b"x" * 600, "中".encode()])
    ).map(b"".join),
)


@given(octets, st.lists(st.integers(0, 700), max_size=20))
def test_any_chunking_gives_the_same_lines_and_the_same_refusal(
    octets: bytes, sizes: list[int]
) -> None:
    assert read([octets]) == read(chunked(octets, sizes))


@given(octets)
def test_single_octets_give_the_same_lines(octets: bytes) -> None:
    assert read([octets]) == read([bytes((octet,)) for octet in octets])


def test_line_of_the_limit_passes_and_one_octet_more_is_refused() -> None:
    assert read([b"x" * MAX_LINE + b"\n"]) == (["x" * MAX_LINE], "")
    assert "longer" in read([b"x" * (MAX_LINE + 1)])[1]
    assert "longer" in read([b"x" * (MAX_LINE + 1) + b"\n"])[1]


def test_lines_before_an_endless_one_are_yielded() -> None:
    assert read([b"HANGUP\n" + b"x" * 5000])[0] == ["HANGUP"]


def test_endless_line_leaves_at_most_one_line_in_memory() -> None:
    lines = LineCutter()
    with pytest.raises(AgiError):
        list(lines.feed(b"x" * 1_000_000))
    assert len(lines._rest) <= MAX_LINE


def test_header_as_asterisk_sends_it() -> None:
    assert environment(header()) == HEADER


def test_gbk_octets_in_a_header_value_end_no_call() -> None:
    name = "张三".encode("gbk")
    found = environment(header().replace(b"agi_callerid: 6001", b"agi_callerid: " + name))
    assert "\N{REPLACEMENT CHARACTER}" in found["agi_callerid"]


@pytest.mark.parametrize(
    "octets",
    [
        b"\n",
        b"agi_channel: x\n\n",
        b"agi_uniqueid: x\n\n",
        b"GET / HTTP/1.1\n",
        b"agi_channel x\n",
        b"foreign: x\n",
        b"AGI_CHANNEL: x\n",
        b"agi_: x\n",
        b"agi_channel: x\nagi_channel: y\n",
        b"agi_channel: x\x1b[0m\n",
        b"agi_channel: x\x00\n",
        b"agi_channel: x\ry\n",
        b"".join(b"agi_arg_%d: x\n" % n for n in range(MAX_HEADER_LINES + 1)),
        b"".join(b"agi_arg_%d: %s\n" % (n, b"x" * 1000) for n in range(20)),
    ],
)
def test_header_that_asterisk_does_not_send_is_refused(octets: bytes) -> None:
    with pytest.raises(AgiError):
        environment(octets)


@given(st.lists(st.text(max_size=80), max_size=80))
def test_junk_as_a_header_raises_only_agi_errors(lines: list[str]) -> None:
    taken = Header()
    try:
        for line in lines:
            taken.add(line)
    except AgiError:
        pass
    assert len(taken._found) <= MAX_HEADER_LINES


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("200 result=0\n", Reply(200, "0")),
        ("200 result=1\r\n", Reply(200, "1")),
        ("200 result= (timeout)\n", Reply(200, "", " (timeout)")),
        ("200 result=-1 endpos=0\n", Reply(200, "-1", " endpos=0")),
        ("200 result=1 (hangup)\n", Reply(200, "1", " (hangup)")),
        ("510 Invalid or unknown command\n", Reply(510, "", "Invalid or unknown command")),
        ("511 Command Not Permitted\n", Reply(511, "", "Command Not Permitted")),
        (USAGE, Reply(520, "", "End of proper usage.")),
        ("520 Invalid command syntax.\n", Reply(520, "", "Invalid command syntax.")),
    ],
)
def test_replies_measured_on_asterisk(text: str, expected: Reply) -> None:
    assert expected == reply(text)


def test_only_the_reply_of_a_stream_ends_a_stream() -> None:
    assert reply("200 result=0 endpos=16160\n").ends_stream
    assert reply("200 result=0 endpos=16160\n").endpos == 16160
    assert not reply("200 result=0\n").ends_stream
    assert reply("200 result=0\n").endpos == 0


def test_key_is_found_by_its_ascii_code() -> None:
    assert reply("200 result=50 endpos=13600\n").key == "2"
    assert reply("200 result=35 endpos=1\n").key == "#"


@pytest.mark.parametrize("result", ["0", "-1", "1", "", "-", "66", "1114112", "9" * 900, "٢"])
def test_no_result_makes_a_property_raise(result: str) -> None:
    found = reply(f"200 result={result} endpos=\n")
    assert (found.key, found.endpos) == ("B" if result == "66" else "", 0)


@pytest.mark.parametrize("line", ["", "hello", "20 x", "2000 result=0", "٢٠٠ result=0", "200"])
def test_line_that_is_no_reply_is_refused(line: str) -> None:
    with pytest.raises(AgiError):
        Replies().add(line)


def test_usage_without_end_is_refused() -> None:
    replies = Replies()
    with pytest.raises(AgiError):
        _ = [replies.add("520-x") for _ in range(1000)]


@given(st.lists(st.text(max_size=80), max_size=30))
def test_junk_as_a_reply_raises_only_agi_errors(lines: list[str]) -> None:
    replies = Replies()
    for line in lines:
        try:
            found = replies.add(line)
        except AgiError:
            continue
        if found is not None:
            assert isinstance(found.key, str)
            assert found.endpos >= 0


words = st.lists(st.text(st.characters(exclude_categories=[]), max_size=40), min_size=1, max_size=5)


@given(words)
def test_command_is_one_line_with_any_words(given: list[str]) -> None:
    try:
        line = command(*given)
    except AgiError:
        return
    assert line.endswith(b"\n")
    assert not set(line[:-1]) & set(b"\r\n\x00")


@given(st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126)), min_size=1))
def test_words_are_read_back_unchanged(given: list[str]) -> None:
    """Asterisk reads quotes as grouping, and the character after a backslash literally."""
    reader = shlex.shlex(command(*given).decode().strip("\n"), posix=True)
    reader.whitespace_split, reader.commenters, reader.quotes = True, "", '"'
    assert given == list(reader)


@pytest.mark.parametrize("unsafe", ["\n", "\r", "\x00", "\x7f", "\t", "\ud800"])
def test_control_character_in_a_command_is_refused(unsafe: str) -> None:
    with pytest.raises(AgiError):
        command("NOOP", f"x{unsafe}SET VARIABLE IVR_DONE 1")


def test_stream_file_has_sound_keys_and_offset() -> None:
    assert stream_file("ivr/greeting") == b'STREAM FILE ivr/greeting "" 0\n'
    assert stream_file("silence", "12#", 800) == b"STREAM FILE silence 12# 800\n"


@pytest.mark.parametrize(
    "name",
    ["", "/etc/passwd", "../x", "ivr/../../x", "a b", "a\nb", "ivr/x\n", "A", "x.wav", "x" * 65],
)
def test_stream_file_refuses_names_that_could_leave_the_sounds(name: str) -> None:
    with pytest.raises(AgiError):
        stream_file(name)
