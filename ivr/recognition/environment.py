"""Environment variables that make a recognition worker need less processor time.

libvosk and the C library read the variables when they start. Some load the memory allocator
jemalloc: a decoder allocates and frees a small piece of memory for each hypothesis every 30 ms.
Others choose the matrix routines for the processor. `ivr bench recognition` measured a call in
which somebody talks, one run each. It takes 4.0 % of a core with both, and 4.6 % without jemalloc.
It takes 4.4 % if libvosk chooses its matrix routines by itself.
"""

import os
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

PACKAGE = "libjemalloc2"
"""Name of the package of jemalloc (a memory allocator) on Debian and Ubuntu."""
_ALLOCATORS = ("/usr/lib/*/libjemalloc.so.2", "/usr/lib64/libjemalloc.so.2")
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Variables that limit each worker to one thread. Several cores are used by several workers."""
_CORES = {
    "SkylakeX": {"avx512f", "avx512bw", "avx512dq", "avx512vl"},
    "Haswell": {"avx2", "fma"},
}
"""Kinds of processors, the fastest first. The key is OpenBLAS's name for the kind, such as Haswell;
the value is the instruction sets that the kind must have. OpenBLAS is told the name. Otherwise the
one in libvosk, which is of 2022, takes newer processors for a Pentium 4."""


@cache
def allocator() -> Path | None:
    """Return the path of the library jemalloc (a memory allocator); None if it is not installed."""
    found = (path for pattern in _ALLOCATORS for path in Path("/").glob(pattern[1:]))
    return next(found, None)


def for_worker(given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment variables of a recognition worker.

    They are those of ``given``, with the variables of this module added. If ``given`` names a
    processor for OpenBLAS (OPENBLAS_CORETYPE), that name is kept.
    """
    found = allocator()
    preloaded = given.get("LD_PRELOAD", ""), "" if found is None else str(found)
    ours = {"LD_PRELOAD": " ".join(filter(None, preloaded))} if any(preloaded) else {}
    return {**_core(instruction_sets()), **given, **_ONE_THREAD, **ours}


def _core(abilities: Iterable[str]) -> dict[str, str]:
    known = set(abilities)
    names = [name for name, needed in _CORES.items() if needed <= known]
    return {"OPENBLAS_CORETYPE": names[0]} if names else {}


@cache
def instruction_sets() -> frozenset[str]:
    """Return the processor's instruction sets, named as in /proc/cpuinfo.

    The set is empty if that file cannot be read.
    """
    try:
        told = Path("/proc/cpuinfo").read_text()
    except OSError:
        return frozenset()
    return frozenset(told.partition("\nflags")[2].partition("\n")[0].split())
