"""Shared by the tests of installing: a client that fetches the small model from a server."""

import hashlib
from pathlib import Path

from ivr.fetching.packed import Fetched
from ivr.recognition.install import fetch_model
from ivr.recognition.official import MODELS
from tests.fetching.client import impatient
from tests.fetching.file_server import FileServer

SMALL, LARGE = MODELS["small"], MODELS["large"]


class Fetcher:
    """Fetches the small model from a server and records the progress."""

    def __init__(self, server: FileServer, models: Path) -> None:
        self.server, self.models = server, models
        self.progress: list[tuple[int, int | None]] = []

    def __call__(self, sha256: str | None = None) -> Fetched:
        if sha256 is None:
            sha256 = hashlib.sha256(self.server.content).hexdigest()
        return fetch_model(
            SMALL.packed,
            self.models,
            lambda have, total: self.progress.append((have, total)),
            source=self.server.url(),
            sha256=sha256,
            download=impatient([]),
        )

    @property
    def left(self) -> set[str]:
        """Names in the directory of models, without the lock."""
        return {path.name for path in self.models.iterdir()} - {f".{SMALL.folder}.lock"}
