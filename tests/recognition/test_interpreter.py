"""Guesses about the words of an utterance before its end, with real workers."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from ivr.dialogue.expected import Expected
from ivr.dialogue.meaning import Certainty, Intent, Meaning
from ivr.recognition.interpreter import Interpretation, Interpreter
from ivr.recognition.pool import Recognisers
from tests.caller import understander
from tests.recognition.callers import UNTRAINED, says

FRAME = 160


def meaning(text: str) -> Meaning:
    return Meaning(text, Intent.OTHER, Certainty.UNSURE, 0.0)


async def speak(interpretation: Interpretation, samples: np.ndarray) -> None:
    for start in range(0, len(samples), FRAME):
        interpretation.feed(samples[start : start + FRAME].astype(np.int16))
        await asyncio.sleep(0.001)


@pytest.mark.slow
async def test_the_first_words_are_reported_before_the_end(tiny: Path) -> None:
    async with Recognisers(tiny) as recognisers:
        told = asyncio.Event()
        interpretation = Interpreter(recognisers, meaning)(lambda guess: told.set())
        await speak(interpretation, says("我要投诉你们客服", UNTRAINED[0]))
        await asyncio.wait_for(told.wait(), 10)
        words = await interpretation.finish()
    assert words is not None
    assert words.meaning.text == "我要投诉你们客服"


@pytest.mark.slow
async def test_a_few_words_are_understood_before_the_end_and_many_are_not(tiny: Path) -> None:
    """再见 is short enough to be guessed; the beginning of a longer sentence is not."""
    async with Recognisers(tiny) as recognisers:
        for text, understood in (("再见", "再见"), ("我要投诉你们客服", None)):
            guesses: list[str | None] = []

            def told(guess: Meaning | None, guesses: list[str | None] = guesses) -> None:
                guesses.append(guess.text if guess else None)

            interpretation = Interpreter(recognisers, meaning)(told)
            await speak(interpretation, says(text, UNTRAINED[0]))
            await speak(interpretation, np.zeros(4 * FRAME * 12))
            async with asyncio.timeout(10):
                while understood not in guesses:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            assert guesses[-1] == understood
            interpretation.cancel()


@pytest.mark.slow
async def test_noise_reports_no_words(tiny: Path) -> None:
    async with Recognisers(tiny) as recognisers:
        told = asyncio.Event()
        interpretation = Interpreter(recognisers, meaning)(lambda guess: told.set())
        noise = np.random.default_rng(1).normal(0, 300, 8000)
        await speak(interpretation, noise)
        words = await interpretation.finish()
    assert words is not None
    assert words.none
    assert not told.is_set()


@pytest.mark.slow
async def test_a_number_comes_with_its_alternatives(tiny: Path) -> None:
    async with Recognisers(tiny) as recognisers:
        interpretation = Interpreter(recognisers, understander().meaning)(
            lambda guess: None, Expected.NUMBER
        )
        await speak(interpretation, says("幺三六七零九二五四八九", UNTRAINED[0], snr_db=0.0))
        words = await interpretation.finish()
    assert words is not None
    assert len(words.numbers) > 1
    assert sum(number.probability for number in words.numbers) <= 1.0 + 1e-9
