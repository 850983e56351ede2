"""The shell of one live call: it delivers events, carries out commands and keeps one timer.

Everything runs in callbacks on one event loop, so there is no queue and no lock. In each callback
an event is delivered, the resulting commands are carried out, and the timer is set anew.
"""

import asyncio
from collections.abc import Callable

import structlog

from ivr.call.ports import CallLog, Line, Listening, LookUp, Recorder, nothing_known
from ivr.dialogue.call import Call
from ivr.dialogue.commands import (
    BeginLookUp,
    Command,
    DropRecording,
    EnterRow,
    HandBack,
    HangUp,
    MakeTicket,
    Play,
    StartRecording,
    StopPlaying,
    Transfer,
)
from ivr.dialogue.events import Event, LineLost, LookedUp, TicketMade
from ivr.dialogue.look_up import Query
from ivr.dialogue.outcome import Outcome

log = structlog.get_logger()


class LiveCall:
    """Connects a :class:`Call` with its line, its listener and its record."""

    def __init__(
        self,
        call: Call,
        listening: Listening,
        record: CallLog,
        recorder: Recorder,
        look_up: LookUp = nothing_known,
        waited: Callable[[float], None] = lambda late: None,
    ) -> None:
        """Take the parts of the call and the functions that it uses.

        ``listening`` hears the caller, and delivers its events to :meth:`deliver`. ``look_up``
        carries out a look-up. ``waited`` is called after each wait that ended by its deadline. Its
        argument is the delay of the call's reaction after that deadline, in seconds.
        """
        self._call, self._listening = call, listening
        self._record, self._recorder = record, recorder
        self._look_up, self._waited = look_up, waited
        self._looking: set[asyncio.Task[None]] = set()
        self._line: Line | None = None
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._playing: int | None = None
        self._closed = False

    @property
    def outcome(self) -> Outcome | None:
        """The outcome of the call; None while it goes on."""
        return self._call.outcome

    def start(self, line: Line) -> None:
        """Begin the call on ``line``, which has already been answered."""
        self._line = line
        now = self._loop.time()
        self._guarded(lambda: self._call.start(now), now)

    def deliver(self, event: Event, now: float) -> None:
        """Handle an event of the line or the detectors: record it and let the script react.

        ``now`` is the time of the event, in seconds of the event loop's clock. Do nothing if the
        call is closed.
        """
        if self._closed:
            return
        self._record.note(event, now)
        if self._playing is not None and getattr(event, "play", None) == self._playing:
            self._prompt_is_over(now)
        self._guarded(lambda: self._call.receive(event, now), now)

    def end(self, outcome: Outcome) -> None:
        """End the call with ``outcome`` after the caller has heard the last words for it.

        The method does not wait for that.
        """
        now = self._loop.time()
        self._guarded(lambda: self._call.end_with(outcome, now), now)

    def close(self, why: str) -> None:
        """Close the call because its line is gone. Idempotent.

        If the call has no outcome yet, its outcome is LINE_LOST. ``why`` is the reason of the loss
        for the record, in one sentence.
        """
        now = self._loop.time()
        if self._call.outcome is None:
            self.deliver(LineLost(why), now)
        while self._call.outcome is None:  # the script did not even end without a fault
            self._guarded(lambda: self._call.fail(now), now)
        self._finish(now)

    # Commands and time.

    def _guarded(self, step: Callable[[], None], now: float) -> None:
        """Run ``step`` and carry out the commands that the call then has.

        If anything raises, end the call with the apology. If the apology fails as well, hand the
        caller back to the PBX. ``now`` is in seconds of the event loop's clock.
        """

        def fail() -> None:
            self._call.fail(now)

        for attempt in (step, fail, fail):
            try:
                attempt()
                for command in self._call.commands():
                    self._carry_out(command, now)
                break
            except Exception:
                log.exception(
                    "script_failed", reason="a defect of the service: see the traceback",
                    effect="the caller hears the apology and the call ends; if the apology fails "
                    "too, the PBX gives the caller to its second service or plays its own apology",
                    remedy="report this traceback",
                )  # fmt: skip
        if self._call.outcome is not None:
            self._finish(now)
        else:
            self._set_timer()

    def _carry_out(self, command: Command, now: float) -> None:
        assert self._line is not None
        self._record.note(command, now)
        match command:
            case Play(play):
                self._playing = play
                self._listening.prompt_started(command, now)
                self._line.play(command)
            case StopPlaying(play):
                self._prompt_is_over(now)
                self._line.stop(play)
            case HangUp(outcome):
                self._line.hang_up(outcome)
            case HandBack():
                self._line.hand_back()
            case Transfer(target):
                self._line.transfer(target)
            case BeginLookUp(query, order):
                looking = self._loop.create_task(self._find(order, query))
                self._looking.add(looking)
                looking.add_done_callback(self._looking.discard)
            case EnterRow(row):
                log.info("sheet_row_begun", row=row)
            case StartRecording():
                self._recorder.start()
            case DropRecording():
                self._recorder.drop()
            case MakeTicket(ticket, order):
                self._record.make_ticket(
                    ticket,
                    now,
                    lambda number: self.deliver(TicketMade(order, number), self._loop.time()),
                )

    async def _find(self, order: int, query: Query) -> None:
        found = await self._look_up(query)
        self.deliver(LookedUp(order, found), self._loop.time())

    def _prompt_is_over(self, now: float) -> None:
        self._playing = None
        self._listening.prompt_stopped(now)

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        due = self._call.next_deadline()
        self._timer = None if due is None else self._loop.call_at(due, self._tick)

    def _tick(self) -> None:
        """Carry out the deadline of the call that is due."""
        self._timer = None
        now = self._loop.time()
        due = self._call.next_deadline()
        if not self._closed:
            self._guarded(lambda: self._call.wake(now), now)
        if due is not None and due <= now:
            self._waited(self._loop.time() - due)

    def _finish(self, now: float) -> None:
        if self._closed:
            return
        self._closed = True
        self._listening.close()
        for looking in self._looking:
            looking.cancel()
        if self._timer is not None:
            self._timer.cancel()
        assert self._call.outcome is not None
        self._record.close(self._call.outcome, now)
