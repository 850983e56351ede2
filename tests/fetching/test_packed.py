"""Fetching a packed directory: verified and whole, or the directory stays as it was."""

import fcntl
import hashlib
import itertools
import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.fetching import FetchError
from ivr.fetching.download import Download
from ivr.fetching.packed import MIRROR_ATTEMPTS, Packed
from ivr.fetching.place import RECORD, replacing
from tests.fetching.client import NAME, Client, tarred
from tests.fetching.file_server import FileServer, serving


def test_a_directory_is_fetched_verified_and_installed(
    client: Client, files: dict[str, bytes]
) -> None:
    fetched = client()
    assert fetched.directory == client.home / NAME
    assert fetched.vouched == "pinned"
    assert client.left == {NAME}
    total = len(client.server.content)
    assert client.progress[-1] == (total, total)
    assert (fetched.directory / "deep" / "noise").read_bytes() == files[f"{NAME}/deep/noise"]
    record = json.loads((fetched.directory / RECORD).read_text())
    assert record == {"url": client.server.url(), "sha256": fetched.sha256}
    assert stat.S_IMODE(fetched.directory.stat().st_mode) == 0o755


def test_a_mirror_takes_over_where_the_first_address_fails(client: Client, content: bytes) -> None:
    """It resumes what the first one has sent, and the first one is not asked for long."""
    client.server.cut_after = [100_000] + [0] * 10
    with serving(content) as mirror:
        fetched = client(urls=(client.server.url(), mirror.url()))
        assert [asked for _, asked in mirror.requests] == ["bytes=100000-"]
        assert json.loads((fetched.directory / RECORD).read_text())["url"] == mirror.url()
    assert len(client.server.requests) == MIRROR_ATTEMPTS
    assert client.left == {NAME}


@pytest.mark.parametrize("wrong", [b"<html>Please log in</html>", None])
def test_a_mirror_with_another_file_is_passed_over(
    client: Client, content: bytes, wrong: bytes | None
) -> None:
    """One is recognised by its length before it is fetched, the other by its hash."""
    other = wrong or content[:-1] + b"x"
    with serving(other) as mirror:
        client(urls=(mirror.url(), client.server.url()), octets=len(content))
    assert client.left == {NAME}
    assert len(client.server.requests) == 1


def test_when_no_address_has_it_the_first_error_is_told(client: Client) -> None:
    client.server.answers = [(404, {}), (403, {})]
    with pytest.raises(FetchError, match=r"none of 2 addresses has thing; the first one: .*404"):
        client(urls=(client.server.url(), client.server.url("mirror.zip")))


def crawling(slow: Callable[[str], bool]) -> Callable[..., Download]:
    """Return a downloader for which the addresses that ``slow`` picks deliver 9 kB/s at most."""

    def download(url: str, part: Path, octets: int | None, *, least_rate: float) -> Download:
        clock = itertools.count(0.0, 30.0).__next__ if slow(url) else time.monotonic
        return Download(url, part, octets, least_rate=least_rate, clock=clock)

    return download


def test_a_mirror_takes_over_where_the_first_address_is_slow(
    client: Client, content: bytes
) -> None:
    with serving(content) as mirror:
        urls = (client.server.url(), mirror.url())
        fetched = client(urls=urls, download=crawling(lambda url: url == urls[0]))
        assert mirror.requests[0][1].startswith("bytes="), "it resumes what has come"
        assert json.loads((fetched.directory / RECORD).read_text())["url"] == mirror.url()
    assert len(client.server.requests) == 1


def test_a_slow_address_is_better_than_none(client: Client) -> None:
    client.server.answers = [(404, {})]
    urls = (client.server.url("gone.zip"), client.server.url("slow.zip"))
    client(urls=urls, download=crawling(lambda url: True))
    assert [path for path, _ in client.server.requests] == ["/gone.zip", "/slow.zip", "/slow.zip"]


def test_the_only_address_may_be_slow(client: Client) -> None:
    client(download=crawling(lambda url: True))
    assert len(client.server.requests) == 1


def test_another_file_is_refused_and_not_resumed(client: Client) -> None:
    with pytest.raises(FetchError, match=r"is not the expected file \(SHA-256 .*pinned: 0000"):
        client(known="0" * 64)
    assert client.left == set()


def test_the_hash_of_the_first_fetch_is_kept(client: Client, tmp_path: Path) -> None:
    own = tmp_path / "own.zip"
    own.write_bytes(client.server.content)
    with pytest.raises(FetchError, match="not protected against forgery"):
        client(known="")
    assert client(known="", source=str(own)).vouched == "first seen"
    assert client(known="").vouched == "as before"
    changed = {f"{NAME}/words.txt": b"changed"}
    own.write_bytes(tarred(changed))
    with pytest.raises(FetchError, match="as before"):
        client(known="", source=str(own))
    given = hashlib.sha256(own.read_bytes()).hexdigest()
    assert client(known="", source=str(own), sha256=given.upper()).vouched == "given"
    assert own.exists()


def test_a_second_fetch_at_the_same_time_is_refused(client: Client) -> None:
    client.home.mkdir()
    with (client.home / f".{NAME}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(FetchError, match="another `ivr things fetch` is running"):
            client()
    client()


def test_too_little_room_is_told_before_the_download(client: Client) -> None:
    large = Packed(NAME, (client.server.url(),), "0" * 64, None, 10**18)
    with pytest.raises(FetchError, match=r"less than 1000000000\.0 GB free: make room"):
        client(packed=large)
    assert client.server.requests == []


FETCH = """
import os, resource, signal, sys
from pathlib import Path
from ivr.fetching.packed import Packed, fetch_packed
from ivr.fetching.unpack import unpack

url, sha256, home, fate = sys.argv[1:]

def fill(archive, directory, origin):
    unpack(archive, "thing", directory)
    if fate == "killed":
        os.kill(os.getpid(), signal.SIGKILL)

if fate == "full":
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
try:
    fetch_packed(
        Packed("thing", (url,), sha256, None, 0), Path(home), lambda *_: None, fill, command="x"
    )
except OSError as error:
    sys.exit(error.strerror)
"""
"""Fetch in a process that is killed before the new directory is in place, or cannot write more than
300,000 octets into a file."""


@pytest.mark.parametrize(("fate", "told"), [("killed", ""), ("full", "File too large")])
def test_an_end_in_the_middle_leaves_what_is_installed(
    client: Client, root: Path, fate: str, told: str
) -> None:
    client()
    (client.home / NAME / "old").touch()
    before = sorted(client.home.rglob("*"))
    digest = hashlib.sha256(client.server.content).hexdigest()
    done = subprocess.run(
        [sys.executable, "-c", FETCH, client.server.url(), digest, str(client.home), fate],
        cwd=root, text=True, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == (-signal.SIGKILL if fate == "killed" else 1)
    assert told in done.stderr
    assert set(before) <= set(client.home.rglob("*"))
    client()
    assert client.left == {NAME}, "the next fetch removes what was left"
    assert not (client.home / NAME / "old").exists()


def test_what_was_being_replaced_is_put_back_at_the_next_fetch(tmp_path: Path) -> None:
    """A process can be killed between the two renames."""
    target = tmp_path / NAME
    (tmp_path / f".{NAME}.old").mkdir()
    (tmp_path / f".{NAME}.old" / "file").touch()
    with pytest.raises(KeyError), replacing(target):
        raise KeyError
    assert os.listdir(tmp_path) == [NAME]
    assert (target / "file").exists()


def test_only_web_addresses_are_fetched(client: Client) -> None:
    for source in ("file:///etc/passwd", "ftp://127.0.0.1/x"):
        with pytest.raises(FetchError, match="not a web address"):
            client(source=source)


def test_a_file_that_is_missing_is_named(client: Client, server: FileServer) -> None:
    with pytest.raises(FetchError, match="there is no file /nowhere"):
        client(source="/nowhere")
    assert server.requests == []
