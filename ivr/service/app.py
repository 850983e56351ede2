"""The composition root: builds the parts of the service, starts them, drains and stops them."""

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable

import structlog

from ivr.asterisk.agi_server import AgiServer
from ivr.asterisk.audio_server import AudioServer
from ivr.asterisk.manager import Ami
from ivr.asterisk.orphans import OrphanCheck, Ours
from ivr.config import ConfigError, Settings, read_secret
from ivr.dialogue.call import Script
from ivr.dialogue.outcome import Outcome
from ivr.records.database import connect, url_of
from ivr.records.keeper import Records, RecordsError
from ivr.service.admission import Admission
from ivr.service.gauges import watch
from ivr.service.listening.link import ListeningLink
from ivr.service.loading import (
    StartError,
    load_catalogue,
    load_sheet,
    load_vocabulary,
    manager,
    notifier,
    recorder,
)
from ivr.service.look_ups import LookUps
from ivr.service.metrics import Endpoint, Metrics
from ivr.service.one_call import SharedParts
from ivr.service.readiness import tell_systemd
from ivr.service.settings_to_house import house_from_settings
from ivr.translation import tr
from ivr.words.composition import Composer

log = structlog.get_logger()

LAST_WORDS_SECONDS = 15.0
"""Upper limit, in seconds, of the time that a stopping service gives the last callers to hear the
apology."""

LAST_NEWS_SECONDS = 2.0
"""Upper limit, in seconds, of each of two waits of a stopping service. It first waits for a
notification that is being delivered, then for a recording whose two files are being joined. The
next start repeats whatever was not finished."""


class Hotline:
    """The service: all its parts, built from the settings."""

    def __init__(self, settings: Settings, script: Callable[[], Script] | None = None) -> None:
        """Load all files that the settings name; raise StartError for the first that is wrong.

        ``script`` begins the dialogue of every call; None: the conversation of the etiquette sheet.
        """
        self.settings = settings
        self.sheet = load_sheet(settings)
        self.catalogue = load_catalogue(settings, self.sheet)
        composer = self._composer()
        self._ami = manager(settings)
        self.metrics = Metrics()
        try:
            secret = read_secret(settings.agi.token_file, "agi.token_file")
            self.records = Records(settings.records, loaded=self.metrics.loaded)
            house = house_from_settings(settings, self.sheet.knowledge)
            self._look_ups = LookUps(settings.look_ups, connect(url_of(settings.records)))
        except (ConfigError, RecordsError) as error:
            raise StartError(str(error)) from None
        self._notifier = notifier(settings)
        self._recorder = recorder(settings)
        self._listening = ListeningLink(settings)
        self.audio = AudioServer()
        shared = SharedParts(
            settings=settings,
            sheet=self.sheet,
            catalogue=self.catalogue,
            composer=composer,
            listening=self._listening,
            records=self.records,
            look_ups=self._look_ups,
            metrics=self.metrics,
            audio=self.audio,
        )
        self._admission = Admission(shared, house, self._recorder, script)
        self.agi = AgiServer(
            self._admission.serve, None if secret is None else secret.get_secret_value()
        )
        self._orphans = self._orphan_check()
        self._advising: asyncio.Task[None] | None = None
        self._endpoint: Endpoint | None = None

    @property
    def calls(self) -> int:
        """The number of calls that are being served."""
        return len(self._admission.calls)

    async def start(self) -> None:
        """Start all parts of the service, and listen for calls.

        Raise StartError when a port is taken, a model cannot be loaded or a newer program has
        written the database of the records; nothing is left open then.
        """
        try:
            await self.records.start()
        except RecordsError as error:
            raise StartError(str(error)) from None
        try:
            await self._listening.start()
            await self._listen_for_calls()
        except StartError:
            await self._close()
            raise
        self._notifier.start()
        self._recorder.start()
        watch(self.metrics, self.records, self._listening, self._ami, self._orphans)
        self.metrics.watch("ivr_calls_live", "Calls that are being served.", lambda: self.calls)
        most = self.settings.call.max_calls
        self.metrics.watch("ivr_calls_limit", "Most calls at the same time.", lambda: most)
        if self._ami is not None and self._orphans is not None:
            advising = _advise(self._ami, self._orphans)
            self._advising = asyncio.get_running_loop().create_task(advising)
        # Objects that exist now live until the end. A full collection of them during a call would
        # interrupt its sound, so they are taken out of the collector's reach.
        gc.collect()
        gc.freeze()

    async def _listen_for_calls(self) -> None:
        agi, audio, metrics = self.settings.agi, self.settings.audio, self.settings.metrics
        await _listen(self.audio.start(audio.host, audio.port), "audio", audio.host, audio.port)
        await _listen(self._serve_metrics(), "metrics", metrics.host, metrics.port)
        await _listen(self.agi.start(agi.host, agi.port), "agi", agi.host, agi.port)
        log.info("ready", agi=f"{agi.host}:{agi.port}", audio=f"{audio.host}:{audio.port}")

    async def _close(self) -> None:
        """Close all parts; the records last, because the other parts write into them."""
        self.audio.close()
        if self._endpoint is not None:
            await asyncio.to_thread(self._endpoint.close)
        await self._listening.stop()
        self._look_ups.close()
        await asyncio.to_thread(self._notifier.stop, LAST_NEWS_SECONDS)
        await asyncio.to_thread(self._recorder.stop, LAST_NEWS_SECONDS)
        await self.records.close()

    async def _serve_metrics(self) -> None:
        settings = self.settings.metrics
        if settings.port:
            self._endpoint = self.metrics.serve(settings.host, settings.port)

    async def drain(self) -> None:
        """Take no new calls and let the running ones end.

        Callers who are still served after service.drain_seconds hear the apology. Return when all
        calls have ended, or LAST_WORDS_SECONDS (15 s) after the apologies have begun.
        """
        self.agi.stop_listening()
        seconds = self.settings.service.drain_seconds
        log.info(
            "draining", calls_left=self.calls, drain_seconds=seconds,
            effect="no new calls are taken; after drain_seconds, remaining callers hear an apology",
        )  # fmt: skip
        if self.agi.calls:
            await asyncio.wait(self.agi.calls, timeout=seconds)
        self._admission.end_all(Outcome.DRAINED)
        if self.agi.calls:
            await asyncio.wait(self.agi.calls, timeout=LAST_WORDS_SECONDS)

    async def stop(self) -> None:
        """End the calls that are left and close everything; all records are on the disk then."""
        self.agi.stop_listening()
        for task in list(self.agi.calls):
            task.cancel()
        await asyncio.gather(*self.agi.calls, return_exceptions=True)
        if self._advising is not None:
            self._advising.cancel()
            await asyncio.wait((self._advising,))
        await self._close()
        log.info("stopped")

    def _composer(self) -> Composer:
        """Return the composer, which builds prompts with slots (such as a number) from clips.

        It uses only clips that have a file.
        """
        recordings = self.catalogue.manifest.recordings
        usable = {id for id in recordings if self.catalogue.path(id).is_file()}
        vocabulary = load_vocabulary(self.settings)
        return Composer(vocabulary, usable.__contains__, self.sheet.forbidden_in)

    def _orphan_check(self) -> OrphanCheck | None:
        if self._ami is None:
            return None
        return OrphanCheck(self._ami, self._ours, self._admission.close)

    def _ours(self) -> Ours:
        """Return the calls and AudioSocket connections of this service.

        They are compared with the PBX's channels.
        """
        calls = {call.uniqueid for call in self._admission.calls}
        sockets = {str(id) for id in self.audio.connected}
        audio = self.settings.audio
        return Ours(calls, sockets, f"{audio.host}:{audio.port}")


async def _advise(ami: Ami, orphans: OrphanCheck) -> None:
    """Keep the manager connection up and search for orphaned calls and channels, until cancelled.

    An exception is logged and not raised: it must not disturb any call.
    """
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(ami.keep_up())
            group.create_task(orphans.watch())
    except Exception:
        log.exception(
            "ami_failed", reason="a defect of the service: see the traceback",
            effect="calls go on; orphans (calls without a channel, channels without a call) are "
            "not found until the service is started again",
            remedy="report this traceback; restart the service when no call is up",
        )  # fmt: skip
    finally:
        ami.close()


async def _listen(starting: Awaitable[None], group: str, host: str, port: int) -> None:
    """Wait until ``starting`` has made a server listen on ``host`` and ``port``.

    Raise StartError, which names the setting in ``group``, if the port cannot be used.
    """
    try:
        await starting
    except OSError as error:
        raise StartError(
            tr(
                "{group}.port = {port} on {host} cannot be used ({reason}): stop "
                "what uses it or set another {group}.port"
            ).format(group=group, port=port, host=host, reason=error.strerror)
        ) from None


async def run_service(settings: Settings) -> None:
    """Run the hotline until SIGTERM or SIGINT, then drain and stop it.

    A second signal stops it at once. Raise StartError when it cannot start.
    """
    hotline_service = Hotline(settings)
    stopping, at_once = asyncio.Event(), asyncio.Event()

    def signalled() -> None:
        (at_once if stopping.is_set() else stopping).set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signalled)
    await hotline_service.start()
    tell_systemd()
    await stopping.wait()
    draining = loop.create_task(hotline_service.drain())
    hurry = loop.create_task(at_once.wait())
    await asyncio.wait((draining, hurry), return_when=asyncio.FIRST_COMPLETED)
    for task in (draining, hurry):
        task.cancel()
    await hotline_service.stop()
