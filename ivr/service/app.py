"""The composition root: builds every part, starts them, drains and stops them in reverse."""

import asyncio
import gc
import re
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial

import structlog

from ivr.asterisk.agi_server import AgiServer, AgiSession
from ivr.asterisk.agi_wire import trusted_number
from ivr.asterisk.audio_server import AudioServer
from ivr.asterisk.channel_variables import TellingThePbx
from ivr.asterisk.heartbeat import Heartbeat
from ivr.asterisk.line import AgiLine, Errand
from ivr.asterisk.manager import Ami
from ivr.asterisk.mix_monitor import MixMonitor
from ivr.asterisk.orphans import OrphanCheck, Ours
from ivr.asterisk.tap import Tap
from ivr.call.live_call import LiveCall
from ivr.call.scribe import Scribe
from ivr.config import ConfigError, Settings, read_secret
from ivr.dialogue.call import Call, Limits, Script
from ivr.dialogue.commands import Play
from ivr.dialogue.events import CallerHungUp, Event, LineLost
from ivr.dialogue.outcome import Outcome
from ivr.etiquette.conversation import hotline, last_words
from ivr.etiquette.guest import Guest
from ivr.etiquette.recording import Policy
from ivr.hearing.ear import Ear
from ivr.hearing.played import Reference
from ivr.recognition.choice import chosen
from ivr.recognition.files import ModelError
from ivr.recognition.interpreter import Interpreter
from ivr.recognition.pool import Recognisers
from ivr.recognition.silero import SileroModel
from ivr.records.database import connect, url_of
from ivr.records.keeper import Records, RecordsError
from ivr.records.recording_files import stem_in
from ivr.service.gauges import watch
from ivr.service.loading import (
    StartError,
    load_catalogue,
    load_sheet,
    load_understander,
    load_vocabulary,
    manager,
    notifier,
    recorder,
)
from ivr.service.look_ups import LookUps
from ivr.service.metrics import Endpoint, Metrics
from ivr.service.settings_to_house import arrival_of, house_of, is_back
from ivr.words.catalogue import CatalogueError
from ivr.words.composition import Composer

log = structlog.get_logger()

_UNIQUEID = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_CHANNEL = re.compile(r"[A-Za-z0-9_.@/;-]{1,100}")
LAST_WORDS_SECONDS = 15.0
"""How long a drained call may take to hear the apology."""

LAST_NEWS_SECONDS = 2.0
"""How long the end of the service waits for a notification that is being delivered; it is delivered
again at the next start."""

AWAY = 1000
"""Callers who were put through and are remembered, should nobody answer them."""


class Hotline:
    """The running service."""

    def __init__(self, settings: Settings, script: Callable[[], Script] | None = None) -> None:
        """Load everything that can be wrong; StartError on the first that is.

        ``script`` is what every call goes through: the conversation of the sheet when not given.
        """
        self.settings = settings
        self.sheet = load_sheet(settings)
        self._own_script = script
        self.catalogue = load_catalogue(settings, self.sheet)
        usable = {id for id in self.catalogue.manifest.recordings if self._has_file(id)}
        self._composer = Composer(
            load_vocabulary(settings), usable.__contains__, self.sheet.forbidden_in
        )
        self._ami = manager(settings)
        ami = self._ami
        self._orphans = None if ami is None else OrphanCheck(ami, self._ours, self._end)
        self.metrics = Metrics()
        try:
            secret = read_secret(settings.agi.token_file, "agi.token_file")
            self.records = Records(settings.records, loaded=self.metrics.loaded)
            self._house = house_of(settings, self.sheet.knowledge)
            self._look_ups = LookUps(settings.look_ups, connect(url_of(settings.records)))
        except (ConfigError, RecordsError) as error:
            raise StartError(str(error)) from None
        self._notifier = notifier(settings)
        self._recorder = recorder(settings)
        token = secret.get_secret_value() if secret else None
        self.agi = AgiServer(self._serve, token)
        self.audio = AudioServer()
        self._advising: asyncio.Task[None] | None = None
        self._silero: SileroModel | None = None
        recognition = settings.recognition
        model = chosen(recognition.model, recognition.models)
        self._recognisers = Recognisers(model, workers=recognition.workers)
        self._interpreter = Interpreter(self._recognisers, load_understander(settings).meaning)
        self._live: set[LiveCall] = set()
        self._sessions: set[AgiSession] = set()
        self._away: dict[str, Guest] = {}
        """Who was put through, by channel."""
        self._endpoint: Endpoint | None = None

    @property
    def calls(self) -> int:
        """How many calls are being served."""
        return len(self._live)

    async def start(self) -> None:
        """Listen for calls; StartError when a port is taken, a model cannot be loaded or the
        records are of a newer version, and then nothing is left open.
        """
        try:
            self._silero = await asyncio.to_thread(SileroModel.load)
            await self.records.start()
        except (ModelError, RecordsError) as error:
            raise StartError(str(error)) from None
        try:
            await self._recognisers.start()
            await self._listen_for_calls()
        except ModelError as error:
            await self._close()
            raise StartError(f"recognition.model: {error}") from None
        except StartError:
            await self._close()
            raise
        self._notifier.start()
        self._recorder.start()
        watch(self.metrics, self.records, self._recognisers, self._ami, self._orphans)
        self.metrics.watch("ivr_calls_live", "Calls that are being served.", lambda: self.calls)
        most = self.settings.call.max_calls
        self.metrics.watch("ivr_calls_limit", "How many may be.", lambda: most)
        if self._ami is not None and self._orphans is not None:
            advising = _advise(self._ami, self._orphans)
            self._advising = asyncio.get_running_loop().create_task(advising)
        # What lives now lives for ever; a full collection in the middle of a call would be heard.
        gc.collect()
        gc.freeze()

    async def _listen_for_calls(self) -> None:
        agi, audio, metrics = self.settings.agi, self.settings.audio, self.settings.metrics
        await _listen(self.audio.start(audio.host, audio.port), "audio", audio.host, audio.port)
        await _listen(self._serve_metrics(), "metrics", metrics.host, metrics.port)
        await _listen(self.agi.start(agi.host, agi.port), "agi", agi.host, agi.port)
        log.info("ready", agi=f"{agi.host}:{agi.port}", audio=f"{audio.host}:{audio.port}")

    async def _close(self) -> None:
        """Whatever is open; the records last, because the others still write into them."""
        self.audio.close()
        if self._endpoint is not None:
            await asyncio.to_thread(self._endpoint.close)
        await self._recognisers.stop()
        self._look_ups.close()
        await asyncio.to_thread(self._notifier.stop, LAST_NEWS_SECONDS)
        await asyncio.to_thread(self._recorder.stop, LAST_NEWS_SECONDS)
        await self.records.close()

    async def _serve_metrics(self) -> None:
        settings = self.settings.metrics
        if settings.port:
            self._endpoint = self.metrics.serve(settings.host, settings.port)

    async def drain(self) -> None:
        """Take no new calls, let the running ones end; past the grace they hear the apology."""
        self.agi.stop_listening()
        log.info("draining", calls=self.calls)
        if self.agi.calls:
            await asyncio.wait(self.agi.calls, timeout=self.settings.service.drain_seconds)
        for live in list(self._live):
            live.end(Outcome.DRAINED)
        if self.agi.calls:
            await asyncio.wait(self.agi.calls, timeout=LAST_WORDS_SECONDS)

    async def stop(self) -> None:
        """Close what is left; every record is on the disk afterwards."""
        self.agi.stop_listening()
        for task in list(self.agi.calls):
            task.cancel()
        await asyncio.gather(*self.agi.calls, return_exceptions=True)
        if self._advising is not None:
            self._advising.cancel()
            await asyncio.wait((self._advising,))
        await self._close()
        log.info("stopped")

    def _ours(self) -> Ours:
        """What the channels of the PBX are compared with."""
        calls = {session.environment["agi_uniqueid"] for session in self._sessions}
        audio = self.settings.audio
        sockets = {str(id) for id in self.audio.connected}
        return Ours(calls, sockets, f"{audio.host}:{audio.port}")

    def _end(self, uniqueid: str) -> None:
        """The caller of this call is gone, and nobody told us."""
        for session in list(self._sessions):
            if session.environment["agi_uniqueid"] == uniqueid:
                session.close()

    def _reference(self, play: Play) -> Reference:
        """The sound of a prompt: of a composed one, that of all its clips that are there."""
        sounds = []
        for id in play.prompt.clips:
            with suppress(CatalogueError, OSError):  # the line leaves it out, too, and says so
                sounds.append(self.catalogue.reference(id, play.rendering))
        return Reference.joined(sounds)

    def _script(self, guest: Guest, *, returned: bool) -> Callable[[], Script]:
        """What the next call goes through; without room for a recording nobody is told of one."""
        if self._own_script is not None:
            return self._own_script
        policy: Policy = self.settings.recording.mode
        if policy != "off" and not self._recorder.ready:
            log.warning("call_not_recorded", why="there is no room: see recording_stopped")
            policy = "off"
        return partial(hotline, guest=guest, returned=returned, recording=policy)

    def _has_file(self, id: str) -> bool:
        return self.catalogue.path(id).is_file()

    async def _serve(self, session: AgiSession) -> None:
        """One call from its first AGI line to its end."""
        uniqueid = session.environment["agi_uniqueid"]
        channel = session.environment["agi_channel"]
        if not (_UNIQUEID.fullmatch(uniqueid) and _CHANNEL.fullmatch(channel)):
            log.warning("agi_refused", why="agi_uniqueid or agi_channel is not one of Asterisk's")
            return
        if self.calls >= self.settings.call.max_calls:
            log.warning("call_refused", why="call.max_calls are being served", call=uniqueid)
            return
        with structlog.contextvars.bound_contextvars(call=uniqueid):
            await self._converse(session, uniqueid)

    async def _converse(self, session: AgiSession, uniqueid: str) -> None:
        assert self._silero is not None  # loaded before the first call can come
        settings, now = self.settings, time.monotonic()
        environment = session.environment
        limits = Limits(call_seconds=settings.call.max_call_seconds)
        number, caller = (
            trusted_number(environment.get(name, "")) for name in ("agi_dnid", "agi_callerid")
        )
        record = self.records.begin(uniqueid, number, caller, now, time.time())
        guest, returned = self._guest(uniqueid, environment)

        def send(errand: Errand) -> None:
            line.send_between_prompts(errand)

        live = LiveCall(
            Call(
                self._script(guest, returned=returned),
                last_words,
                self.sheet.__getitem__,
                limits,
                self._composer,
            ),
            Ear(self._silero.stream(), now, hang_seconds=settings.call.speech_end_seconds),
            Scribe(self._interpreter),
            self._reference,
            TellingThePbx(self.metrics.counted(record), lambda name, value: line.tell(name, value)),
            MixMonitor(send, stem_in(settings.recording.on_the_pbx, record.recording)),
            lambda query: self._look_ups.find(query, guest.arrival.caller),
            waited=self.metrics.waits.observe,
        )

        def report(event: Event, now: float) -> None:
            if isinstance(event, CallerHungUp) and heartbeat.overdue(now):
                event = LineLost("the PBX took the caller back while this process stood still")
            live.deliver(event, now)

        line = AgiLine(session, self.catalogue, report)
        address = f"{settings.audio.host}:{settings.audio.port}"
        tap = Tap(self.audio, address, uniqueid, send, live.hear, self.metrics.tapped(live.tapped))
        heartbeat = Heartbeat(self.audio, address, environment["agi_channel"], send)
        self._live.add(live)
        self._sessions.add(session)
        try:
            tap.attach()
            heartbeat.attach()
            live.start(line)
            await line.run()
        except asyncio.CancelledError:
            live.close("the service was stopped")
            raise
        finally:
            tap.close()
            heartbeat.close()
            live.close("a defect of ours")
            self._live.discard(live)
            self._sessions.discard(session)
            if live.outcome is Outcome.TRANSFERRED:
                self._remember(uniqueid, guest)
            log.debug(
                "session_closed",
                calls=self.calls,
                tasks=len(asyncio.all_tasks()),
                longest_lag_ms=round(heartbeat.longest_lag * 1000, 1),
            )

    def _guest(self, uniqueid: str, environment: Mapping[str, str]) -> tuple[Guest, bool]:
        """The caller, and whether he was put through and nobody answered.

        Who was put through by another service is a stranger to us, and served all the same.
        """
        back = is_back(environment)
        away = self._away.pop(uniqueid, None)
        arrival = arrival_of(environment, time.time())
        known = away if back else None
        return known or Guest(self.sheet.company, self._house, arrival), back

    def _remember(self, uniqueid: str, guest: Guest) -> None:
        self._away[uniqueid] = guest
        while len(self._away) > AWAY:
            del self._away[next(iter(self._away))]


async def _advise(ami: Ami, orphans: OrphanCheck) -> None:
    """Keep the manager connection up; not even a defect in it may touch a call."""
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(ami.keep_up())
            group.create_task(orphans.watch())
    except Exception:
        log.exception("ami_failed", calls="go on without it")
    finally:
        ami.close()


async def _listen(starting: Awaitable[None], group: str, host: str, port: int) -> None:
    try:
        await starting
    except OSError as error:
        raise StartError(
            f"{group}.port = {port} on {host} cannot be used ({error.strerror}): "
            f"stop what uses it or set another {group}.port"
        ) from None


async def run_service(settings: Settings) -> None:
    """Run the hotline until SIGTERM or SIGINT; a second signal stops at once."""
    hotline_service = Hotline(settings)
    await hotline_service.start()
    stopping, at_once = asyncio.Event(), asyncio.Event()

    def signalled() -> None:
        (at_once if stopping.is_set() else stopping).set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signalled)
    await stopping.wait()
    draining = loop.create_task(hotline_service.drain())
    hurry = loop.create_task(at_once.wait())
    await asyncio.wait((draining, hurry), return_when=asyncio.FIRST_COMPLETED)
    for task in (draining, hurry):
        task.cancel()
    await hotline_service.stop()
