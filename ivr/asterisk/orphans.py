"""Calls and channels that have lost one another, found by comparing ours with the PBX's list.

Three ways lead to one: a session that lives on though its caller is gone, a caller whom the
dialplan does not take back from us, a side channel (tap, heartbeat) whose socket is closed. The
dead-man timer and the closing of sockets end each of them; what is left after two looks is a defect
of somebody's and is told. A call is ended then, since that is ours to do; a channel is only named:
the right to end one would be the right to end every call on the PBX.
"""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass

import structlog

from ivr.asterisk.ami_link import AmiError
from ivr.asterisk.manager import Ami, AmiState

log = structlog.get_logger()

ORPHAN_LOOK_SECONDS = 30.0
"""What is an orphan in two looks is one; the dead-man timer has long been due by then."""
_NEEDED = {"Channel", "Uniqueid", "Context", "Exten", "Priority"}


@dataclass(frozen=True, slots=True)
class Ours:
    """What this service believes."""

    calls: Set[str]
    """Channels' unique ids of the calls that are being served."""
    sockets: Set[str]
    """Ids of the side channels that are connected."""
    audio: str
    """host:port of our AudioSocket server, as the PBX is told it."""


@dataclass(frozen=True, slots=True)
class Orphans:
    """What has been one in two successive looks."""

    calls: Set[str] = frozenset()
    """Unique ids of calls whose channel is gone."""
    channels: Set[str] = frozenset()
    """Names of channels whose call is gone."""


class Comparison:
    """Remembers the look before this one. Pure."""

    def __init__(self) -> None:
        self._places: dict[str, str] = {}
        """By unique id, where in the dialplan each call of ours was seen."""
        self._before = Orphans()

    def look(self, ours: Ours, channels: Sequence[Mapping[str, str]]) -> Orphans:
        """Compare with the channels of a CoreShowChannels.

        A call counts only when its channel had been there: another PBX, whose list this is not,
        may hand calls to us as well. A channel of an ended call counts only while it stands where
        it stood in the call: elsewhere in the dialplan it may hear the apology or another service.
        """
        there = {channel["Uniqueid"]: channel for channel in channels if channel.keys() >= _NEEDED}
        for id in ours.calls & there.keys():
            self._places[id] = _place(there[id])
        gone = {id for id in ours.calls & self._places.keys() if id not in there}
        self._places = {
            id: place for id, place in self._places.items() if id in there or id in ours.calls
        }
        strange = {
            channel["Channel"]
            for id, channel in there.items()
            if (id not in ours.calls and self._places.get(id) == _place(channel))
            or _is_closed_socket(channel["Channel"], ours)
        }
        now, before = Orphans(gone, strange), self._before
        self._before = now
        return Orphans(now.calls & before.calls, now.channels & before.channels)


def _place(channel: Mapping[str, str]) -> str:
    return "{Context},{Exten},{Priority}".format_map(channel)


def _is_closed_socket(name: str, ours: Ours) -> bool:
    side = re.fullmatch(rf"AudioSocket/{re.escape(ours.audio)}-(.+)", name)
    return side is not None and side[1] not in ours.sockets


class OrphanCheck:
    """Looks for orphans as long as the manager interface answers."""

    def __init__(self, ami: Ami, ours: Callable[[], Ours], end: Callable[[str], None]) -> None:
        """``end`` ends the call of a channel that is gone."""
        self.channels = 0
        """Orphaned now."""
        self.calls = 0
        """Orphaned so far, and ended."""
        self._ami, self._ours, self._end = ami, ours, end
        self._comparison = Comparison()
        self._told: Set[str] = frozenset()

    async def watch(self) -> None:
        """For ever; cancel to end."""
        while True:
            await asyncio.sleep(ORPHAN_LOOK_SECONDS)
            if self._ami.state is AmiState.UP:
                try:
                    await self.look()
                except AmiError as error:
                    log.warning("channels_not_compared", why=str(error), calls="go on")

    async def look(self) -> None:
        """Once; AmiError when the PBX does not tell its channels."""
        before = self._ours()
        channels = await self._ami.ask_all("CoreShowChannels")
        after = self._ours()
        # What began or ended while the list was on its way is no orphan.
        calls, sockets = before.calls & after.calls, before.sockets | after.sockets
        found = self._comparison.look(Ours(calls, sockets, after.audio), channels)
        for id in found.calls:
            self.calls += 1
            log.error("call_orphaned", call=id, why="its channel is gone", then="it is ended")
            self._end(id)
        for name in found.channels - self._told:
            remedy = f"asterisk -rx 'channel request hangup {name}'"
            log.error("channel_orphaned", channel=name, why="its call is over", remedy=remedy)
        self._told, self.channels = found.channels, len(found.channels)
