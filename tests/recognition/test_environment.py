"""The environment of a worker: matrix routines and allocator, on any machine."""

import asyncio
from pathlib import Path

import pytest

from ivr.recognition import environment
from ivr.recognition.environment import allocator, for_worker
from ivr.recognition.pool import Recognisers


@pytest.mark.parametrize(
    ("abilities", "core"),
    [
        ("avx2 fma avx512f avx512bw avx512dq avx512vl", "SkylakeX"),
        ("sse4_2 avx2 fma avx512f", "Haswell"),
        ("sse4_2 avx", None),
        ("", None),
    ],
)
def test_matrix_routines_fit_the_processor(
    abilities: str, core: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "instruction_sets", lambda: frozenset(abilities.split()))
    assert for_worker({}).get("OPENBLAS_CORETYPE") == core


def test_a_core_named_in_the_environment_is_kept() -> None:
    assert for_worker({"OPENBLAS_CORETYPE": "Zen"})["OPENBLAS_CORETYPE"] == "Zen"


def test_libraries_that_are_preloaded_already_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "allocator", lambda: Path("/usr/lib/libjemalloc.so.2"))
    preloaded = for_worker({"LD_PRELOAD": "mine.so"})["LD_PRELOAD"]
    assert preloaded == "mine.so /usr/lib/libjemalloc.so.2"
    assert for_worker({})["LD_PRELOAD"] == "/usr/lib/libjemalloc.so.2"
    monkeypatch.setattr(environment, "allocator", lambda: None)
    assert for_worker({"LD_PRELOAD": "mine.so"})["LD_PRELOAD"] == "mine.so"
    assert "LD_PRELOAD" not in for_worker({})


@pytest.mark.slow
async def test_a_worker_uses_the_allocator_where_there_is_one(tiny: Path) -> None:
    async with Recognisers(tiny) as recognisers:
        maps = Path(f"/proc/{recognisers.pids[0]}/maps")
        mapped = await asyncio.to_thread(maps.read_text)
    assert ("libjemalloc" in mapped) == (allocator() is not None)
