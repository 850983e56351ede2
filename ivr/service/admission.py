"""Admits calls up to the limit of the settings, and serves each admitted call to its end."""

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from functools import partial

import structlog

from ivr.asterisk.agi_server import PBX_TAKES_OVER, AgiSession
from ivr.dialogue.call import Script
from ivr.dialogue.outcome import Outcome
from ivr.etiquette.conversation import hotline
from ivr.etiquette.guest import Guest
from ivr.etiquette.house import House
from ivr.etiquette.recording import Policy
from ivr.records.recorder import RecordingKeeper
from ivr.service.one_call import OneCall, SharedParts
from ivr.service.settings_to_house import arrival_from_environment, is_back_from_transfer
from ivr.service.transferred_guests import TransferredGuests

log = structlog.get_logger()

_UNIQUEID = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_CHANNEL = re.compile(r"[A-Za-z0-9_.@/;-]{1,100}")


class Admission:
    """Admits at most ``call.max_calls`` calls at a time, and knows those that are being served."""

    def __init__(
        self,
        shared: SharedParts,
        house: House,
        recorder: RecordingKeeper,
        script: Callable[[], Script] | None = None,
    ) -> None:
        """Take what all calls share.

        ``recorder`` tells whether the disk has room for recordings. ``script`` begins the dialogue
        of every call; None: the conversation of the etiquette sheet.
        """
        self.calls: set[OneCall] = set()
        """The calls that are being served now."""
        self._shared, self._house, self._recorder = shared, house, recorder
        self._own_script = script
        self._transferred = TransferredGuests()

    async def serve(self, session: AgiSession) -> None:
        """Serve one call on its AGI session; return when the call has ended.

        Refuse the call, by returning at once, when the limit of calls is reached or the names of
        its channel are malformed. The PBX then takes the call over.
        """
        uniqueid = session.environment["agi_uniqueid"]
        channel = session.environment["agi_channel"]
        if not (_UNIQUEID.fullmatch(uniqueid) and _CHANNEL.fullmatch(channel)):
            log.warning(
                "agi_refused",
                reason="agi_uniqueid or agi_channel does not have Asterisk's form",
                uniqueid=uniqueid[:100],
                channel=channel[:100],
                peer=session.peer,
                effect=f"the connection is closed; if it was a call, {PBX_TAKES_OVER}",
                remedy="if the peer is your Asterisk, give the channel a name of letters, digits "
                "and _.@/;- only; if not, keep it off agi.port",
            )
            return
        most = self._shared.settings.call.max_calls
        if len(self.calls) >= most:
            log.warning(
                "call_refused",
                reason=f"as many calls as call.max_calls ({most}) are being served",
                effect=f"this service does not serve the caller; {PBX_TAKES_OVER}",
                remedy="raise call.max_calls if the machine can take more calls; if it cannot, "
                "set IVR_MAX_CALLS in ivr-globals.conf to call.max_calls: the PBX then tells "
                "callers that all lines are busy",
                call=uniqueid,
            )
            return
        with structlog.contextvars.bound_contextvars(call=uniqueid):
            await self._serve(session, uniqueid)

    def close(self, uniqueid: str) -> None:
        """Close the AGI session of the call with this unique id, because its channel is gone.

        Do nothing if no such call is being served.
        """
        for call in list(self.calls):
            if call.uniqueid == uniqueid:
                call.session.close()

    def end_all(self, outcome: Outcome) -> None:
        """End all calls after their callers have heard the last words of ``outcome``."""
        for call in list(self.calls):
            call.end(outcome)

    async def _serve(self, session: AgiSession, uniqueid: str) -> None:
        guest, returned = self._guest(uniqueid, session.environment)
        call = OneCall(self._shared, session, guest, self._script(guest, returned=returned))
        self.calls.add(call)
        try:
            await call.run()
        finally:
            self.calls.discard(call)
            if call.outcome is Outcome.TRANSFERRED:
                self._transferred.remember(uniqueid, guest)
            log.debug(
                "session_closed",
                calls_left=len(self.calls),
                tasks_left=len(asyncio.all_tasks()),
                longest_loop_delay_ms=round(call.longest_lag * 1000, 1),
            )

    def _guest(self, uniqueid: str, environment: Mapping[str, str]) -> tuple[Guest, bool]:
        """Return the caller, and True if they come back because nobody answered a transfer.

        If another service had transferred them, nothing is known of their first conversation here;
        the result is then a new caller, and True.
        """
        returned = is_back_from_transfer(environment)
        remembered = self._transferred.take(uniqueid)
        if returned and remembered is not None:
            return remembered, True
        arrival = arrival_from_environment(environment, time.time())
        return Guest(self._shared.sheet.company, self._house, arrival), returned

    def _script(self, guest: Guest, *, returned: bool) -> Callable[[], Script]:
        """Return the function that begins the dialogue of a call.

        ``returned`` is True if the caller comes back from a transfer. When recording has stopped
        (for example, the disk is full), the call is not recorded, and the announcement of the
        recording is left out.
        """
        if self._own_script is not None:
            return self._own_script
        policy: Policy = self._shared.settings.recording.mode
        if policy != "off" and not self._recorder.ready:
            log.warning(
                "call_not_recorded",
                reason="recording has stopped: the line recording_stopped says why",
                effect="this call is served without being recorded, and the announcement of the "
                "recording is left out",
                remedy="carry out the remedy of the line recording_stopped",
            )
            policy = "off"
        return partial(hotline, guest=guest, returned=returned, recording=policy)
