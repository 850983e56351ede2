"""A package index (PEP 503) with one wheel, which misbehaves as real ones do."""

import hashlib
import io
import os
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PROJECT, VERSION = "tinyvoice", "0.1"

PIP = {
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_EXTRA_INDEX_URL": "",
    "PIP_FIND_LINKS": "",
    "PIP_NO_CACHE_DIR": "1",
    "PIP_RETRIES": "0",
    "NO_PROXY": "127.0.0.1",
}
"""Environment in which pip asks only the index of PIP_INDEX_URL, and only once."""


def built_wheel(
    files: Mapping[str, bytes], project: str = PROJECT, version: str = VERSION
) -> bytes:
    """Return a wheel of ``project`` with ``files`` in addition to what every wheel has."""
    about = f"{project}-{version}.dist-info"
    needed: dict[str, str | bytes] = {
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/RECORD": "",
    }
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**files, **needed}.items():
            archive.writestr(name, content)
    return octets.getvalue()


class PackageIndex(ThreadingHTTPServer):
    """Serves the page of one project and its only wheel; its attributes switch faults on."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, wheel: bytes, project: str, version: str) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.wheel = wheel
        self.project = project
        self.file = f"{project}-{version}-py3-none-any.whl"
        self.announced = hashlib.sha256(wheel).hexdigest()
        """SHA-256 that the page names for the wheel."""
        self.status = 200
        """Status of every answer."""
        self.cut_after = len(wheel)
        """Octets of the wheel after which the connection is closed."""
        self.fetched = 0
        """Number of answers that sent the wheel, or a part of it."""

    @property
    def url(self) -> str:
        """The address of the index, as pip takes it."""
        return f"http://127.0.0.1:{self.server_address[1]}/simple/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore errors of a connection, such as a client that closes it."""


class _Answer(BaseHTTPRequestHandler):
    server: PackageIndex

    def do_GET(self) -> None:
        server = self.server
        if server.status != 200:
            self.send_error(server.status)
            return
        if self.path == f"/simple/{server.project}/":
            page = f'<a href="/{server.file}#sha256={server.announced}">{server.file}</a>'
            self._send("text/html", page.encode(), len(page))
        elif self.path == f"/{server.file}":
            server.fetched += 1
            self._send("application/zip", server.wheel, server.cut_after)
        else:
            self.send_error(404)

    def _send(self, kind: str, content: bytes, octets: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[:octets])

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""


@contextmanager
def indexing(
    wheel: bytes, project: str = PROJECT, version: str = VERSION
) -> Iterator[PackageIndex]:
    """Run a package index that offers ``wheel``, which is that of ``project``."""
    server = PackageIndex(wheel, project, version)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
