"""Downloads over real HTTP from a server that misbehaves: the whole file, or one clear sentence."""

import urllib.request
from http.client import HTTPMessage
from io import BytesIO
from pathlib import Path

import pytest

from ivr.recognition import download
from ivr.recognition.files import ModelError
from ivr.recognition.install import fetch_model
from tests.recognition.fetching import SMALL, Fetcher
from tests.recognition.model_server import serving


def test_a_download_resumes_where_the_connection_ended(fetcher: Fetcher) -> None:
    fetcher.server.cut_after = [400_000, 300_000]
    fetcher()
    assert [asked for _, asked in fetcher.server.requests] == ["", "bytes=400000-", "bytes=700000-"]
    assert fetcher.pauses == [1.0, 1.0]


def test_a_download_resumes_at_the_next_fetch(fetcher: Fetcher) -> None:
    fetcher.server.cut_after = [100_000] + [0] * 10
    with pytest.raises(ModelError, match="try again later, which resumes the download"):
        fetcher()
    assert f".{SMALL.folder}.zip.part" in fetcher.left
    assert SMALL.folder not in fetcher.left
    fetcher.server.cut_after = []
    fetcher.server.requests.clear()
    fetcher()
    assert [asked for _, asked in fetcher.server.requests] == ["bytes=100000-"]
    assert fetcher.left == {SMALL.folder}


def test_without_ranges_the_download_starts_again(fetcher: Fetcher) -> None:
    fetcher.server.ranges = False
    fetcher.server.cut_after = [400_000]
    fetcher()
    assert len(fetcher.server.requests) == 2


def test_a_file_that_changed_in_between_is_fetched_from_its_beginning(fetcher: Fetcher) -> None:
    fetcher.server.cut_after = [100_000] + [0] * 10
    with pytest.raises(ModelError):
        fetcher()
    fetcher.server.cut_after = []
    fetcher.server.version = '"two"'
    fetcher()
    assert fetcher.left == {SMALL.folder}


def test_a_partial_file_longer_than_the_whole_is_deleted(fetcher: Fetcher) -> None:
    fetcher.models.mkdir()
    part = fetcher.models / f".{SMALL.folder}.zip.part"
    part.write_bytes(b"x" * (len(fetcher.server.content) + 1))
    fetcher()
    assert [bool(asked) for _, asked in fetcher.server.requests] == [True, False]


def test_a_silent_connection_is_given_up_and_the_server_asked_again(fetcher: Fetcher) -> None:
    fetcher.server.silent_after = [100_000]
    fetcher()
    assert fetcher.server.requests[1][1] == "bytes=100000-"


def test_a_file_of_unknown_length_ends_with_the_connection(fetcher: Fetcher) -> None:
    fetcher.server.chunked = True
    fetcher()
    assert fetcher.progress[-1] == (len(fetcher.server.content), None)


def test_a_file_shorter_than_announced_is_an_error(fetcher: Fetcher) -> None:
    fetcher.server.lies_about_length = 10
    fetcher.server.ranges = False
    with pytest.raises(ModelError, match="the connection ended after"):
        fetcher()


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_lasting_refusal_is_reported_without_a_retry(fetcher: Fetcher, status: int) -> None:
    fetcher.server.answers = [(status, {})]
    with pytest.raises(ModelError, match=f"answers {status} .*give a mirror or a file with --from"):
        fetcher()
    assert fetcher.pauses == []


def test_a_busy_server_is_given_the_time_it_asks_for(fetcher: Fetcher) -> None:
    busy = [(503, {"Retry-After": "7"}), (503, {}), (429, {"Retry-After": "86400"})]
    fetcher.server.answers = list(busy)
    fetcher()
    assert fetcher.pauses == [7.0, 2.0, download.LONGEST_PAUSE_SECONDS]
    fetcher.server.answers = [(503, {})] * download.DOWNLOAD_ATTEMPTS
    with pytest.raises(ModelError, match="503 Service Unavailable"):
        fetcher()


def test_redirects_are_followed(fetcher: Fetcher) -> None:
    fetcher.server.answers = [(302, {"Location": "/elsewhere.zip"})]
    fetcher()
    assert [path for path, _ in fetcher.server.requests] == ["/model.zip", "/elsewhere.zip"]


def test_a_redirect_that_gives_up_tls_is_not_followed() -> None:
    secure = urllib.request.Request("https://example.org/model.zip")
    with pytest.raises(download.DownloadError, match="not protected against forgery"):
        download._NoDowngrade().redirect_request(
            secure, BytesIO(), 302, "", HTTPMessage(), "http://example.org/"
        )


def test_endless_redirects_end(fetcher: Fetcher) -> None:
    fetcher.server.answers = [(302, {"Location": "/again"})] * 50
    with pytest.raises(ModelError, match="302"):
        fetcher()


def test_a_server_that_does_not_answer_is_reported(tmp_path: Path) -> None:
    with serving(b"") as server:
        url = server.url()
    with pytest.raises(ModelError, match=r"cannot be fetched .*refused"):
        fetch_model(
            SMALL, tmp_path, lambda have, total: None, source=url, sha256="0" * 64,
            download=lambda url, part, octets: download.Download(  # type: ignore[arg-type]
                url, part, octets, sleep=lambda seconds: None
            ),
        )  # fmt: skip
