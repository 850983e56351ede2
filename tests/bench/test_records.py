"""The records bench counts lost and duplicated tickets; it runs at a small size here."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ivr.bench import records
from ivr.bench.commands import bench_app
from ivr.bench.records import LIMITS
from ivr.config import RecordsSettings as Settings


@pytest.mark.slow
def test_the_bench_gives_every_figure_that_has_a_limit() -> None:
    words = ["records", "--kills", "3", "--seconds", "1", "--rate", "300", "--json"]
    told = json.loads(CliRunner().invoke(bench_app, words).output)
    assert {*LIMITS} < {*told["figures"]}
    figures = told["figures"]
    assert (figures["tickets_lost"], figures["tickets_duplicated"]) == (0, 0)
    assert figures["tickets_promised"] > 0
    assert figures["events_lost"] == 0
    assert figures["events_noted"] > 300
    assert 0 < figures["ticket_p50_ms"] <= figures["ticket_p99_ms"]
    assert told["samples"] == 3


@pytest.mark.slow
def test_a_ticket_that_is_missing_or_promised_twice_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One promised number has no ticket, and another one was promised twice."""
    kill_writers = records.kill_writers

    def promise_more(*given: Any) -> records.Kills:
        found = kill_writers(*given)
        found.promised += [found.promised[0], "222222"]
        return found

    monkeypatch.setattr(records, "kill_writers", promise_more)
    loaded, killed = [Settings(directory=tmp_path / name) for name in ("loaded", "killed")]
    result = records.measure(loaded, killed, 2, rate=100, seconds=1)
    assert (result.figures["tickets_lost"], result.figures["tickets_duplicated"]) == (2, 1)
    assert not result.passed
