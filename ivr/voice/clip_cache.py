"""A cache of rendered clips, shared by all checkouts of this user.

A clip is found by the hash of everything that its sound depends on. What another checkout or an
interrupted run has rendered is therefore not synthesised again.
"""

import io
import json
import os
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ivr.paths import cache_directory
from ivr.voice.loudness import Measures

_MEASURES = "measures.json"
_MOST_OCTETS = 2_000_000_000
"""Upper limit for the size of the cache. A complete set of one voice has 0.3 GB."""


@dataclass(frozen=True, slots=True)
class FinishedClip:
    """The contents of a clip's files, and the length, level and peak that were measured on them."""

    contents: Mapping[str, bytes]
    """The content of each file, by the extension of its name, such as ``alaw``."""
    measures: Measures


@dataclass(frozen=True, slots=True)
class ClipCache:
    """The cache of rendered clips in ``directory``; each clip is one zip file named by its hash."""

    directory: Path

    @classmethod
    def of_user(cls) -> "ClipCache":
        """Return the cache that all checkouts of this user share."""
        return cls(cache_directory() / "clips")

    def get(self, key: str) -> FinishedClip | None:
        """Return the clip with the hash ``key``; None if it is not in the cache or damaged.

        The hash is a result of :func:`ivr.voice.current.clip_hash`.
        """
        path = self._path(key)
        try:
            with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
                contents = {name: archive.read(name) for name in archive.namelist()}
            measures = json.loads(contents.pop(_MEASURES))
            os.utime(path)  # so that prune() removes those that are not used
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            return None
        return FinishedClip(contents, measures)

    def put(self, key: str, clip: FinishedClip) -> None:
        """Store ``clip`` under the hash ``key``. If that fails, nothing is stored or raised."""
        octets = io.BytesIO()
        with zipfile.ZipFile(octets, "w") as archive:
            for extension, content in clip.contents.items():
                archive.writestr(extension, content)
            archive.writestr(_MEASURES, json.dumps(dict(clip.measures)))
        path = self._path(key)
        draft = path.with_suffix(f".{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(octets.getvalue())
            draft.replace(path)
        except OSError:
            with suppress(OSError):
                draft.unlink()

    def prune(self, most_octets: int = _MOST_OCTETS) -> None:
        """Delete clips until the cache has at most ``most_octets`` octets.

        The clips whose last use is longest ago are deleted first.
        """
        found = []
        for path in self.directory.glob("*/*"):
            try:
                status = path.stat()
            except FileNotFoundError:
                continue  # another process has removed it
            found.append((status.st_mtime, status.st_size, path))
        octets = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if octets <= most_octets:
                return
            path.unlink(missing_ok=True)
            octets -= size

    def _path(self, key: str) -> Path:
        return self.directory / key[:2] / f"{key}.zip"
