"""A web server that offers one file and misbehaves as real servers do."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_PIECE = 1 << 16


class FileServer(ThreadingHTTPServer):
    """Serves ``content`` at every path; its attributes switch faults on."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.content = content
        self.version = '"one"'
        self.requests: list[tuple[str, str]] = []
        """Path and Range header of each request."""
        self.cut_after: list[int] = []
        """Octets after which the next connections are closed, one entry for each."""
        self.silent_after: list[int] = []
        """Octets after which the next connections send nothing more, one entry for each."""
        self.answers: list[tuple[int, dict[str, str]]] = []
        """Status and headers of the next answers, which are sent instead of the file."""
        self.ranges = True
        """False if the server ignores the Range header."""
        self.chunked = False
        """True if the server sends chunks instead of a Content-Length."""
        self.lies_about_length = 0
        """Octets that the Content-Length names in addition to those that are sent."""
        self.released = threading.Event()
        """Set at the end, so that silent connections are closed."""

    def url(self, path: str = "thing.zip") -> str:
        """Return the address of ``path`` on this server."""
        return f"http://127.0.0.1:{self.server_address[1]}/{path}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore errors of a connection, such as a client that closes it."""


class Answer(BaseHTTPRequestHandler):
    """Answers one request."""

    server: FileServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server, asked = self.server, self.headers.get("Range", "")
        server.requests.append((self.path, asked))
        self.close_connection = True
        if server.answers:
            status, headers = server.answers.pop(0)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start, total = 0, len(server.content)
        current = self.headers.get("If-Range", server.version) == server.version
        if asked and server.ranges and current:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            if start >= total:
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{total}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        else:
            self.send_response(200)
        self.send_header("ETag", server.version)
        body = server.content[start:]
        if server.chunked:
            self.send_header("Transfer-Encoding", "chunked")
            body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        else:
            self.send_header("Content-Length", str(len(body) + server.lies_about_length))
        self.end_headers()
        self._send(body)

    def _send(self, body: bytes) -> None:
        server = self.server
        if server.cut_after:
            body = body[: server.cut_after.pop(0)]
        if server.silent_after:
            self.wfile.write(body[: server.silent_after.pop(0)])
            server.released.wait()
            return
        for start in range(0, len(body), _PIECE):
            self.wfile.write(body[start : start + _PIECE])

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""


@contextmanager
def serving(content: bytes) -> Iterator[FileServer]:
    """Run a server that offers ``content``."""
    server = FileServer(content)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
