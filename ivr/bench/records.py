"""``ivr bench records``: tickets lost when the service is killed; the delay that records cause.

First part: a process makes tickets as fast as it can, and is killed (SIGKILL) at a random moment.
The moment lies between its first line of Python and about its thousandth ticket. The next process
loads what is left in the spool into the database. In the end, every ticket whose number was
returned must be in the database exactly once. Second part: one process writes steps (events of
calls) at a steady rate. The lag of its event loop is measured.
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
"""Limit of each figure; the bench fails beyond it. No ticket may be lost. At least 1,000 events a
second must be written. A packet of audio is due every 20 ms; a lag of the event loop of 20 ms makes
a packet late."""
_AT_LEAST = frozenset({"events_per_second"})
LONGEST_LIFE_SECONDS = 0.25
"""Upper limit, in seconds, for the random time until a process is killed. In nine of ten cases the
time begins with the process's first ticket, otherwise with its start. A process makes a hundred
tickets on average."""
_TICK_SECONDS = 0.005
"""Seconds between two measurements of the lag of the event loop."""
CALLS = 60
"""Number of simultaneous calls in the steady load."""
EVENTS_PER_TICKET = 100
"""In the steady load, a ticket is made each time this many steps (events of calls) were written."""
_COMPLAINT = Ticket(
    TicketKind.COMPLAINT, "张", "先生", "13812345678", transcript="老掉线", hours=2,
    row="complaint_deferred",
)  # fmt: skip


@dataclass(slots=True)
class Kills:
    """The tickets that processes promised before they were killed.

    A ticket is promised when the process has returned its number, as to a caller.
    """

    promised: list[str] = field(default_factory=list)
    """Numbers of the tickets that the processes had returned before they were killed."""
    early: int = 0
    """Number of processes that were killed before they had returned a ticket."""


def kill_writers(
    settings: config.RecordsSettings, kills: int, seed: int, done: Callable[[], None]
) -> Kills:
    """Start ``kills`` processes that make tickets, one by one; kill each at a random moment.

    Return the numbers of the tickets that they promised. ``settings`` name their database; ``seed``
    is the random seed of the moments. ``done`` is called after each kill.
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
    """Return the ticket numbers that a killed process has left unread in ``pipe``."""
    numbers = []
    try:
        while True:
            numbers.append(pipe.recv_bytes().decode())
    except EOFError:
        return numbers


def promise_until_killed(settings: config.RecordsSettings, pipe: Connection) -> None:
    """Make ticket after ticket until the process is killed; send each number into ``pipe``.

    A number is sent as soon as the service could tell it to a caller. ``settings`` name the
    database.
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
    """Begin a call in ``records``, note its first row of the etiquette sheet; return its record."""
    now = time.monotonic()
    record = records.begin("1700.1", "66385255", "13800000000", now, time.time())
    record.note(EnterRow("greeting"), now)
    return record


async def _ticket(record: CallRecord) -> str | None:
    """Make a ticket in a call; return its number, or None if the ticket was not stored."""
    number: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
    now = time.monotonic()
    record.note(MakeTicket(_COMPLAINT, 1), now)
    record.make_ticket(_COMPLAINT, now, number.set_result)
    return await number


@dataclass(slots=True)
class Load:
    """Measurements of the steady load: steps (events of calls) recorded at a fixed rate."""

    writes: list[float] = field(default_factory=list)
    """For each step (event of a call), the milliseconds until its commit in the database."""
    promises: list[float] = field(default_factory=list)
    """For each ticket, the milliseconds from the request until its number was returned."""
    lags: list[float] = field(default_factory=list)
    """Milliseconds by which the event loop was late, measured every _TICK_SECONDS (5 ms)."""
    noted: int = 0
    """Number of steps (events of calls) that the bench gave to the record keeper. Those that were
    lost on the way to the database are included."""
    seconds: float = 0.0
    """Seconds from the first step until the last step was in the database."""

    def loaded(self, entries: Sequence[SpoolEntry]) -> None:
        """Add to ``writes`` the milliseconds from each step in ``entries`` to its commit.

        The thread that loads entries into the database calls this when they have been committed.
        """
        now = datetime.now(UTC)
        for entry in entries:
            if entry["entry"] == "step":
                age = now - datetime.fromisoformat(entry["wall"])
                self.writes.append(age.total_seconds() * 1000)


async def steady_load(settings: config.RecordsSettings, rate: float, seconds: float) -> Load:
    """Record ``rate`` steps (events of calls) a second for ``seconds`` seconds; return the load.

    The steps belong to 60 (CALLS) calls. One ticket is made for every 100 (EVENTS_PER_TICKET)
    steps. ``settings`` name the database.
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
    """Measure tickets that are lost when the service is killed, and delays that records cause.

    ``kills`` processes that make tickets in the database of ``killed`` are killed; ``done`` is
    called after each. Then ``rate`` steps (events of calls) a second are written to the database of
    ``settings`` for ``seconds`` seconds. Both databases must be empty. ``seed`` is the random seed.
    Raise RecordsError if a setting is wrong, or if a newer version has written a database.
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
    """Load the entries that the killed processes left in the spool into the database.

    The start of the record keeper does this; it is then closed.
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
