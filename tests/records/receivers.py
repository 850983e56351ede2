"""Receivers of notifications: an HTTP server and an SMTP server that fail on demand."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """Keeps what is posted. The first posts get ``answers`` in order, later ones status 204."""

    def __init__(self, *answers: int | str) -> None:
        """An answer is a status, or ``hang up``."""
        self.got: list[tuple[dict[str, str], bytes]] = []
        answers_left = [*answers]
        got = self.got

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                got.append((dict(self.headers), body))
                answer = answers_left.pop(0) if answers_left else 204
                if answer == "hang up":
                    self.close_connection = True
                    return
                self.send_response(int(answer))
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/tickets?to=supervisor"

    @contextmanager
    def running(self) -> Iterator["Receiver"]:
        """Run the server on a thread of its own."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()


class Mailbox:
    """A handler of aiosmtpd that refuses the first ``refusals`` messages and keeps the others."""

    def __init__(self, refusals: int = 0) -> None:
        self.got: list[bytes] = []
        self._refusals = refusals

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self._refusals:
            self._refusals -= 1
            return "451 try again later"
        self.got.append(envelope.content)
        return "250 OK"
