"""What the tests of the recognisers share: waiting for a fact, and speaking to an utterance."""

import asyncio
from collections.abc import Callable
from functools import cache
from pathlib import Path

from ivr.hearing.g711 import Samples
from ivr.recognition.pool import Recognisers
from ivr.recognition.transcript import RecognitionOutcome, Transcript
from ivr.recognition.utterance import Utterance
from tests.recognition.callers import UNTRAINED, says

FRAME = 160
PATIENCE = 30.0
"""Seconds after which a fact that does not come true is a failure; nothing normally takes one."""


async def until(fact: Callable[[], bool]) -> None:
    """Wait for ``fact``."""
    async with asyncio.timeout(PATIENCE):
        while not fact():  # noqa: ASYNC110 (processes set no asyncio.Event)
            await asyncio.sleep(0.01)


@cache
def spoken(text: str, voice: int = 0) -> Samples:
    """A caller who says ``text``."""
    return says(text, UNTRAINED[voice])


def speak(utterance: Utterance, samples: Samples) -> None:
    """All of it, in the frames of a call, faster than anybody talks."""
    for start in range(0, len(samples), FRAME):
        utterance.feed(samples[start : start + FRAME])


async def hear(recognisers: Recognisers, text: str) -> str:
    """Say ``text`` to whoever is free; what was understood, or the reason why nothing was."""
    utterance = recognisers.utterance()
    speak(utterance, spoken(text))
    return told(await utterance.finish())


def told(outcome: RecognitionOutcome) -> str:
    """The words of a transcript, or the reason why there is none."""
    return outcome.text if isinstance(outcome, Transcript) else outcome.reason


def alive(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
