"""Check a speech model: load it in a process of its own and let it decode a sentence."""

import time
from dataclasses import dataclass
from pathlib import Path

from ivr.hearing.frames import RATE
from ivr.hearing.g711 import decode_alaw
from ivr.logs import unlogged
from ivr.recognition.files import ModelError
from ivr.recognition.pool import Recognisers
from ivr.recognition.process import resident_megabytes
from ivr.recognition.transcript import NotHeard
from ivr.translation import tr

CLIP = Path(__file__).with_name("clip.alaw")
"""File with a clear spoken sentence, a-law at 8 kHz; made by tools/tiny_vosk/clip.py."""
SAID = "你们公司在哪里"
"""The words of the sentence in CLIP, which a model decodes when it is checked."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of a check: the recognised words, and what loading and decoding cost."""

    text: str
    confidence: float
    load_seconds: float
    """Seconds from the start of the worker process until the model is ready."""
    decode_ratio: float
    """Seconds that the model takes to decode one second of audio, overhead included. At 1.0 a core
    can serve only one call at a time, at 0.1 about ten."""
    megabytes: float | None
    """Resident memory of the worker process in megabytes; None if the system does not report it."""

    @property
    def exact(self) -> bool:
        """True if the recognised text is exactly SAID, the words of the test sentence.

        False if it is not. The sentence is spoken by a synthesiser, so a good model for people may
        also give False.
        """
        return self.text == SAID


async def check_model(model: Path | None) -> Checked:
    """Check a speech model: load it, let it decode a test sentence, and return the result.

    ``model`` is the model's directory; None means the built-in model. Raise ModelError if the model
    cannot be loaded, gives no transcript in time, or recognises no word.
    """
    with unlogged():
        return await _check(model)


async def _check(model: Path | None) -> Checked:
    clip = decode_alaw(CLIP.read_bytes())
    began = time.monotonic()
    async with Recognisers(model) as recognisers:
        loaded = time.monotonic()
        utterance = recognisers.utterance()
        utterance.feed(clip)
        outcome = await utterance.finish()
        decoded = time.monotonic()
        pids = recognisers.pids
        megabytes = resident_megabytes(pids[0]) if pids else None
    where = model or tr("the package")
    if isinstance(outcome, NotHeard):
        raise ModelError(
            tr(
                "the model in {where} does not recognise one sentence ({reason}): use "
                "another model, or a faster machine"
            ).format(where=where, reason=outcome.reason)
        )
    if not outcome.text:
        raise ModelError(
            tr(
                "the model in {where} finds no word in a clear sentence: use a model for Chinese"
            ).format(where=where)
        )
    return Checked(
        outcome.text,
        outcome.confidence,
        loaded - began,
        (decoded - loaded) / (len(clip) / RATE),
        megabytes,
    )
