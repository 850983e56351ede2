"""A crowd of callers, silent and talking, in processes of their own.

One process could not send and time the packets of a hundred callers. What the callers cost is
therefore also counted apart from what the hotline costs.
"""

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from ivr.bench.silent_calls import MAX_SECONDS, SilentCall, kinds, prompts_of
from ivr.bench.turns import talking_script, turns_of
from ivr.bench.waits import errors_ms
from ivr.lab.lab import Lab
from ivr.lab.pbx import PHONES
from ivr.softphone.phone import Softphone
from ivr.softphone.recording import CallRecording
from ivr.softphone.script import Action
from ivr.words.catalogue import Catalogue

_PROCESSES = 4
"""Number of processes with callers. With fewer, those of 300 callers would send packets late."""


@dataclass(frozen=True, slots=True)
class CrowdCall:
    """The observations of one caller of the crowd."""

    problem: str | None
    """A sentence that says what went wrong in the call; None if nothing did."""
    gap_p99_ms: float
    """99th percentile of the times from one audio packet to the next, in milliseconds."""
    wait_errors_ms: tuple[float, ...] = ()
    """Differences between the waits of a silent caller and the sheet's 5 s, in milliseconds."""
    replies_ms: tuple[float, ...] = ()
    """Times from the end of each sentence of a talking caller to the reply, in milliseconds."""
    understood: float = 1.0
    """Share of the sentences of a talking caller that got the right reply."""


@dataclass(frozen=True, slots=True)
class _Party:
    """The callers of one process, and the hotline that they call."""

    server: tuple[str, int]
    password: str
    number: str
    prompts: Path
    callers: tuple[tuple[int, bool, float], ...]
    """For each caller: their number, True if they talk, and the time of dialling in seconds of the
    monotonic clock, which all processes share."""
    seed: int


class Crowd:
    """Processes with callers, which are ready to call; made by :func:`crowd`."""

    def __init__(self, pools: Sequence[ProcessPoolExecutor], pids: Sequence[int]) -> None:
        self._pools = pools
        self.pids = tuple(pids)
        """The ids of the processes with callers."""

    async def call(
        self, lab: Lab, talks: Sequence[bool], seed: int, spread_seconds: float, root: Path
    ) -> list[CrowdCall]:
        """Place a call for each entry of ``talks``: True for a caller who talks, False for a silent
        one. Return what the callers have noticed, when all calls are over.

        The calls begin at equal intervals within ``spread_seconds`` seconds. ``seed`` is the random
        seed of room noise and of pauses; ``root`` the directory of the checkout.
        """
        loop = asyncio.get_running_loop()
        begin = loop.time() + 1.0
        callers = [
            (number, talk, begin + spread_seconds * number / len(talks))
            for number, talk in enumerate(talks)
        ]
        parties = [
            _Party(
                lab.pbx.server, lab.pbx.password(), lab.number, root / "prompts" / "rendered",
                tuple(callers[first :: len(self._pools)]), seed,
            )
            for first in range(len(self._pools))
        ]  # fmt: skip
        calls = await asyncio.gather(
            *(
                loop.run_in_executor(pool, _call_together, party)
                for pool, party in zip(self._pools, parties, strict=True)
            )
        )
        return [call for some in calls for call in some]


@contextmanager
def crowd(root: Path) -> Iterator[Crowd]:
    """Start the processes of a crowd and yield it; end them at the end of the ``with``.

    ``root`` is the directory of the project's checkout.
    """
    with ExitStack() as stack:
        pools = [
            stack.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn")))
            for _ in range(_PROCESSES)
        ]
        ready = [pool.submit(_prepare, root / "prompts" / "rendered") for pool in pools]
        yield Crowd(pools, [one.result() for one in ready])


def _prepare(prompts: Path) -> int:
    """Load what every call needs, so that the first calls are not late; return the process id."""
    catalogue = Catalogue.load(prompts)
    for number in range(_PROCESSES):
        talking_script(catalogue, number, np.random.default_rng(number))
    return os.getpid()


def _call_together(party: _Party) -> list[CrowdCall]:
    return asyncio.run(_calls(party))


async def _calls(party: _Party) -> list[CrowdCall]:
    catalogue = Catalogue.load(party.prompts)
    async with Softphone(party.server, PHONES[0], party.password) as phone:
        noticed = [
            _one_call(phone, party, catalogue, number, talk, at)
            for number, talk, at in party.callers
        ]
        judged = await asyncio.gather(*noticed)
    return [judge() for judge in judged]  # matching takes long: not while others still call


async def _one_call(
    phone: Softphone, party: _Party, catalogue: Catalogue, number: int, talk: bool, at: float
) -> Callable[[], CrowdCall]:
    """Place one call at the time ``at``; return the function that finds what the caller noticed."""
    seed = party.seed + number
    silent = kinds(seed)[number % 4]
    script: Sequence[Action] = silent.script
    if talk:
        script = talking_script(catalogue, number, np.random.default_rng(seed))
    await asyncio.sleep(at - asyncio.get_running_loop().time())
    recording = await phone.call(party.number, script, max_seconds=MAX_SECONDS)
    if talk:
        return lambda: _talked(recording, catalogue)
    return lambda: _was_silent(
        SilentCall(silent, recording, prompts_of(recording, catalogue)), recording
    )


def _was_silent(call: SilentCall, recording: CallRecording) -> CrowdCall:
    return CrowdCall(call.problem, recording.gaps().p99_ms, tuple(map(abs, errors_ms([call]))))


def _talked(recording: CallRecording, catalogue: Catalogue) -> CrowdCall:
    gap = recording.gaps().p99_ms
    if recording.answered is None:
        return CrowdCall(f"talking: not answered ({recording.status} {recording.reason})", gap)
    turns = turns_of(recording, catalogue)
    replies = tuple(1000 * one.reply_seconds for one in turns if one.reply_seconds is not None)
    problem = None
    if len(replies) < len(turns) or not turns:
        problem = f"talking: {len(turns) - len(replies)} of {len(turns)} sentences got no reply"
    understood = sum(one.understood for one in turns) / max(len(turns), 1)
    return CrowdCall(problem, gap, (), replies, understood)
