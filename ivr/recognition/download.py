"""Fetch a large file over HTTP: goes on where it stopped, and says in one sentence what is wrong.

What arrives is only as long as the server said; whether it is the right file is for its hash.
"""

import http.client
import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

TIMEOUT_SECONDS = 30.0
"""Without an octet for so long, a connection is given up and another one made."""
DOWNLOAD_ATTEMPTS = 5
"""In a row without an octet gained."""
LONGEST_PAUSE_SECONDS = 60.0
_PIECE = 1 << 18
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers that may be another one in a moment."""

DownloadProgress = Callable[[int, int | None], None]
"""Told the octets that are there, and how many it will be, where the server says."""


class DownloadError(Exception):
    """The file cannot be fetched: which, why, and what to do."""


class _Interrupted(Exception):
    """This connection brought not everything; another may."""

    def __init__(self, why: str, wait: float | None = None) -> None:
        super().__init__(why)
        self.wait = wait


class _NoDowngrade(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but not from TLS to plain HTTP."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]
        if req.type == "https" and not newurl.startswith("https:"):
            raise DownloadError(
                f"{req.full_url} sends on to {newurl}, which anybody can forge: "
                "fetch the file by hand and give it with --from"
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


@dataclass(frozen=True, slots=True)
class Download:
    """One file on its way: ``part`` grows, beside it a note says of what it is a part."""

    url: str
    part: Path
    octets: int | None = None
    """How long it must be, where that is known."""
    most: int = 4_000_000_000
    """No file of ours is longer."""
    timeout: float = TIMEOUT_SECONDS
    sleep: Callable[[float], None] = time.sleep

    @property
    def note(self) -> Path:
        """The server's name for the version of the file that ``part`` is of."""
        return self.part.with_name(self.part.name + ".json")

    def run(self, progress: DownloadProgress) -> None:
        """Until ``part`` is the whole file; DownloadError, and what is there stays there."""
        failures = 0
        while True:
            before = self._have()
            try:
                self._connect(progress)
                self.note.unlink(missing_ok=True)
                return
            except _Interrupted as error:
                failures = 1 if self._have() > before else failures + 1
                if failures >= DOWNLOAD_ATTEMPTS:
                    raise DownloadError(
                        f"{self.url} cannot be fetched ({error}): try again later, which goes on "
                        "where this stopped, or give a mirror or a file with --from"
                    ) from None
                pause = 2.0 ** (failures - 1) if error.wait is None else error.wait
                self.sleep(min(pause, LONGEST_PAUSE_SECONDS))

    def _have(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _connect(self, progress: DownloadProgress) -> None:
        """One connection, from where we are."""
        have = self._have()
        if have and have == self.octets:
            return
        request = urllib.request.Request(self.url, headers={"User-Agent": "ivr-models"})
        if have:
            request.add_header("Range", f"bytes={have}-")
            if version := self._version():
                request.add_header("If-Range", version)
        try:
            opener = urllib.request.build_opener(_NoDowngrade)
            with opener.open(request, timeout=self.timeout) as answer:
                self._take(answer, have, progress)
        except urllib.error.HTTPError as error:
            with error:
                self._refused(error, have)
        except urllib.error.URLError as error:
            if isinstance(error.reason, ssl.SSLCertVerificationError):
                raise DownloadError(
                    f"{self.url} has no certificate that this machine trusts "
                    f"({error.reason.verify_message}): install ca-certificates, or give a file "
                    "with --from"
                ) from None
            raise _Interrupted(str(error.reason)) from None
        except (http.client.HTTPException, TimeoutError, ConnectionError, ssl.SSLError) as error:
            raise _Interrupted(str(error) or type(error).__name__) from None

    def _take(
        self, answer: http.client.HTTPResponse, have: int, progress: DownloadProgress
    ) -> None:
        total = _total(answer)
        if self.octets is not None and total not in (None, self.octets):
            raise DownloadError(
                f"{self.url} is {total} octets long and not {self.octets}: it is another file; "
                "give a mirror or a file with --from"
            )
        if (total or 0) > self.most:
            raise DownloadError(f"{self.url} is {total} octets long: that is no model")
        if answer.status != HTTPStatus.PARTIAL_CONTENT:
            have = 0  # it sends all of it, or it is another version by now
        elif _first(answer) != have:
            self.part.unlink()
            raise _Interrupted("the server sends another part than was asked for")
        version = answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
        self.note.write_text(json.dumps({"url": self.url, "version": version}))
        with self.part.open("r+b" if have else "wb") as file:
            file.seek(have)
            # read would wait for a whole piece, and lose it with the connection.
            while octets := answer.read1(_PIECE):
                file.write(octets)
                have += len(octets)
                progress(have, total)
                if have > self.most:
                    raise DownloadError(f"{self.url} does not end: that is no model")
        if total is not None and have != total:
            raise _Interrupted(f"the connection ended after {have} of {total} octets")

    def _refused(self, error: urllib.error.HTTPError, have: int) -> None:
        if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and have:
            self.part.unlink()  # it was of another file, or longer than the whole
            raise _Interrupted("what was there did not belong to this file")
        if error.code in _PASSING:
            wait = error.headers.get("Retry-After", "")
            said = f"the server answers {error.code} {error.reason}"
            raise _Interrupted(said, float(wait) if wait.isdigit() else None)
        raise DownloadError(
            f"the server answers {error.code} {error.reason} for {self.url}: "
            "give a mirror or a file with --from"
        )

    def _version(self) -> str:
        """What If-Range may name; a weak tag (W/) may not stand there."""
        try:
            note = json.loads(self.note.read_text())
            version = str(note["version"]) if note["url"] == self.url else ""
        except (OSError, ValueError, KeyError, TypeError):
            return ""
        return "" if version.startswith("W/") else version


def _total(answer: http.client.HTTPResponse) -> int | None:
    """How long the whole file is, where the server says so."""
    if answer.status == HTTPStatus.PARTIAL_CONTENT:
        said = answer.headers.get("Content-Range", "").rpartition("/")[2]
    else:
        said = answer.headers.get("Content-Length", "")
    return int(said) if said.isdigit() else None


def _first(answer: http.client.HTTPResponse) -> int | None:
    """Where the part begins that the server sends."""
    said = answer.headers.get("Content-Range", "").removeprefix("bytes").strip().partition("-")[0]
    return int(said) if said.isdigit() else None
