"""The loader's reports: damaged lines of the spool, and a defect that is not the database's."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import make_url
from structlog.testing import capture_logs

from ivr.records.database import connect
from ivr.records.entries import SpoolEntry
from ivr.records.loader import Loader
from ivr.records.spool import Spool
from tests.records.test_spool import LINES


def test_an_own_segment_with_damaged_lines_is_set_aside(tmp_path: Path) -> None:
    spool = Spool(tmp_path, "run")
    spool.append(LINES[0])
    path = spool.segments[0].path
    octets = bytearray(path.read_bytes())
    octets[20] ^= 1  # within the line; the rest of the file is reserved room
    path.write_bytes(octets)
    spool.finish()
    loader = Loader(spool, tmp_path, connect(make_url(f"sqlite:///{tmp_path / 'records.db'}")))
    with capture_logs() as logs:
        loader.start()
        loader.stop(seconds=10.0)
    assert "spool_damaged" in [line["event"] for line in logs]
    assert path.with_suffix(".damaged").read_bytes() == octets[: len(LINES[0])]
    assert not path.exists()


def test_a_defect_of_ours_is_not_blamed_on_the_database(tmp_path: Path) -> None:
    """A person who starts a database that runs already would look in the wrong place."""

    def defect(entries: Sequence[SpoolEntry]) -> None:
        raise ZeroDivisionError

    spool = Spool(tmp_path, "run")
    spool.append(LINES[0])
    engine = connect(make_url(f"sqlite:///{tmp_path / 'records.db'}"))
    loader = Loader(spool, tmp_path, engine, defect)
    with capture_logs() as logs:
        loader.start()
        loader.stop(seconds=10.0)
    events = {line["event"] for line in logs}
    assert "records_loader_failed" in events
    assert "records_database_down" not in events
    assert loader.down_since is not None
