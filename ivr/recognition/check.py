"""Does a model work? It is loaded in a process of its own and decodes a sentence."""

import time
from dataclasses import dataclass
from pathlib import Path

from ivr.hearing.frames import RATE
from ivr.hearing.g711 import decode_alaw
from ivr.logs import unlogged
from ivr.recognition.files import ModelError
from ivr.recognition.pool import Recognisers
from ivr.recognition.transcript import NotHeard

CLIP = Path(__file__).with_name("clip.alaw")
"""A clear sentence, as a-law; made by tools/tiny_vosk/clip.py."""
SAID = "你们公司在哪里"
"""The words of it."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a model made of the clip."""

    text: str
    confidence: float
    load_seconds: float
    """From the start of the process until the model is ready."""
    decode_ratio: float
    """Time to decode, with everything around it, per second of sound; 1.0 is one call a core."""
    megabytes: float | None
    """Memory of the process with the model; None where the system does not tell."""

    @property
    def exact(self) -> bool:
        """Whether it is word for word what is said. A model of people may err on a synthesiser."""
        return self.text == SAID


async def check_model(model: Path | None) -> Checked:
    """Try the model in directory ``model``, or our own tiny one; ModelError when it is no use."""
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
        megabytes = _megabytes(recognisers.pids)
    where = model or "the package"
    if isinstance(outcome, NotHeard):
        raise ModelError(
            f"the model in {where} is not up to one sentence ({outcome.reason}): "
            "take another model, or a faster machine"
        )
    if not outcome.text:
        raise ModelError(
            f"the model in {where} hears no word in a clear sentence: take one for Chinese"
        )
    return Checked(
        outcome.text,
        outcome.confidence,
        loaded - began,
        (decoded - loaded) / (len(clip) / RATE),
        megabytes,
    )


def _megabytes(pids: list[int]) -> float | None:
    try:
        status = Path(f"/proc/{pids[0]}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1000
    except (OSError, ValueError, IndexError):
        return None
