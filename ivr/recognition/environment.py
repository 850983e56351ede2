"""What makes a worker's process cheap: variables that libvosk and the C library read as they start.

A decoder allocates and frees a small piece for every hypothesis of every 30 ms. Measured with
`ivr bench recognition`, one run each: 4.0 % of a core for a talking call; 4.6 with glibc's malloc
in place of jemalloc, 4.4 with the matrix routines that libvosk takes by itself.
"""

import os
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

PACKAGE = "libjemalloc2"
"""Where the allocator comes from, on Debian, Ubuntu and their like."""
_ALLOCATORS = ("/usr/lib/*/libjemalloc.so.2", "/usr/lib64/libjemalloc.so.2")
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Workers are what runs side by side."""
_CORES = {
    "SkylakeX": {"avx512f", "avx512bw", "avx512dq", "avx512vl"},
    "Haswell": {"avx2", "fma"},
}
"""What OpenBLAS calls processors that can do so much, the fastest first. libvosk's, of 2022, takes
newer ones for a Pentium 4."""


@cache
def allocator() -> Path | None:
    """jemalloc, where it is installed."""
    found = (path for pattern in _ALLOCATORS for path in Path("/").glob(pattern[1:]))
    return next(found, None)


def for_worker(given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment of a worker: ``given``, which has the last word on its cores, and ours."""
    found = allocator()
    preloaded = given.get("LD_PRELOAD", ""), "" if found is None else str(found)
    ours = {"LD_PRELOAD": " ".join(filter(None, preloaded))} if any(preloaded) else {}
    return {**_core(_processor()), **given, **_ONE_THREAD, **ours}


def _core(abilities: Iterable[str]) -> dict[str, str]:
    known = set(abilities)
    names = [name for name, needed in _CORES.items() if needed <= known]
    return {"OPENBLAS_CORETYPE": names[0]} if names else {}


@cache
def _processor() -> frozenset[str]:
    """What the processor can do, as Linux tells; nothing elsewhere."""
    try:
        told = Path("/proc/cpuinfo").read_text()
    except OSError:
        return frozenset()
    return frozenset(told.partition("\nflags")[2].partition("\n")[0].split())
