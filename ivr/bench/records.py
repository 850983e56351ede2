"""``ivr bench records``: tickets lost when the service is killed; the delay that records cause.

A process that makes tickets as fast as it can is killed (SIGKILL) at random moments, from its first
line of Python to its thousandth ticket. The next process loads the entries left in the spool into
the database. Every ticket whose number was returned before a kill must be in the database once at
the end. Then one process writes steps (events of calls) at a steady rate, and the lag of its event
loop is measured.
"""

import asyncio
import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any

from sqlalchemy import select

from ivr import config
from ivr.bench.result import BenchResult, percentile
from ivr.dialogue.commands import EnterRow, MakeTicket, Play
from ivr.dialogue.events import PromptFinished, SpeechEnded, SpeechPossible, SpeechStarted
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.row import Prompt
from ivr.dialogue.ticket import Ticket, TicketKind
from ivr.logs import unlogged
from ivr.records.call_record import CallRecord
from ivr.records.database import connect, reading, url_of
from ivr.records.entries import SpoolEntry
from ivr.records.keeper import Records
from ivr.records.schema import steps_table, tickets_table

LIMITS = {
    "tickets_lost": 0.0,
    "tickets_duplicated": 0.0,
    "events_lost": 0.0,
    "events_per_second": 1000.0,
    "loop_lag_p99_ms": 20.0,
}
"""Limit of each figure: no ticket may be lost; 1,000 events a second or more must be written. A
packet of audio is due every 20 ms, so a lag of the event loop of 20 ms makes a packet late."""
_AT_LEAST = frozenset({"events_per_second"})
LONGEST_LIFE_SECONDS = 0.25
"""Longest time, in seconds, until a process is killed. For nine processes in ten the time begins
with the first ticket, for one in ten with the start of the process. A process makes a hundred
tickets on average."""
_TICK_SECONDS = 0.005
"""Seconds between two measurements of the lag of the event loop."""
CALLS = 60
"""Number of simultaneous calls in the steady load."""
EVENTS_PER_TICKET = 100
"""Number of steps (events of calls) in the steady load after which one ticket is made."""
_COMPLAINT = Ticket(
    TicketKind.COMPLAINT, "张", "先生", "13812345678", transcript="老掉线", hours=2,
    row="complaint_deferred",
)  # fmt: skip


@dataclass(slots=True)
class Kills:
    """The tickets that were promised (whose numbers were returned) before the kills."""

    promised: list[str] = field(default_factory=list)
    """Numbers of the tickets that a process had returned before it was killed."""
    early: int = 0
    """Number of processes that were killed before they had returned a ticket."""


def kill_writers(
    settings: config.RecordsSettings, kills: int, seed: int, done: Callable[[], None]
) -> Kills:
    """Start ``kills`` processes, one by one, that make tickets; kill each at a random moment.

    Return the tickets that were promised (whose numbers were returned) before the kills. ``done``
    is called after each kill.
    """
    generator = random.Random(seed)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    found = Kills()
    for _ in range(kills):
        here, there = context.Pipe(duplex=False)
        writer = context.Process(target=promise_until_killed, args=(settings, there), daemon=True)
        writer.start()
        there.close()
        if generator.random() < 0.9:
            here.poll(10.0)  # wait for the first ticket
        end = time.monotonic() + generator.uniform(0.0, LONGEST_LIFE_SECONDS)
        numbers = []
        while (left := end - time.monotonic()) > 0:
            if here.poll(left):
                numbers.append(here.recv_bytes().decode())
        writer.kill()
        writer.join()
        numbers += _rest(here)
        found.early += not numbers
        found.promised += numbers
        done()
    return found


def _rest(pipe: Connection) -> list[str]:
    """Return the ticket numbers that a killed process had sent and that are still in the pipe."""
    numbers = []
    try:
        while True:
            numbers.append(pipe.recv_bytes().decode())
    except EOFError:
        return numbers


def promise_until_killed(settings: config.RecordsSettings, pipe: Connection) -> None:
    """Make ticket after ticket, and send the number of each ticket into ``pipe``.

    A number is sent as soon as the service could tell it to a caller. The process runs until it is
    killed.
    """

    async def run() -> None:
        records = Records(settings)
        await records.start()
        while True:
            record = _begun(records)
            for _ in range(3):
                if number := await _ticket(record):
                    pipe.send_bytes(number.encode())
            record.close(Outcome.STAYED_ON, time.monotonic())

    with unlogged():
        asyncio.run(run())


def _begun(records: Records) -> CallRecord:
    """Begin a call in ``records`` and return its record, with the first row entered."""
    now = time.monotonic()
    record = records.begin("1700.1", "66385255", "13800000000", now, time.time())
    record.note(EnterRow("greeting"), now)
    return record


async def _ticket(record: CallRecord) -> str | None:
    """Make a ticket in a call; return its number, or None when the ticket was not stored."""
    number: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
    now = time.monotonic()
    record.note(MakeTicket(_COMPLAINT, 1), now)
    record.make_ticket(_COMPLAINT, now, number.set_result)
    return await number


@dataclass(slots=True)
class Load:
    """Measurements of the steady load (steps of calls written at a constant rate)."""

    writes: list[float] = field(default_factory=list)
    """Milliseconds from each step to its commit in the database."""
    promises: list[float] = field(default_factory=list)
    """Milliseconds from asking for each ticket to receiving its number, which is its promise."""
    lags: list[float] = field(default_factory=list)
    """Milliseconds by which the event loop was late, measured every _TICK_SECONDS (5 ms)."""
    noted: int = 0
    """Number of steps (events of calls) that were given to the records, written or not."""
    seconds: float = 0.0
    """Seconds from the first step until all steps were in the database."""

    def loaded(self, entries: Sequence[SpoolEntry]) -> None:
        """Add the milliseconds from each step in ``entries`` until now to ``writes``.

        The loader's thread calls this when the entries are committed to the database.
        """
        now = datetime.now(UTC)
        for entry in entries:
            if entry["entry"] == "step":
                age = now - datetime.fromisoformat(entry["wall"])
                self.writes.append(age.total_seconds() * 1000)


async def steady_load(settings: config.RecordsSettings, rate: float, seconds: float) -> Load:
    """Record ``rate`` steps a second, spread over CALLS (60) calls, for ``seconds`` seconds.

    A ticket is made after every EVENTS_PER_TICKET (100) steps. Return the measurements.
    """
    load = Load()
    records = Records(settings, loaded=load.loaded)
    await records.start()
    loop, waiting = asyncio.get_running_loop(), set[asyncio.Task[None]]()
    calls = [_begun(records) for _ in range(CALLS)]
    load.noted = CALLS

    async def ask(record: CallRecord) -> None:
        asked = loop.time()
        if await _ticket(record) is not None:
            load.promises.append((loop.time() - asked) * 1000)

    begun, turn = loop.time(), 0
    while (now := loop.time()) < begun + seconds:
        while load.noted - CALLS < (now - begun) * rate:
            record = calls[turn % CALLS]
            record.note(_STEPS[turn // CALLS % len(_STEPS)], now)
            load.noted += 1
            turn += 1
            if turn % EVENTS_PER_TICKET == 0:
                waiting.add(task := loop.create_task(ask(record)))
                task.add_done_callback(waiting.discard)
                load.noted += 1
        due = loop.time() + _TICK_SECONDS
        await asyncio.sleep(_TICK_SECONDS)
        load.lags.append(max(0.0, loop.time() - due) * 1000)
    await asyncio.gather(*waiting)
    await records.close()
    load.seconds = loop.time() - begun
    return load


_STEPS: tuple[Any, ...] = (
    Play(1, Prompt("greeting", "ask", "您好，请问有什么可以帮助您的？"), True),
    PromptFinished(1),
    SpeechPossible(1.0),
    SpeechStarted(1.0),
    SpeechEnded(2.0),
    EnterRow("closing"),
)


def measure(
    settings: config.RecordsSettings,
    killed: config.RecordsSettings,
    kills: int,
    *,
    rate: float = 2000.0,
    seconds: float = 10.0,
    seed: int = 1,
    done: Callable[[], None] = lambda: None,
) -> BenchResult:
    """Measure lost tickets in the database of ``killed``, and delays in that of ``settings``.

    Both databases must be empty. First, ``kills`` processes that make tickets are killed; ``done``
    is called after each kill. Then ``rate`` steps (events of calls) a second, over all calls
    together, are written for ``seconds`` seconds. Raise RecordsError if a database cannot be used.
    """
    with unlogged():
        kills_found = kill_writers(killed, kills, seed, done)
        asyncio.run(_settle(killed))
        load = asyncio.run(steady_load(settings, rate, seconds))
    numbers = Counter(_column(killed, tickets_table.c.number))
    promised = Counter(kills_found.promised)
    twice = [sum(count > 1 for count in counted.values()) for counted in (numbers, promised)]
    return BenchResult(
        bench="records",
        figures={
            "kills": kills,
            "kills_before_a_promise": kills_found.early,
            "tickets_promised": len(kills_found.promised),
            "tickets_lost": len(promised - numbers),
            "tickets_duplicated": max(twice),
            "events_noted": load.noted,
            "events_lost": load.noted - len(_column(settings, steps_table.c.step)),
            "events_per_second": load.noted / load.seconds,
            "write_p50_ms": percentile(load.writes, 50),
            "write_p99_ms": percentile(load.writes, 99),
            "ticket_p50_ms": percentile(load.promises, 50),
            "ticket_p99_ms": percentile(load.promises, 99),
            "loop_lag_p99_ms": percentile(load.lags, 99),
        },
        limits=LIMITS,
        samples=kills,
        seed=seed,
        at_least=_AT_LEAST,
    )


async def _settle(settings: config.RecordsSettings) -> None:
    """Start and close the record keeper once more after the kills.

    The record keeper then loads the entries that are left in the spool into the database.
    """
    records = Records(settings)
    await records.start()
    await records.close()


def _column(settings: config.RecordsSettings, column: Any) -> list[Any]:
    """Return all values of one column in the database of ``settings``."""
    engine = connect(url_of(settings))
    try:
        with reading(engine) as connection:
            return list(connection.execute(select(column)).scalars())
    finally:
        engine.dispose()
