"""One call: the parts that serve one caller, from the first AGI line to the end."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from ivr.asterisk.agi_server import AgiSession
from ivr.asterisk.agi_wire import trusted_number
from ivr.asterisk.audio_server import AudioServer
from ivr.asterisk.channel_variables import TellingThePbx
from ivr.asterisk.heartbeat import Heartbeat
from ivr.asterisk.line import AgiLine
from ivr.asterisk.mix_monitor import MixMonitor
from ivr.asterisk.tap import Tap
from ivr.call.live_call import LiveCall
from ivr.config import Settings
from ivr.dialogue.call import Call, Limits, Script
from ivr.dialogue.events import CallerHungUp, Event, LineLost
from ivr.dialogue.look_up import Found, Query
from ivr.dialogue.outcome import Outcome
from ivr.etiquette.conversation import last_words
from ivr.etiquette.guest import Guest
from ivr.etiquette.sheet import Sheet
from ivr.records.keeper import Records
from ivr.records.recording_files import stem_in
from ivr.service.listening.link import ListeningLink
from ivr.service.look_ups import LookUps
from ivr.service.metrics import Metrics
from ivr.words.catalogue import Catalogue
from ivr.words.composition import Composer


@dataclass(frozen=True, slots=True)
class SharedParts:
    """The parts of the service that all calls use; they exist before the first call comes."""

    settings: Settings
    sheet: Sheet
    catalogue: Catalogue
    composer: Composer
    listening: ListeningLink
    records: Records
    look_ups: LookUps
    metrics: Metrics
    audio: AudioServer


class OneCall:
    """Builds and connects the parts of one call, runs them, and closes them at the end."""

    def __init__(
        self, shared: SharedParts, session: AgiSession, guest: Guest, script: Callable[[], Script]
    ) -> None:
        """Build the parts of the call, each before the parts that use it.

        The line comes first, because the other parts send their AGI commands through it. It reports
        events to :meth:`_report`, which uses parts that are built later. That is safe, because the
        line reports nothing before :meth:`run`.
        """
        self._shared, self._guest = shared, guest
        self.session = session
        """The FastAGI connection of this call."""
        self.uniqueid = session.environment["agi_uniqueid"]
        """Asterisk's unique id of the caller's channel."""
        audio = shared.settings.audio
        address = f"{audio.host}:{audio.port}"
        channel = session.environment["agi_channel"]
        self._line = AgiLine(session, shared.catalogue, self._report)
        send = self._line.send_between_prompts
        self._heartbeat = Heartbeat(shared.audio, address, channel, send)
        now = time.monotonic()
        limits = Limits(call_seconds=shared.settings.call.max_call_seconds)
        self._call = Call(script, last_words, shared.sheet.__getitem__, limits, shared.composer)
        self._listener = shared.listening.begin(
            self.uniqueid, now, self._heard, lambda: self._call.expected
        )
        self._live = self._live_call(now)
        attached = shared.metrics.tapped(self._listener.tapped)
        connect = self._listener.connect
        self._tap = Tap(shared.audio, address, self.uniqueid, send, connect, attached)
        self._listener.on_tap_lost = self._tap.disconnected
        self._listener.on_end = self._tap.released
        self._listener.on_proven = self._tap.proven

    @property
    def outcome(self) -> Outcome | None:
        """The outcome of the call; None while the call goes on."""
        return self._live.outcome

    @property
    def longest_lag(self) -> float:
        """Greatest delay so far, in seconds, with which the heartbeat was sent to the PBX."""
        return self._heartbeat.longest_lag

    async def run(self) -> None:
        """Serve the caller until the call is over; cancelling this task ends the call at once."""
        try:
            self._tap.attach()
            self._heartbeat.attach()
            self._live.start(self._line)
            await self._line.run()
        except asyncio.CancelledError:
            self._live.close("the service was stopped")
            raise
        finally:
            self._tap.close()
            self._heartbeat.close()
            self._live.close("a defect of the service")

    def end(self, outcome: Outcome) -> None:
        """Say the last words of ``outcome``, then end the call; the method does not wait."""
        self._live.end(outcome)

    def _live_call(self, now: float) -> LiveCall:
        """Return the live call: its script, its listener and its record.

        ``now`` is the beginning of the call, in seconds of the event loop's clock.
        """
        shared, settings = self._shared, self._shared.settings
        environment = self.session.environment
        number, caller = (
            trusted_number(environment.get(name, "")) for name in ("agi_dnid", "agi_callerid")
        )
        record = shared.records.begin(self.uniqueid, number, caller, now, time.time())
        stem = stem_in(settings.recording.on_the_pbx, record.recording)
        return LiveCall(
            self._call,
            self._listener,
            TellingThePbx(shared.metrics.counted(record), self._line.tell),
            MixMonitor(self._line.send_between_prompts, stem),
            self._look_up,
            waited=shared.metrics.waits.observe,
        )

    def _report(self, event: Event, now: float) -> None:
        """Deliver an event of the line to the live call.

        A hang-up while the heartbeat is overdue is delivered as LineLost: the PBX has taken the
        caller back.
        """
        if isinstance(event, CallerHungUp) and self._heartbeat.overdue(now):
            event = LineLost("the PBX took the caller back while this process stood still")
        self._live.deliver(event, now)

    def _heard(self, event: Event, now: float) -> None:
        """Deliver an event of the caller to the live call."""
        self._live.deliver(event, now)

    async def _look_up(self, query: Query) -> Found:
        return await self._shared.look_ups.find(query, self._guest.arrival.caller)
