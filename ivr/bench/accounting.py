"""Processor time and memory of the processes that serve calls, as Linux counts them."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE_OCTETS = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Usage:
    """The processor time and the memory that some processes use."""

    cpu_seconds: float
    """Processor time of all their threads since they were started."""
    megabytes: float
    """Memory that they hold now (resident set), in megabytes of 1,000,000 octets. Pages that
    several processes share count for each of them."""


def usage_of(pids: Iterable[int]) -> Usage:
    """Return what the processes with these ids have used; those that have ended count nothing."""
    seconds = octets = 0.0
    for pid in pids:
        try:
            # The name of the program, in brackets, may hold spaces.
            stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        seconds += (int(stat[11]) + int(stat[12])) / _TICKS
        octets += pages * _PAGE_OCTETS
    return Usage(seconds, octets / 1e6)


def children_of(pid: int) -> list[int]:
    """Return the ids of the processes that the process ``pid`` has started and that still run."""
    found: list[int] = []
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        found += map(int, thread.read_text().split())
    return found


class Peak:
    """The usage of several groups of processes during a measurement.

    Processor time counts from the making of this object. Memory is the greatest that
    :meth:`look` has seen.
    """

    def __init__(self, groups: Mapping[str, tuple[int, ...]]) -> None:
        """Take the process ids of each group by the group's name."""
        self._groups = groups
        self._before = {name: usage_of(pids).cpu_seconds for name, pids in groups.items()}
        self._megabytes = dict.fromkeys(groups, 0.0)

    def look(self) -> None:
        """Take note of the memory that the processes hold now."""
        for name, pids in self._groups.items():
            self._megabytes[name] = max(self._megabytes[name], usage_of(pids).megabytes)

    def usage(self) -> dict[str, Usage]:
        """Return the processor time since the beginning and the greatest memory of each group."""
        self.look()
        return {
            name: Usage(
                usage_of(pids).cpu_seconds - self._before[name],
                self._megabytes[name],
            )
            for name, pids in self._groups.items()
        }
