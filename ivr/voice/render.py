"""The whole sheet rendered into a directory, from which Asterisk plays it.

Nothing is written before everything is rendered; each file then takes its place whole, and the
manifest comes last. Stopped at any moment, the directory holds whole files, and the next run
renders again whatever the manifest does not vouch for.
"""

import hashlib
import io
import os
import wave
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ivr.catalogue import SILENCE, SOUNDS, Manifest, Recording
from ivr.dialogue.row import Prompt
from ivr.etiquette.sheet import Sheet
from ivr.hearing.g711 import ALAW_IDLE, ULAW_IDLE, Samples, decode_alaw, encode_alaw, encode_ulaw
from ivr.hearing.level import active_speech_level, peak_dbfs
from ivr.voice.current import MANIFEST, Voice, is_current, known, text_hash
from ivr.voice.spoken import spoken
from ivr.voice.standard import RATE

_SILENCE_SECONDS = 10


class Engine(Voice, Protocol):
    """A voice that speaks text."""

    def synthesise(self, text: str) -> tuple[NDArray[np.int16], int]:
        """``text`` as mono samples and their rate in Hz."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """What one run did, by prompt id."""

    rendered: tuple[str, ...]
    kept: tuple[str, ...]
    removed: tuple[str, ...]


def render(
    sheet: Sheet,
    directory: Path,
    engine: Engine,
    *,
    only: str | None = None,
    anew: bool = False,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Rendering:
    """Render what is missing or out of date; ``anew`` renders even what is current.

    ``only`` is a row or a prompt: nothing else is rendered then, and KeyError says so when the
    sheet has neither. VoiceError when a prompt cannot be made: then nothing was written.
    ``progress`` is told how many of how many prompts are ready.
    """
    prompts = {prompt.id: prompt for prompt in (*sheet.fragments(), Prompt(SILENCE, ""))}
    chosen = {id for id in prompts if only is None or f"{id}.".startswith(f"{only}.")}
    if not chosen:
        raise KeyError(f"the sheet has neither a row nor a prompt {only!r}")
    old = known(directory)
    recordings = {id: entry for id, entry in old.recordings.items() if id in prompts}
    stale = [
        prompt
        for id, prompt in prompts.items()
        if id in chosen and (anew or not is_current(directory, prompt, engine, old))
    ]
    files: dict[Path, bytes] = {}
    for done, (prompt, octets) in enumerate(_spoken(stale, engine), 1):
        recording = _recording(prompt, octets, engine)
        recordings[prompt.id] = recording
        for extension, content in octets.items():
            files[directory / SOUNDS / f"{recording.stem}.{extension}"] = content
        progress(done, len(stale))
    new = Manifest(engine.name, engine.voice, recordings)
    _write(directory, files, new, changed=bool(files) or new != old)
    return Rendering(
        tuple(prompt.id for prompt in stale),
        tuple(id for id in recordings if id not in {prompt.id for prompt in stale}),
        tuple(id for id in old.recordings if id not in prompts),
    )


def _spoken(
    prompts: Sequence[Prompt], engine: Engine
) -> Iterator[tuple[Prompt, Mapping[str, bytes]]]:
    """Each prompt with its files' contents by extension; equal words are spoken once."""
    if not prompts:
        return
    # Here, because scipy takes half a second to import and mostly nothing has changed.
    from ivr.voice.mastering import master

    by_words: dict[str, Mapping[str, bytes]] = {}
    for prompt in prompts:
        if prompt.id == SILENCE:
            yield prompt, _silence()
            continue
        words = spoken(prompt.text)
        if words not in by_words:
            by_words[words] = _formats(master(*engine.synthesise(words)))
        yield prompt, by_words[words]


def _formats(samples: Samples) -> dict[str, bytes]:
    """The same sound as Asterisk reads it (``sln`` is headerless) and as a person's player does."""
    linear = samples.astype("<i2").tobytes()
    return {
        "alaw": encode_alaw(samples),
        "ulaw": encode_ulaw(samples),
        "sln": linear,
        "wav": _wav(linear),
    }


def _silence() -> dict[str, bytes]:
    """The idle code of each law, so that what the caller is sent is exactly an idle line."""
    count = _SILENCE_SECONDS * RATE
    linear = bytes(2 * count)
    return {
        "alaw": bytes([ALAW_IDLE]) * count,
        "ulaw": bytes([ULAW_IDLE]) * count,
        "sln": linear,
        "wav": _wav(linear),
    }


def _wav(linear: bytes) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(linear)
    return file.getvalue()


def _recording(prompt: Prompt, octets: Mapping[str, bytes], engine: Engine) -> Recording:
    """The manifest's entry, measured on what an a-law line carries."""
    heard = decode_alaw(octets["alaw"])
    return Recording(
        id=prompt.id,
        text=prompt.text,
        text_sha256=text_hash(prompt.text, engine.name, engine.voice),
        seconds=len(heard) / RATE,
        active_level_dbov=round(active_speech_level(heard, RATE).level_dbov, 2),
        peak_dbfs=round(peak_dbfs(heard), 2),
        sha256={ext: hashlib.sha256(content).hexdigest() for ext, content in octets.items()},
    )


def _write(
    directory: Path, files: Mapping[Path, bytes], manifest: Manifest, *, changed: bool
) -> None:
    (directory / SOUNDS).mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        _replace(path, content)
    if changed:
        _replace(directory / MANIFEST, manifest.dump().encode())
    wanted = {
        f"{entry.stem}.{extension}"
        for entry in manifest.recordings.values()
        for extension in entry.sha256
    }
    for path in (directory / SOUNDS).iterdir():
        if path.is_file() and path.name not in wanted:
            path.unlink()


def _replace(path: Path, content: bytes) -> None:
    """Put ``content`` at ``path`` at once: whoever opens it sees the old file or the new one."""
    draft = path.with_name(f"{path.name}.draft")
    draft.write_bytes(content)
    os.replace(draft, path)
