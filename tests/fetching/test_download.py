"""Downloads over real HTTP from a server that misbehaves: the whole file, or one clear sentence."""

import urllib.request
from http.client import HTTPMessage
from io import BytesIO

import pytest

from ivr.fetching import FetchError, download
from tests.fetching.client import NAME, Client
from tests.fetching.file_server import serving


def test_a_download_resumes_where_the_connection_ended(client: Client) -> None:
    client.server.cut_after = [400_000, 300_000]
    client()
    assert [asked for _, asked in client.server.requests] == ["", "bytes=400000-", "bytes=700000-"]
    assert client.pauses == [1.0, 1.0]


def test_a_download_resumes_at_the_next_fetch(client: Client) -> None:
    client.server.cut_after = [100_000] + [0] * 10
    with pytest.raises(FetchError, match="try again later, which resumes the download"):
        client()
    assert client.part.name in client.left
    assert NAME not in client.left
    client.server.cut_after = []
    client.server.requests.clear()
    client()
    assert [asked for _, asked in client.server.requests] == ["bytes=100000-"]
    assert client.left == {NAME}


def test_without_ranges_the_download_starts_again(client: Client) -> None:
    client.server.ranges = False
    client.server.cut_after = [400_000]
    client()
    assert len(client.server.requests) == 2


def test_a_file_that_changed_in_between_is_fetched_from_its_beginning(client: Client) -> None:
    client.server.cut_after = [100_000] + [0] * 10
    with pytest.raises(FetchError):
        client()
    client.server.cut_after = []
    client.server.version = '"two"'
    client()
    assert client.left == {NAME}


def test_a_partial_file_longer_than_the_whole_is_deleted(client: Client) -> None:
    client.home.mkdir()
    client.part.write_bytes(b"x" * (len(client.server.content) + 1))
    client()
    assert [bool(asked) for _, asked in client.server.requests] == [True, False]


def test_a_silent_connection_is_given_up_and_the_server_asked_again(client: Client) -> None:
    client.server.silent_after = [100_000]
    client()
    assert client.server.requests[1][1] == "bytes=100000-"


def test_a_file_of_unknown_length_ends_with_the_connection(client: Client) -> None:
    client.server.chunked = True
    client()
    assert client.progress[-1] == (len(client.server.content), None)


def test_a_file_shorter_than_announced_is_an_error(client: Client) -> None:
    client.server.lies_about_length = 10
    client.server.ranges = False
    with pytest.raises(FetchError, match="the connection ended after"):
        client()


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_lasting_refusal_is_reported_without_a_retry(client: Client, status: int) -> None:
    client.server.answers = [(status, {})]
    with pytest.raises(FetchError, match=f"answers {status} .*give a mirror or a file with --from"):
        client()
    assert client.pauses == []


def test_a_busy_server_is_given_the_time_it_asks_for(client: Client) -> None:
    busy = [(503, {"Retry-After": "7"}), (503, {}), (429, {"Retry-After": "86400"})]
    client.server.answers = list(busy)
    client()
    assert client.pauses == [7.0, 2.0, download.LONGEST_PAUSE_SECONDS]
    client.server.answers = [(503, {})] * download.DOWNLOAD_ATTEMPTS
    with pytest.raises(FetchError, match="503 Service Unavailable"):
        client()


def test_redirects_are_followed(client: Client) -> None:
    client.server.answers = [(302, {"Location": "/elsewhere.zip"})]
    client()
    assert [path for path, _ in client.server.requests] == ["/thing.zip", "/elsewhere.zip"]


def test_a_redirect_that_gives_up_tls_is_not_followed() -> None:
    secure = urllib.request.Request("https://example.org/thing.zip")
    with pytest.raises(download.DownloadError, match="not protected against forgery"):
        download._NoDowngrade().redirect_request(
            secure, BytesIO(), 302, "", HTTPMessage(), "http://example.org/"
        )


def test_endless_redirects_end(client: Client) -> None:
    client.server.answers = [(302, {"Location": "/again"})] * 50
    with pytest.raises(
        FetchError, match=r"redirects without an end \(302\): give a mirror"
    ) as error:
        client()
    assert "\n" not in str(error.value)


def test_a_server_that_does_not_answer_is_reported(client: Client) -> None:
    with serving(b"") as server:
        url = server.url()
    with pytest.raises(FetchError, match=r"cannot be fetched .*refused"):
        client(urls=(url,))
