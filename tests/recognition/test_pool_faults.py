"""Workers that die, hang and are slow: real processes, real signals, real decoding.

Each fault loses the utterances of that worker and writes one line in the log; no call waits long.
"""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from ivr.recognition import utterance as utterance_module
from ivr.recognition.pool import Recognisers
from ivr.recognition.transcript import NotHeard, Reason
from ivr.recognition.utterance import Utterance, deadline_seconds
from tests.recognition.engines import Engine
from tests.recognition.workers import hear, speak, told, until

SAID = "我要投诉你们客服"

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set long deadlines, because a restart of a worker may take long on a busy machine."""
    monkeypatch.setattr(utterance_module, "deadline_seconds", lambda length: 30.0)


@pytest.fixture
async def two(engine: Engine) -> AsyncIterator[Recognisers]:
    async with Recognisers(engine.model, workers=2) as recognisers:
        yield recognisers


@pytest.fixture
async def one(engine: Engine) -> AsyncIterator[Recognisers]:
    async with Recognisers(engine.model) as recognisers:
        yield recognisers


def faults(logs: list[Any]) -> list[Any]:
    return [entry for entry in logs if entry["log_level"] in ("warning", "error")]


async def until_faults(logs: list[Any], count: int) -> None:
    """Wait until so many faults have been logged."""
    await until(lambda: len(faults(logs)) == count)


async def halfway(engine: Engine, recognisers: Recognisers) -> list[Utterance]:
    """Return one utterance with each of two workers, in their order, spoken to the middle.

    The worker that takes an utterance depends on the load of the machine, so utterances are begun
    until both workers have one.
    """
    pinned: dict[int | None, Utterance] = {}
    while len(pinned) < 2:
        utterance = recognisers.utterance()
        if pinned.setdefault(utterance.pid, utterance) is not utterance:
            utterance.cancel()
            await asyncio.sleep(0.01)
    utterances = [pinned[pid] for pid in recognisers.pids]
    for utterance in utterances:
        speak(utterance, engine.says(SAID)[: len(engine.says(SAID)) // 2])
    return utterances


async def finish(engine: Engine, utterances: list[Utterance]) -> list[str]:
    for utterance in utterances:
        speak(utterance, engine.says(SAID)[len(engine.says(SAID)) // 2 :])
    return [told(o) for o in await asyncio.gather(*(u.finish() for u in utterances))]


@pytest.mark.parametrize("number", [signal.SIGABRT, signal.SIGKILL, signal.SIGSEGV])
async def test_a_worker_that_dies_loses_only_its_own_utterances(
    engine: Engine, two: Recognisers, number: int
) -> None:
    victim, other = two.pids
    utterances = await halfway(engine, two)
    with capture_logs() as logs:
        os.kill(victim, number)
        await until(lambda: utterances[0].lost is not None)  # while the caller still speaks
        assert await finish(engine, utterances) == ["died", SAID]
        await until(lambda: len(two.pids) == 2)
        assert other in two.pids
        assert victim not in two.pids
        assert [await hear(two, engine.says("再见")) for _ in range(2)] == ["再见"] * 2
    (fault,) = faults(logs)
    assert fault["event"] == "recogniser_died"
    assert (fault["pid"], fault["lost_utterances"]) == (victim, 1)
    assert fault["reason"] == signal.Signals(number).name


async def test_new_utterances_wait_while_the_worker_restarts(
    engine: Engine, one: Recognisers
) -> None:
    (victim,) = one.pids
    os.kill(victim, signal.SIGKILL)
    await until(lambda: one.pids not in ([], [victim]))
    assert await hear(one, engine.says("再见")) == "再见"


async def test_a_worker_that_hangs_is_killed(engine: Engine, two: Recognisers) -> None:
    victim, other = two.pids
    with capture_logs() as logs:
        utterances = await halfway(engine, two)
        os.kill(victim, signal.SIGSTOP)
        stopped = asyncio.create_task(finish(engine, utterances[:1]))
        assert await finish(engine, utterances[1:]) == [SAID]
        assert await hear(two, engine.says("再见")) == "再见"  # by the worker that has less to do
        assert await stopped == ["stuck"]
        await until(lambda: len(two.pids) == 2)
    assert victim not in two.pids
    assert other in two.pids
    (fault,) = faults(logs)
    assert (fault["reason"], fault["pid"], fault["lost_utterances"]) == ("stuck", victim, 1)


async def test_an_idle_worker_that_hangs_is_killed(engine: Engine, one: Recognisers) -> None:
    (victim,) = one.pids
    os.kill(victim, signal.SIGSTOP)
    await until(lambda: one.pids not in ([], [victim]))
    assert await hear(one, engine.says("再见")) == "再见"


async def test_a_transcript_after_the_deadline_is_not_waited_for(
    engine: Engine, one: Recognisers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(utterance_module, "deadline_seconds", deadline_seconds)
    (pid,) = one.pids
    utterance = one.utterance()
    loop = asyncio.get_running_loop()
    with capture_logs() as logs:
        os.kill(pid, signal.SIGSTOP)
        began = loop.time()
        assert await utterance.finish() == NotHeard(Reason.LATE)
        assert loop.time() - began == pytest.approx(deadline_seconds(0.0), abs=0.9)
        os.kill(pid, signal.SIGCONT)
        monkeypatch.undo()
        assert await hear(one, engine.says("再见")) == "再见"
    assert one.pids == [pid], "a slow worker was restarted"
    assert [fault["event"] for fault in faults(logs)] == ["recognition_late"]


async def test_an_overloaded_worker_refuses_new_utterances(
    engine: Engine, one: Recognisers
) -> None:
    (pid,) = one.pids
    os.kill(pid, signal.SIGSTOP)
    waiting = [one.utterance() for _ in range(3)]
    for utterance in waiting:
        speak(utterance, engine.says(SAID))
    with capture_logs() as logs:
        refused = one.utterance()
        assert refused.lost == NotHeard(Reason.BUSY)
        refused.feed(engine.says(SAID))
        assert await refused.finish() == NotHeard(Reason.BUSY)
    assert [(entry["event"], entry["reason"]) for entry in logs] == [
        ("recognition_refused", "busy")
    ]
    os.kill(pid, signal.SIGCONT)
    outcomes = await asyncio.gather(*(utterance.finish() for utterance in waiting))
    assert [told(outcome) for outcome in outcomes] == [SAID] * 3
    assert await hear(one, engine.says("再见")) == "再见"


async def test_workers_that_keep_dying_are_restarted_after_longer_pauses(
    engine: Engine, one: Recognisers
) -> None:
    with capture_logs() as logs:
        for deaths in (1, 2, 3):
            await until(lambda: one.pids != [])
            os.kill(one.pids[0], signal.SIGKILL)
            await until_faults(logs, deaths)
        assert one.utterance().lost == NotHeard(Reason.NO_WORKER)
    waits = [entry["restart_in_seconds"] for entry in logs if "restart_in_seconds" in entry]
    assert waits == [0.0, 0.5, 1.0]
    await until(lambda: one.pids != [])
    assert await hear(one, engine.says("再见")) == "再见"


async def test_a_model_that_was_removed_is_named_in_the_log(engine: Engine, tmp_path: Path) -> None:
    """Meanwhile calls go on with keys; recognition works again when the model is back."""
    directory = Path(shutil.copytree(engine.model, tmp_path / "model"))
    async with Recognisers(directory) as recognisers:
        with capture_logs() as logs:
            os.rename(directory, tmp_path / "elsewhere")
            os.kill(recognisers.pids[0], signal.SIGKILL)
            await until(lambda: len(faults(logs)) >= 2)
        os.rename(tmp_path / "elsewhere", directory)
        assert "there is no model in" in faults(logs)[1]["worker_message"]
        await until(lambda: recognisers.pids != [])
        assert await hear(recognisers, engine.says("再见")) == "再见"
