"""Fetch a large file over HTTP; resume an interrupted download; report errors in one sentence.

Only the length that the server announces is checked here. The caller checks the hash.
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
from typing import IO

from ivr.fetching import FetchError
from ivr.translation import tr

TIMEOUT_SECONDS = 30.0
"""Time limit in seconds for a connection that brings no octet. After it the connection is given up,
and a new one is made."""
DOWNLOAD_ATTEMPTS = 5
"""Upper limit for failed connections in a row to the only address of a file; the download fails
when it is reached. A connection that brought at least one octet before it failed begins a new
row."""
LONGEST_PAUSE_SECONDS = 60.0
"""Upper limit in seconds for the pause between two connections. It holds even if the server asks
for more in its header Retry-After."""
_RATE_SECONDS = 20.0
"""Seconds for which a connection may be slower than ``Download.least_rate``. Most connections begin
slowly."""
_PIECE = 1 << 18
"""Upper limit for the octets of one read from a connection."""
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""HTTP statuses of temporary problems, after which the request is repeated."""

DownloadProgress = Callable[[int, int | None], None]
"""Callback for the progress of a download. It is called after each read with two numbers: the
octets fetched so far, and the length of the whole file or None if that is unknown."""


class DownloadError(FetchError):
    """The file cannot be fetched; the message names the file, the reason and the remedy."""


class SlowDownloadError(DownloadError):
    """The address delivers too few octets per second; the part that was fetched is kept."""


class _Interrupted(Exception):
    """The error of a connection that ended before the file was complete; it may be resumed.

    ``why`` is the reason for the user. ``wait`` is the pause in seconds that the server asked for;
    None if it asked for none.
    """

    def __init__(self, why: str, wait: float | None = None) -> None:
        super().__init__(why)
        self.wait = wait


class _NoDowngrade(urllib.request.HTTPRedirectHandler):
    """A handler of HTTP redirects that refuses those from HTTPS to HTTP with a DownloadError."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if req.type == "https" and not newurl.startswith("https:"):
            raise DownloadError(
                tr(
                    "{url} redirects to {target}, which is not protected against "
                    "forgery: fetch the file by hand and give it with --from"
                ).format(url=req.full_url, target=newurl)
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


@dataclass(frozen=True, slots=True)
class Download:
    """The download of ``url`` into the file ``part``, which may hold its beginning already."""

    url: str
    part: Path
    octets: int | None = None
    """Exact length of the file; None if it is not known."""
    most: int = 4_000_000_000
    """Upper limit for the length of the file in octets; a longer file causes a DownloadError. The
    large model has 1.3 GB."""
    timeout: float = TIMEOUT_SECONDS
    """Time limit in seconds for a connection that brings no octet."""
    sleep: Callable[[float], None] = time.sleep
    least_rate: float = 0.0
    """Octets per second below which the download is given up with a SlowDownloadError, after 20 s;
    0 means that no address is too slow."""
    clock: Callable[[], float] = time.monotonic

    @property
    def note(self) -> Path:
        """The JSON file beside ``part`` with the URL and the version (ETag or date) of the file."""
        return self.part.with_name(self.part.name + ".json")

    def run(self, progress: DownloadProgress, attempts: int = DOWNLOAD_ATTEMPTS) -> None:
        """Download until the file ``part`` is complete; call ``progress`` after each read.

        Raise DownloadError if that fails, or when ``attempts`` connections in a row have brought
        nothing. The file ``part`` then stays, and the next run continues at its end.
        """
        failures = 0
        while True:
            before = self._have()
            try:
                self._connect(progress)
                self.note.unlink(missing_ok=True)
                return
            except _Interrupted as error:
                failures = 1 if self._have() > before else failures + 1
                if failures >= attempts:
                    raise DownloadError(
                        tr(
                            "{url} cannot be fetched ({error}): try again later, which resumes the "
                            "download, or give a mirror or a file with --from"
                        ).format(url=self.url, error=error)
                    ) from None
                pause = 2.0 ** (failures - 1) if error.wait is None else error.wait
                self.sleep(min(pause, LONGEST_PAUSE_SECONDS))

    def _have(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _connect(self, progress: DownloadProgress) -> None:
        """Make one HTTP connection and fetch the octets that the file ``part`` lacks.

        Raise _Interrupted if the connection ends too early, and DownloadError if a new connection
        would not help.
        """
        have = self._have()
        if have and have == self.octets:
            return
        request = urllib.request.Request(self.url, headers={"User-Agent": "ivr"})
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
                    tr(
                        "the server of {url} has no certificate that this machine trusts "
                        "({reason}): install ca-certificates, or give a file with "
                        "--from"
                    ).format(url=self.url, reason=error.reason.verify_message)
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
                tr(
                    "{url} is {total} octets long and not {octets}: it is another file; "
                    "give a mirror or a file with --from"
                ).format(url=self.url, total=total, octets=self.octets)
            )
        if (total or 0) > self.most:
            raise DownloadError(
                tr(
                    "{url} is {total} octets long, more than any model or voice: correct the "
                    "address"
                ).format(url=self.url, total=total)
            )
        if answer.status != HTTPStatus.PARTIAL_CONTENT:
            have = 0  # the server sends the whole file: no ranges, or another version than before
        elif _first(answer) != have:
            self.part.unlink()
            raise _Interrupted(tr("the server sends another part than the one requested"))
        version = answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
        self.note.write_text(json.dumps({"url": self.url, "version": version}))
        began, first = self.clock(), have
        with self.part.open("r+b" if have else "wb") as file:
            file.seek(have)
            # read1 returns what has arrived; read would wait for a whole piece, and that piece
            # would be lost if the connection ends.
            while octets := answer.read1(_PIECE):
                file.write(octets)
                have += len(octets)
                progress(have, total)
                if have > self.most:
                    raise DownloadError(
                        tr(
                            "{url} is longer than {limit} octets, more than any model or voice: "
                            "correct the address"
                        ).format(url=self.url, limit=self.most)
                    )
                self._refuse_slow(have - first, self.clock() - began)
        if total is not None and have != total:
            raise _Interrupted(
                tr("the connection ended after {have} of {total} octets").format(
                    have=have, total=total
                )
            )

    def _refuse_slow(self, octets: int, seconds: float) -> None:
        if seconds > _RATE_SECONDS and octets < self.least_rate * seconds:
            raise SlowDownloadError(
                tr("{url} delivers {rate:.0f} kB/s: give a mirror or a file with --from").format(
                    url=self.url, rate=octets / seconds / 1000
                )
            )

    def _refused(self, error: urllib.error.HTTPError, have: int) -> None:
        if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and have:
            self.part.unlink()  # it belonged to another file, or is longer than the whole file
            raise _Interrupted(tr("the part that was fetched before does not belong to this file"))
        if error.code in _PASSING:
            wait = error.headers.get("Retry-After", "")
            said = tr("the server answers {code} {reason}").format(
                code=error.code, reason=error.reason
            )
            raise _Interrupted(said, float(wait) if wait.isdigit() else None)
        if 300 <= error.code < 400:  # the library gives up after ten redirects
            raise DownloadError(
                tr(
                    "the server of {url} redirects without an end ({code}): give a mirror or a "
                    "file with --from"
                ).format(url=self.url, code=error.code)
            )
        raise DownloadError(
            tr(
                "the server answers {code} {reason} for {url}: give a mirror or a file with --from"
            ).format(code=error.code, reason=error.reason, url=self.url)
        )

    def _version(self) -> str:
        """Return the version of the file ``part`` for the header If-Range; "" if there is none.

        The version is the server's ETag or date, as noted for this URL. A weak tag (W/) is not
        sent, because HTTP forbids it in If-Range.
        """
        try:
            note = json.loads(self.note.read_text())
            version = str(note["version"]) if note["url"] == self.url else ""
        except (OSError, ValueError, KeyError, TypeError):
            return ""
        return "" if version.startswith("W/") else version


def _total(answer: http.client.HTTPResponse) -> int | None:
    """Return the length of the whole file in octets; None if the server does not tell it."""
    if answer.status == HTTPStatus.PARTIAL_CONTENT:
        said = answer.headers.get("Content-Range", "").rpartition("/")[2]
    else:
        said = answer.headers.get("Content-Length", "")
    return int(said) if said.isdigit() else None


def _first(answer: http.client.HTTPResponse) -> int | None:
    """Return the index of the first octet that ``answer`` brings, from its header Content-Range.

    Return None if there is no such header, as in an answer with the whole file.
    """
    said = answer.headers.get("Content-Range", "").removeprefix("bytes").strip().partition("-")[0]
    return int(said) if said.isdigit() else None
