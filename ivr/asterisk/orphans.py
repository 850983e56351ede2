"""Calls without a channel and channels without a call, found in the PBX's list of channels.

There are three kinds: a session that goes on although its caller is gone, a caller whom the
dialplan does not take back, and an AudioSocket channel (of a tap or a heartbeat) whose connection
is closed. The dead-man timer and the closing of sockets should end each of them. A call or channel
that is found again 30 s later, in the next list, shows a defect and is logged. An orphaned call is
ended. An orphaned channel is only named in the log: the right to end it would be the right to end
every call on the PBX.
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
"""Seconds between two comparisons of this service's calls with the PBX's list of channels. A call
without a channel, or a channel without a call, is an orphan if two comparisons in a row find it.
The dead-man timer (the PBX's time limit for each sound) should have ended it long before."""
_FIELDS = {"Channel", "Uniqueid", "Context", "Exten", "Priority"}


@dataclass(frozen=True, slots=True)
class Ours:
    """The calls that this service serves, and the AudioSocket connections that it has."""

    calls: Set[str]
    """Unique ids of the channels whose calls are being served."""
    sockets: Set[str]
    """UUIDs of the AudioSocket connections (of taps and heartbeats) that exist now."""
    audio: str
    """host:port of this service's AudioSocket server, as in the names of AudioSocket channels."""


@dataclass(frozen=True, slots=True)
class Orphans:
    """Calls without a channel, and channels without a call, found in two lists in a row."""

    calls: Set[str] = frozenset()
    """Unique ids of the calls whose channel is gone."""
    channels: Set[str] = frozenset()
    """Names of the channels whose call is over."""


class Comparison:
    """Comparison of this service's calls with the PBX's channels; it changes neither.

    A call or a channel is an orphan if two comparisons in a row find it without its counterpart.
    """

    def __init__(self) -> None:
        self._places: dict[str, str] = {}
        """The place in the dialplan at which each call was last listed (context, extension,
        priority), by the unique id of its channel."""
        self._before = Orphans()

    def look(self, ours: Ours, channels: Sequence[Mapping[str, str]]) -> Orphans:
        """Compare calls and channels once; return what this look and the last one found orphaned.

        ``channels`` are the PBX's channels as AMI's CoreShowChannels lists them. An orphaned call
        is one whose channel is gone; the channel must have been in an earlier list, because calls
        may also come from another PBX. An orphaned channel is one whose call has ended and that is
        still at the same place in the dialplan. At another place, its caller may hear the apology
        or be served by another service. A channel is an orphan too if it is our AudioSocket channel
        and its connection is closed.
        """
        there = {channel["Uniqueid"]: channel for channel in channels if channel.keys() >= _FIELDS}
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
    """Return where in the dialplan ``channel`` is, as ``context,extension,priority``.

    ``channel`` has the fields of the channel in AMI's list of channels.
    """
    return "{Context},{Exten},{Priority}".format_map(channel)


def _is_closed_socket(name: str, ours: Ours) -> bool:
    """Return True if ``name`` is an AudioSocket channel to this service without a connection.

    Its connection, of a tap or a heartbeat, is closed. Return False for any other channel.
    """
    side = re.fullmatch(rf"AudioSocket/{re.escape(ours.audio)}-(.+)", name)
    return side is not None and side[1] not in ours.sockets


class OrphanCheck:
    """The search for calls without a channel and channels without a call (orphans) by AMI."""

    def __init__(self, ami: Ami, ours: Callable[[], Ours], end: Callable[[str], None]) -> None:
        """Prepare the search with the manager interface ``ami``.

        ``ours`` returns the calls and the AudioSocket connections that this service has at the
        moment. ``end`` ends the call with the given unique id of its channel.
        """
        self.channels = 0
        """Number of channels that the last comparison found orphaned (without a call)."""
        self.calls = 0
        """Number of calls that were ended so far because their channel was gone."""
        self._ami, self._ours, self._end = ami, ours, end
        self._comparison = Comparison()
        self._told: Set[str] = frozenset()

    async def watch(self) -> None:
        """Call :meth:`look` every 30 s while AMI is connected, until cancelled.

        If AMI fails, a warning is logged, and the next look follows after 30 s
        (ORPHAN_LOOK_SECONDS).
        """
        while True:
            await asyncio.sleep(ORPHAN_LOOK_SECONDS)
            if self._ami.state is AmiState.UP:
                try:
                    await self.look()
                except AmiError as error:
                    log.warning(
                        "channels_not_compared",
                        reason=str(error),
                        effect="calls go on; orphans (calls without a channel, channels without "
                        f"a call) are looked for again in {ORPHAN_LOOK_SECONDS:.0f} s",
                        remedy="if this repeats, run `ivr doctor`: ami.user needs write = "
                        "reporting in manager.conf",
                    )

    async def look(self) -> None:
        """Compare the PBX's channels with our calls once; end orphaned calls, log all orphans.

        An orphan is a call without a channel or a channel without a call, found by two looks in a
        row. Raise AmiError when the PBX does not list its channels.
        """
        before = self._ours()
        channels = await self._ami.ask_all("CoreShowChannels")
        after = self._ours()
        # A call that began or ended while the list was on its way is no orphan.
        calls, sockets = before.calls & after.calls, before.sockets | after.sockets
        found = self._comparison.look(Ours(calls, sockets, after.audio), channels)
        for id in found.calls:
            self.calls += 1
            log.error(
                "call_orphaned", call=id,
                reason="the caller's channel is gone from the PBX, but the service still served it",
                effect="no caller is affected: they had left before; the service closes its side",
                remedy="report the defect with the log of this call",
            )  # fmt: skip
            self._end(id)
        for name in found.channels - self._told:
            side = name.startswith("AudioSocket/")
            log.error(
                "channel_orphaned", channel=name,
                reason="the service has ended its call, but the PBX still has the channel",
                effect="no caller is on this channel, but it stays and uses up resources of the PBX"
                if side else "a caller on this channel may be hearing nothing",
                remedy=f"asterisk -rx 'channel request hangup {name}'",
            )  # fmt: skip
        self._told, self.channels = found.channels, len(found.channels)
