"""Shared by the tests of download and install: a packed model, and a client that fetches it."""

import hashlib
import io
import stat
import zipfile
from pathlib import Path

from ivr.recognition import download
from ivr.recognition.install import InstalledModel, fetch_model
from ivr.recognition.official import MODELS
from tests.recognition.model_server import ModelServer

SMALL, LARGE = MODELS["small"], MODELS["large"]


def zipped(files: dict[str, bytes], *, mode: int = stat.S_IFREG | 0o644) -> bytes:
    """Return a zip of these files, given by name; ``mode`` is the type and mode of each."""
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return octets.getvalue()


class Fetcher:
    """Fetches the small model from a server and records the pauses and the progress.

    A connection that is silent for half a second is given up; pauses are recorded, not waited.
    """

    def __init__(self, server: ModelServer, models: Path) -> None:
        self.server, self.models = server, models
        self.pauses: list[float] = []
        self.progress: list[tuple[int, int | None]] = []

    def __call__(self, sha256: str | None = None, path: str = "model.zip") -> InstalledModel:
        pauses = self.pauses

        class Impatient(download.Download):
            def __init__(self, url: str, part: Path, octets: int | None) -> None:
                super().__init__(url, part, octets, timeout=0.5, sleep=pauses.append)

        if sha256 is None:
            sha256 = hashlib.sha256(self.server.content).hexdigest()
        return fetch_model(
            SMALL,
            self.models,
            lambda have, total: self.progress.append((have, total)),
            source=self.server.url(path),
            sha256=sha256,
            download=Impatient,
        )

    @property
    def left(self) -> set[str]:
        """Names in the directory of models, without the lock."""
        return {path.name for path in self.models.iterdir()} - {f".{SMALL.folder}.lock"}
