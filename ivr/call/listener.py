"""The listener: hears one caller; takes frames of audio and delivers events to the call.

The ear (the detectors) finds speech and judges the line; the scribe recognises the words.
Everything runs in callbacks on one event loop.
"""

import asyncio
from collections.abc import Callable

import structlog

from ivr.call.scribe import Deliver, Scribe
from ivr.dialogue.events import Condition, EarOpened, Event, LineChanged
from ivr.hearing.ear import Ear
from ivr.hearing.g711 import Samples
from ivr.hearing.played import Reference

log = structlog.get_logger()


class Listener:
    """Hears the caller of one call."""

    def __init__(
        self, ear: Ear, scribe: Scribe, deliver: Deliver, *, unheard: bool = False
    ) -> None:
        """Take the detectors and the scribe of the call.

        ``deliver`` is called with each event for the call and its time. If ``unheard`` is True, the
        caller has already been told that they are not heard; :meth:`tapped` ends that.
        """
        self._ear, self._scribe, self._deliver = ear, scribe, deliver
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False
        self._deaf = unheard
        self._open = unheard
        self._broken = False
        self._set_timer()

    def hear(self, frame: Samples, now: float) -> None:
        """Handle 20 ms of the caller's audio: 160 samples of 16 bits at 8 kHz.

        ``now`` is the time of arrival, in seconds of the event loop's clock.
        """
        if self._closed or self._broken:
            return
        if not self._open:
            self._open = True
            self._deliver(EarOpened(), now)
        self._scribe.hear(frame, now)
        self._ear.expect_end(self._scribe.leaving)
        found = self._heard(lambda: self._ear.hear(frame, now), now)
        self._perceive(found, now)
        self._scribe.heed_pause(self._ear.pause_seconds(now))
        if found or self._timer is None:
            self._set_timer()

    def tapped(self, attached: bool, now: float) -> None:
        """Take note whether the tap is attached: the connection that brings us the caller's audio.

        Without the tap we cannot hear the caller. ``now`` is in seconds of the event loop's clock.
        """
        if self._closed or self._deaf is not attached or self._broken:
            return
        self._deaf = not attached
        if self._deaf:
            self._scribe.lose_track()
        self._set_timer()
        condition = Condition.NOBODY if attached else Condition.UNHEARD
        self._deliver(LineChanged(condition), now)

    def prompt_started(self, reference: Reference, now: float) -> None:
        """Note that a prompt begins at ``now``, in seconds of the event loop's clock.

        ``reference`` holds its samples, with which its echo is told from the caller.
        """
        self._ear.prompt_started(reference, now)

    def prompt_stopped(self, now: float) -> None:
        """Note that the prompt ended or was cut at ``now`` (seconds of the event loop's clock)."""
        self._ear.prompt_stopped(now)

    def close(self) -> None:
        """Deliver no more events, because the call is over. Idempotent."""
        self._closed = True
        self._scribe.close()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _heard(self, ask: Callable[[], list[Event]], now: float) -> list[Event]:
        """Return the events that ``ask``, a call of the detectors, returns.

        If it raises, return an empty list and take the caller for unheard. From then on they can
        use only the keys.
        """
        try:
            return ask()
        except Exception:
            log.exception(
                "ear_failed", reason="a defect of the service: see the traceback",
                effect="this caller is not heard any more, is told so, and can use only keys",
                remedy="report this traceback",
            )  # fmt: skip
            self.tapped(False, now)
            self._broken = True
            return []

    def _perceive(self, found: list[Event], now: float) -> None:
        for event in found:
            self._scribe.perceive(event, now, self._deliver)

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        due = None if self._closed or self._deaf else self._ear.next_deadline()
        self._timer = None if due is None else self._loop.call_at(due, self._tick)

    def _tick(self) -> None:
        """Deliver the events that are due although no audio has arrived."""
        now = self._loop.time()
        self._perceive(self._heard(lambda: self._ear.wake(now), now), now)
        self._set_timer()
