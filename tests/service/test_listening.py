"""The listening process: what callers do, faults of the process, and its messages."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from ivr.asterisk.audio_wire import AUDIO_8K, encode_packet
from ivr.dialogue.events import (
    Condition,
    EarOpened,
    Event,
    LineChanged,
    SpeechEnded,
    SpeechStarted,
)
from ivr.dialogue.expected import Expected
from ivr.hearing.frames import FRAME, FRAME_SECONDS
from ivr.hearing.g711 import Samples
from ivr.lab.natural_callers import NATURAL_CALLERS
from ivr.lab.voices import says
from ivr.service.listening import link as link_module
from ivr.service.listening.link import ListeningLink
from ivr.service.listening.remote_listener import RemoteListener
from ivr.service.loading import StartError
from tests.service.running import settings_for

pytestmark = pytest.mark.usefixtures("listening")
SECONDS = 20.0
"""Upper limit for a wait: on a busy machine, the process needs some seconds to start."""


class Caller:
    """A caller whom the process listens to, and Asterisk's end of their tap."""

    def __init__(self, link: ListeningLink, expected: Expected | None = None) -> None:
        self.events: list[Event] = []
        self.lost: list[str] = []
        self.asked = 0
        self.over = False
        self.expected = expected
        self._something = asyncio.Event()
        self.loop = asyncio.get_running_loop()
        self.listener: RemoteListener = link.begin(
            "1700.1", self.loop.time(), self._deliver, self._expected
        )
        self.listener.on_tap_lost = self._tap_lost
        self.listener.on_end = self._end
        self.wire: socket.socket | None = None

    def connects(self) -> None:
        """Connect the tap."""
        self.hangs_up()
        self.wire, theirs = socket.socketpair()
        self.wire.settimeout(SECONDS)
        self.listener.connect(theirs, encode_packet(AUDIO_8K, bytes(2 * FRAME)))
        self.listener.tapped(True, self.loop.time())

    def hangs_up(self) -> None:
        """Close Asterisk's end of the tap."""
        if self.wire is not None:
            self.wire.close()

    async def sends(self, samples: Samples) -> None:
        """Send ``samples``, as quickly as they are spoken."""
        assert self.wire is not None
        due = self.loop.time()
        for start in range(0, len(samples) - FRAME + 1, FRAME):
            frame = samples[start : start + FRAME].astype("<i2").tobytes()
            self.wire.send(encode_packet(AUDIO_8K, frame))
            due += FRAME_SECONDS
            await asyncio.sleep(due - self.loop.time())

    async def is_silent(self, seconds: float) -> None:
        await self.sends(np.full(round(seconds / FRAME_SECONDS) * FRAME, 8, np.int16))

    async def until(self, true: Callable[[], object]) -> None:
        """Wait until ``true`` holds; it is asked after each event."""
        async with asyncio.timeout(SECONDS):
            while not true():
                self._something.clear()
                await self._something.wait()

    def has(self, kind: type) -> bool:
        return any(isinstance(event, kind) for event in self.events)

    def _deliver(self, event: Event, now: float) -> None:
        assert abs(now - self.loop.time()) < SECONDS
        self.events.append(event)
        self._something.set()

    def _expected(self) -> Expected | None:
        self.asked += 1
        return self.expected

    def _end(self) -> None:
        self.over = True
        self._something.set()

    def _tap_lost(self, reason: str) -> None:
        self.lost.append(reason)
        self._something.set()


@pytest.fixture
async def link(root: Path, tmp_path: Path) -> AsyncIterator[ListeningLink]:
    """A link whose process runs."""
    link = ListeningLink(settings_for(root, tmp_path))
    await link.start()
    yield link
    await link.stop()


def pid_of(link: ListeningLink) -> int:
    assert link._process is not None
    return link._process.pid


async def test_a_caller_is_heard_and_understood(link: ListeningLink) -> None:
    caller = Caller(link, Expected.YES_NO)
    caller.connects()
    await caller.is_silent(0.5)
    await caller.sends(says("打错了，对不起", NATURAL_CALLERS[0]))
    await caller.is_silent(1.0)
    await caller.until(lambda: caller.has(SpeechEnded))
    kinds = [type(event) for event in caller.events]
    assert kinds[0] is EarOpened
    assert kinds.index(SpeechStarted) < kinds.index(SpeechEnded)
    caller.hangs_up()
    (ended,) = (event for event in caller.events if isinstance(event, SpeechEnded))
    assert ended.words is not None
    assert "错" in ended.words.meaning.text
    assert caller.asked == 1


async def test_the_tap_of_a_call_that_is_over_is_closed(link: ListeningLink) -> None:
    caller = Caller(link)
    caller.connects()
    await caller.until(lambda: caller.has(EarOpened))
    caller.listener.close()
    await caller.until(lambda: caller.over)
    assert caller.lost == []
    assert caller.wire is not None
    assert caller.wire.recv(1) == b""
    assert link._calls == {}
    caller.hangs_up()


async def test_a_tap_that_asterisk_closes_is_told(link: ListeningLink) -> None:
    caller = Caller(link)
    caller.connects()
    await caller.until(lambda: caller.has(EarOpened))
    caller.hangs_up()
    await caller.until(lambda: caller.lost)
    assert caller.lost == ["Asterisk closed its connection"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_process_that_ends_or_stands_still_is_replaced(
    link: ListeningLink, number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller is unheard for a while, and then heard through a new tap."""
    monkeypatch.setattr(link_module, "STUCK_CHECKS", 2)
    caller = Caller(link)
    caller.connects()
    await caller.until(lambda: caller.has(EarOpened))
    first = pid_of(link)
    os.kill(first, number)
    await caller.until(lambda: LineChanged(Condition.UNHEARD) in caller.events)
    await caller.until(lambda: caller.lost)
    assert pid_of(link) != first
    caller.connects()
    await caller.until(lambda: caller.events[-1] == LineChanged(Condition.NOBODY))
    await caller.is_silent(0.3)
    await caller.sends(says("打错了，对不起", NATURAL_CALLERS[0]))
    await caller.is_silent(1.0)
    await caller.until(lambda: caller.has(SpeechEnded))
    caller.hangs_up()


async def test_a_call_that_begins_while_no_process_listens_is_heard_later(
    link: ListeningLink,
) -> None:
    os.kill(pid_of(link), signal.SIGKILL)
    before = Caller(link)
    await before.until(lambda: LineChanged(Condition.UNHEARD) in before.events)
    caller = Caller(link)
    caller.connects()
    assert caller.events == [LineChanged(Condition.UNHEARD)]
    assert caller.wire is not None
    assert caller.wire.recv(1) == b""
    await caller.until(lambda: caller.lost)
    caller.connects()
    await caller.until(lambda: caller.events[-1] == LineChanged(Condition.NOBODY))
    caller.hangs_up()


async def test_calls_that_end_while_no_process_listens_are_forgotten(link: ListeningLink) -> None:
    first, second = Caller(link), Caller(link)
    for caller in (first, second):
        caller.connects()
        await caller.until(partial(caller.has, EarOpened))
    first.listener.close()
    os.kill(pid_of(link), signal.SIGKILL)
    await second.until(lambda: LineChanged(Condition.UNHEARD) in second.events)
    second.listener.close()
    await second.until(lambda: first.over and second.over)
    assert link._calls == {}
    first.hangs_up()
    second.hangs_up()


async def test_nothing_of_the_process_is_left_after_stop(link: ListeningLink) -> None:
    (worker,) = await _workers(link)
    first = pid_of(link)
    await link.stop()
    for pid in (first, worker):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def _workers(link: ListeningLink) -> tuple[int, ...]:
    async with asyncio.timeout(SECONDS):
        while not link.state.workers:  # noqa: ASYNC110 - the state is sent twice a second
            await asyncio.sleep(0.05)
    return link.state.workers


async def test_a_model_that_is_missing_stops_the_start(root: Path, tmp_path: Path) -> None:
    settings = settings_for(root, tmp_path, recognition={"model": tmp_path / "none"})
    link = ListeningLink(settings)
    with pytest.raises(StartError, match=r"recognition.model: .*none"):
        await link.start()
    assert link._keeping is None
