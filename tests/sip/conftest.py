"""Real calls: Asterisk in Docker, the real service, real SIP and RTP. Never skipped."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
import pytest_asyncio

from ivr.lab.lab import Lab, laboratory
from ivr.softphone import Action, CallRecording, HeardPrompt, heard_prompts, measured_waits
from ivr.words.catalogue import Catalogue

TOLERANCE_SECONDS = 0.20
"""Beside the sheet's seconds, for a busy machine; `ivr bench waits` shows what is reached."""


def name(prompt: HeardPrompt) -> str:
    """Rows 33 and 35 ask in the same words, and so with the same sound."""
    return "closing.ask" if "closing.ask" in prompt.same_sound_ids else prompt.id


@dataclass(frozen=True)
class Heard:
    """One call as its caller heard it."""

    recording: CallRecording
    catalogue: Catalogue

    @cached_property
    def prompts(self) -> Sequence[HeardPrompt]:
        """What was played; found when it is asked for, and so not while other calls are up."""
        answered = self.recording.answered is not None
        return heard_prompts(self.recording, self.catalogue) if answered else []

    @property
    def ids(self) -> list[str]:
        """The prompts in order; one that was cut is marked with ``…``."""
        return [name(prompt) + ("" if prompt.complete else "…") for prompt in self.prompts]

    @property
    def waits(self) -> list[float]:
        """Seconds of silence after each prompt, the last one until the end of the call."""
        return measured_waits(self.recording, self.prompts)[1:]

    @property
    def was_hung_up_on(self) -> bool:
        """Whether the bot ended the call."""
        return self.recording.ended_by == "callee"


async def call(lab: Lab, *script: Action, max_seconds: float = 90.0) -> Heard:
    """Call the hotline, do what the script says, and tell what was heard."""
    async with lab.telephone() as phone:
        recording = await phone.call(lab.number, script, max_seconds=max_seconds)
    return Heard(recording, lab.catalogue)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def lab(root: Path) -> AsyncIterator[Lab]:
    """One laboratory for all tests that leave it as they found it."""
    async with laboratory(root, max_calls=40) as built:
        yield built


@pytest.fixture
def sheet_seconds() -> object:
    """Five seconds, as the sheet counts them and a test may."""
    return pytest.approx(5.0, abs=TOLERANCE_SECONDS)
