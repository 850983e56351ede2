"""After a kill -9 between any two writes, each number that a caller was told is kept once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.records.postgres import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def kill_everywhere(root: Path, *words: str | Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.records.dying", *words],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(results) > 40
    for result in results:
        kept = result["kept"]
        assert len({*kept}) == len(kept), result
        assert {*result["promised"]} <= {*kept}, result
        assert (result["open"], result["left"]) == (0, []), result
    assert any(len(result["promised"]) == 1 for result in results)
    assert any(len(result["kept"]) > len(result["promised"]) for result in results)
    assert all(len(result["promised"]) == 2 for result in results if not result["killed"])


def test_a_kill_between_any_two_writes_loses_nothing_that_was_promised(
    root: Path, tmp_path: Path
) -> None:
    kill_everywhere(root, tmp_path)


def test_a_kill_loses_nothing_with_postgresql_either(
    root: Path, tmp_path: Path, postgres: Server
) -> None:
    kill_everywhere(root, tmp_path, postgres.url("{}"))
