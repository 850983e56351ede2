"""A PostgreSQL server of the tests' own: Debian's programs, a directory that goes, no password."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from ivr.lab.ports import free_ports

START_SECONDS = "30"


def _program(name: str) -> str:
    """Debian keeps them beside the PATH, one directory for each version."""
    versions = sorted(Path("/usr/lib/postgresql").glob("[0-9]*"), key=lambda p: float(p.name))
    found = shutil.which(name, path=":".join(str(path / "bin") for path in reversed(versions)))
    found = found or shutil.which(name)
    assert found, f"the tests need PostgreSQL ({name}): run `sudo apt-get install postgresql`"
    return found


class Server:
    """One cluster on one loopback port; it runs as the user postgres when the tests run as root."""

    TEMPLATE = "template_ivr"
    """The database that tests get a copy of; it is migrated after the start of the server."""

    def __init__(self, directory: Path) -> None:
        self.data = directory / "data"
        (self.port,) = free_ports(1)
        self._made = False
        self._user = "postgres" if os.getuid() == 0 else None
        if self._user:
            shutil.chown(directory, self._user)
        self._run("initdb", "-D", self.data, "-U", "ivr", "-A", "trust", "-E", "UTF8", "--no-sync")

    def url(self, database: str) -> str:
        """Return the URL of a database, as the settings name it."""
        return f"postgresql://ivr@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Returns when it answers."""
        options = f"-p {self.port} -k '' -c listen_addresses=127.0.0.1 -c fsync=off"
        log = self.data.parent / "log"
        self._run("pg_ctl", "-D", self.data, "-l", log, "-o", options, "-w", "start")
        if not self._made:
            self.create(self.TEMPLATE, "template1")
            self._made = True

    def stop(self, mode: str = "immediate") -> None:
        """At once, as a power failure would, and every connection with it."""
        self._run("pg_ctl", "-D", self.data, "-m", mode, "-w", "stop")

    def create(self, database: str, template: str) -> None:
        """Make a database, a copy of ``template``; it goes with the server."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            names = map(sql.Identifier, (database, template))
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))

    def _run(self, program: str, *words: str | Path) -> None:
        # To a file: pg_ctl's child keeps what it inherits, and a pipe would never end.
        with tempfile.TemporaryFile() as told:
            done = subprocess.run(
                [_program(program), *map(str, words)],
                stdin=subprocess.DEVNULL, stdout=told, stderr=told, user=self._user,
                group=self._user, extra_groups=[] if self._user else None, cwd="/",
                env={**os.environ, "PGCONNECT_TIMEOUT": START_SECONDS, "PGTZ": "UTC"},
            )  # fmt: skip
            told.seek(0)
            assert done.returncode == 0, told.read().decode("utf-8", "replace")


@contextmanager
def server() -> Iterator[Server]:
    """Running; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="ivr-pg-") as directory:
        os.chmod(directory, 0o755)
        running = Server(Path(directory))
        running.start()
        try:
            yield running
        finally:
            running.stop()
