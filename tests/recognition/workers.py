"""Helpers for the tests of recognisers: wait for a condition, speak to an utterance."""

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
"""Seconds after which a condition that is not met fails the test; it normally takes less than 1."""


async def until(fact: Callable[[], bool]) -> None:
    """Wait until ``fact`` returns True; TimeoutError after PATIENCE."""
    async with asyncio.timeout(PATIENCE):
        while not fact():  # noqa: ASYNC110 (processes set no asyncio.Event)
            await asyncio.sleep(0.01)


@cache
def spoken(text: str, voice: int = 0) -> Samples:
    """Return the samples of a caller who says ``text``."""
    return says(text, UNTRAINED[voice])


def speak(utterance: Utterance, samples: Samples) -> None:
    """Feed all of ``samples`` in frames of 20 ms, without waiting."""
    for start in range(0, len(samples), FRAME):
        utterance.feed(samples[start : start + FRAME])


async def hear(recognisers: Recognisers, samples: Samples) -> str:
    """Give sound to a free worker; return the words, or the reason why there are none."""
    utterance = recognisers.utterance()
    speak(utterance, samples)
    return told(await utterance.finish())


def told(outcome: RecognitionOutcome) -> str:
    """Return the words of a transcript, or the reason why there is none."""
    return outcome.text if isinstance(outcome, Transcript) else outcome.reason


def alive(pid: int) -> bool:
    """Return True if the process exists and is not a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
