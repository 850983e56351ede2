"""The recogniser dies or hangs while a caller speaks: the caller is asked to repeat (row 25)."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ivr.bench.accounting import children_of
from ivr.lab.lab import Lab, laboratory
from ivr.lab.natural_callers import NATURAL_CALLERS
from ivr.lab.voices import SyntheticCaller, says
from ivr.softphone import Action, PlayedSound, Silence
from tests.sip.conftest import call

pytestmark = [pytest.mark.sip, pytest.mark.timeout(200), pytest.mark.asyncio(loop_scope="session")]

WORDS, VOICE = "不好意思打错电话了", 2
NOTICED_SECONDS = 3.5
"""Seconds of silence before the repetition: two until a hung worker is given up, and some more."""


@pytest_asyncio.fixture(loop_scope="session")
async def breakable(root: Path) -> AsyncIterator[Lab]:
    """Yield a laboratory whose recogniser may be broken."""
    async with laboratory(root) as built:
        yield built


def workers(lab: Lab) -> list[int]:
    """Return the process ids of the recognition workers, children of the listening process."""
    (listening,) = children_of(lab.service.pid)
    return children_of(listening)


@pytest.mark.row("ask_repeat")
@pytest.mark.parametrize(
    ("number", "voice"), [(signal.SIGABRT, VOICE), (signal.SIGSTOP, NATURAL_CALLERS[0])]
)
async def test_a_worker_lost_in_mid_word_loses_only_that_utterance(
    breakable: Lab, number: signal.Signals, voice: int | SyntheticCaller
) -> None:
    """The caller hears 麻烦您……再复述一遍 (25), repeats, and is understood by a new worker.

    The words that are lost need not be understood, so a natural voice may speak them.
    """
    greeted = breakable.catalogue["greeting.ask"].seconds
    repeat = breakable.catalogue["ask_repeat.ask"].seconds
    script: list[Action] = [
        Silence(greeted + 1.0),
        PlayedSound(says(WORDS, voice)),
        Silence(repeat + NOTICED_SECONDS),
        PlayedSound(says(WORDS, VOICE)),
        Silence(),
    ]
    (victim,) = workers(breakable)
    calling = asyncio.create_task(call(breakable, *script, max_seconds=greeted + 30.0))
    await breakable.service.logged("sheet_row_begun", 1)
    await asyncio.sleep(greeted + 1.8)  # the caller is in mid-sentence then
    os.kill(victim, number)
    heard = await calling
    assert heard.ids[:3] == ["greeting.ask", "ask_repeat.ask", "wrong_number.explain"]
    assert [line["event"] for line in await breakable.service.logged("words_lost", 1)]
    (died,) = await breakable.service.logged("recogniser_died", 1)
    assert died["pid"] == victim
    assert victim not in workers(breakable)
