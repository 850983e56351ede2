"""What a call is told of the words while they are being said; real workers."""

import asyncio
from pathlib import Path

import numpy as np

from ivr.dialogue.meaning import Certainty, Intent, Meaning
from ivr.recognition.interpreter import Interpretation, Interpreter
from ivr.recognition.pool import Recognisers
from tests.recognition.callers import UNTRAINED, says

FRAME = 160


def meaning(text: str) -> Meaning:
    return Meaning(text, Intent.OTHER, Certainty.UNSURE, 0.0)


async def speak(interpretation: Interpretation, samples: np.ndarray) -> None:
    for start in range(0, len(samples), FRAME):
        interpretation.feed(samples[start : start + FRAME].astype(np.int16))
        await asyncio.sleep(0.001)


async def test_first_words_are_told_before_the_end(tiny: Path) -> None:
    async with Recognisers(tiny) as recognisers:
        told = asyncio.Event()
        interpretation = Interpreter(recognisers, meaning)(told.set)
        await speak(interpretation, says("我要投诉你们客服", UNTRAINED[0]))
        await asyncio.wait_for(told.wait(), 10)
        words = await interpretation.finish()
    assert words is not None
    assert words.meaning.text == "我要投诉你们客服"


async def test_noise_tells_nothing(tiny: Path) -> None:
    async with Recognisers(tiny) as recognisers:
        told = asyncio.Event()
        interpretation = Interpreter(recognisers, meaning)(told.set)
        noise = np.random.default_rng(1).normal(0, 300, 8000)
        await speak(interpretation, noise)
        words = await interpretation.finish()
    assert words is not None
    assert words.none
    assert not told.is_set()
