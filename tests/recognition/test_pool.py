"""Recognition in worker processes, with the real libraries: Vosk and sherpa-onnx."""

import asyncio
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from ivr.hearing.frames import RATE
from ivr.recognition.files import ModelError
from ivr.recognition.framing import Frame, Kind
from ivr.recognition.keeper import Keeper
from ivr.recognition.pool import Recognisers
from ivr.recognition.transcript import NotHeard, Reason, Transcript
from ivr.recognition.utterance import LONGEST_SECONDS, Utterance
from tests.recognition.engines import Engine
from tests.recognition.workers import alive, hear, speak, told, until

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def two(engine: Engine) -> AsyncIterator[Recognisers]:
    """Two workers, shared by the tests of this file, none of which harms them."""
    async with Recognisers(engine.model, workers=2) as recognisers:
        yield recognisers


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def one(engine: Engine) -> AsyncIterator[Recognisers]:
    async with Recognisers(engine.model) as recognisers:
        yield recognisers


async def test_callers_who_talk_at_the_same_time_are_all_understood(
    engine: Engine, two: Recognisers
) -> None:
    utterances = [two.utterance() for _ in engine.phrases]
    sounds = [engine.says(phrase) for phrase in engine.phrases]
    for start in range(0, max(map(len, sounds)), 160):
        for utterance, sound in zip(utterances, sounds, strict=True):
            utterance.feed(sound[start : start + 160])
    outcomes = await asyncio.gather(*(utterance.finish() for utterance in utterances))
    assert [told(outcome) for outcome in outcomes] == list(engine.phrases)


async def test_a_worker_recognises_words_with_times_and_confidence(
    engine: Engine, one: Recognisers
) -> None:
    utterance = one.utterance()
    speak(utterance, engine.says("我要投诉你们客服"))
    outcome = await utterance.finish()
    assert isinstance(outcome, Transcript)
    words = ["我要", "投诉", "你们", "客服"] if engine.name == "vosk" else list("我要投诉你们客服")
    assert [word.text for word in outcome.words] == words
    assert 0.9 < outcome.confidence <= 1.0
    assert outcome.unknown == 0.0
    assert outcome.words[0].start == pytest.approx(0.3, abs=0.15)


async def test_partial_texts_come_before_the_end(engine: Engine, one: Recognisers) -> None:
    seen = list[str]()
    utterance = one.utterance(seen.append)
    speak(utterance, engine.says("我要投诉你们客服"))
    await until(lambda: "投诉" in utterance.so_far)
    assert utterance.so_far == seen[-1]
    assert len(seen) == len(set(seen))
    before = list(seen)
    assert told(await utterance.finish()) == "我要投诉你们客服"
    assert seen == before, "a partial text came after the end"


async def test_an_exception_in_one_call_does_not_affect_the_worker(
    engine: Engine, one: Recognisers
) -> None:
    def broken(text: str) -> None:
        raise RuntimeError(text)

    utterance = one.utterance(broken)
    with capture_logs() as logs:
        speak(utterance, engine.says("我要投诉"))
        await until(lambda: utterance.so_far != "")
        assert told(await utterance.finish()) == "我要投诉"
    assert {entry["event"] for entry in logs} == {"partial_failed"}


async def test_silence_has_no_words(one: Recognisers) -> None:
    assert await one.utterance().finish() == Transcript(())
    utterance = one.utterance()
    speak(utterance, np.zeros(RATE, np.int16))
    assert await utterance.finish() == Transcript(())


@pytest.mark.parametrize("goes_on", [False, True])
async def test_words_are_complete_after_a_pause(
    engine: Engine, one: Recognisers, goes_on: bool
) -> None:
    utterance = one.utterance()
    speak(utterance, engine.says("我要投诉"))
    utterance.pause()
    if goes_on:
        utterance.go_on()
        speak(utterance, engine.says("再见"))
        utterance.pause()
    assert told(await utterance.finish()) == ("我要投诉再见" if goes_on else "我要投诉")
    utterance.pause()  # too late to matter
    utterance.go_on()


async def test_finishing_twice_returns_the_same_result(engine: Engine, one: Recognisers) -> None:
    utterance = one.utterance()
    speak(utterance, engine.says("再见"))
    first = asyncio.create_task(utterance.finish())
    assert await utterance.finish() == await first == await utterance.finish()
    utterance.feed(engine.says("再见"))  # sound after the end is ignored
    assert told(await utterance.finish()) == "再见"


async def test_a_cancelled_utterance_is_forgotten_by_its_worker(
    engine: Engine, one: Recognisers
) -> None:
    utterance = one.utterance()
    speak(utterance, engine.says("我要投诉"))
    utterance.cancel()
    utterance.cancel()
    assert utterance.lost == NotHeard(Reason.CANCELLED)
    assert await utterance.finish() == NotHeard(Reason.CANCELLED)
    assert await hear(one, engine.says("再见")) == "再见"


async def test_cancelling_the_wait_cancels_the_utterance(engine: Engine, one: Recognisers) -> None:
    (pid,) = one.pids
    os.kill(pid, signal.SIGSTOP)
    utterance = one.utterance()
    speak(utterance, engine.says("再见"))
    waiting = asyncio.create_task(utterance.finish())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    assert utterance.lost == NotHeard(Reason.CANCELLED)
    os.kill(pid, signal.SIGCONT)
    assert await hear(one, engine.says("再见")) == "再见"
    assert one.pids == [pid]


async def test_sound_after_the_longest_utterance_is_ignored(
    engine: Engine, one: Recognisers
) -> None:
    utterance = one.utterance()
    utterance.feed(np.zeros(round((LONGEST_SECONDS + 5) * RATE), np.int16))
    utterance.feed(engine.says("再见"))
    assert utterance.seconds == LONGEST_SECONDS + 5
    assert await utterance.finish() == Transcript(())


async def test_a_worker_inherits_no_open_files(engine: Engine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.set_inheritable(True)
        ours = os.readlink(f"/proc/self/fd/{server.fileno()}")
        async with Recognisers(engine.model) as recognisers:
            (pid,) = recognisers.pids
            open_files = [os.readlink(f"/proc/{pid}/fd/{n}") for n in os.listdir(f"/proc/{pid}/fd")]
    assert len(open_files) == 4  # stdin, stderr twice, and the pipe for frames
    assert all(name.startswith(("pipe:", "socket:")) for name in open_files)
    assert ours not in open_files


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_worker_ignores_the_signals_of_its_process_group(
    engine: Engine, one: Recognisers, number: int
) -> None:
    (pid,) = one.pids
    os.kill(pid, number)
    assert await hear(one, engine.says("再见")) == "再见"
    assert one.pids == [pid]


async def test_a_worker_runs_with_lower_priority_than_the_service(one: Recognisers) -> None:
    """Without niceness, decoding on a busy host ended the waits of 15 calls 0.1 s late."""
    (pid,) = one.pids
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, pid) == min(ours + 5, 19)


async def test_stopping_leaves_no_process_and_no_caller_waiting(engine: Engine) -> None:
    recognisers = Recognisers(engine.model, workers=2)
    await recognisers.start()
    pids = recognisers.pids
    assert len(set(pids)) == 2
    os.kill(pids[0], signal.SIGSTOP)
    utterances = [recognisers.utterance() for _ in range(4)]
    waiting = [asyncio.create_task(utterance.finish()) for utterance in utterances[:2]]
    await asyncio.sleep(0)
    await recognisers.stop()
    assert not any(map(alive, pids))
    assert [await task for task in waiting] == [NotHeard(Reason.STOPPED)] * 2
    assert utterances[3].lost == NotHeard(Reason.STOPPED)
    assert await recognisers.utterance().finish() == NotHeard(Reason.STOPPED)
    await recognisers.stop()


async def test_a_model_that_cannot_be_loaded_is_reported_at_the_start(
    tiny: Path, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match="there is no model in"):
        await Recognisers(tmp_path / "nothing").start()
    shutil.copytree(tiny, tmp_path / "model")
    (tmp_path / "model/conf/mfcc.conf").write_text("--sample-frequency=16000\n")
    recognisers = Recognisers(tmp_path / "model", workers=2)
    with pytest.raises(ModelError, match="Vosk cannot use the model"):
        await recognisers.start()
    assert recognisers.pids == []


_SERVICE = """
import asyncio, pathlib, sys
from ivr.recognition.pool import Recognisers
async def main():
    async with Recognisers(pathlib.Path(sys.argv[1]), workers=2) as recognisers:
        print("pids", *recognisers.pids, flush=True)
        await asyncio.sleep(600)
asyncio.run(main())
"""


async def test_workers_end_with_a_service_that_is_killed(tiny: Path) -> None:
    service = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _SERVICE, str(tiny), stdout=asyncio.subprocess.PIPE
    )
    assert service.stdout is not None
    while not (line := await service.stdout.readline()).startswith(b"pids"):
        assert line, "the service has ended"
    pids = list(map(int, line.split()[1:]))
    assert len(pids) == 2
    os.kill(pids[0], signal.SIGSTOP)  # a stopped worker cannot notice the end of stdin
    service.kill()
    await service.wait()
    await until(lambda: not any(map(alive, pids)))


async def test_an_utterance_that_is_never_finished_is_given_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("ivr.recognition.keeper.ABANDONED_SECONDS", 0.0)
    keeper = Keeper(tmp_path)
    utterance = Utterance(1, keeper, None)
    keeper.pin(utterance)
    await asyncio.sleep(0.001)
    with capture_logs() as logs:
        keeper.tick()
        keeper.tick()
    assert utterance.lost == NotHeard(Reason.ABANDONED)
    assert [entry["event"] for entry in logs] == ["utterance_abandoned"]
    keeper.send(Frame(Kind.PING))  # there is no worker: the frame is lost without an error
