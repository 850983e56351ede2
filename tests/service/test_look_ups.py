"""Look-ups in real records, by a real HTTP server and by functions, and their failures."""

import asyncio
import json
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import Engine

from ivr import config
from ivr.config import ConfigError
from ivr.dialogue.look_up import CALLER, FAILED, TICKET, Found, Query
from ivr.records.database import connect, migrate, url_of
from ivr.records.schema import callers, tickets_table
from ivr.service.look_ups import LookUps

NOW = datetime(2026, 11, 25, tzinfo=UTC)
ASKED: list[dict[str, str]] = []


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Engine]:
    """Records with one ticket and one caller in them."""
    engine = connect(url_of(config.RecordsSettings(directory=tmp_path)))
    migrate(engine)
    ticket = {
        "call": "c", "step": 1, "number": "582369", "kind": "complaint", "status": "assigned",
        "row": "complaint_deferred", "caller": "13800001234", "created": NOW, "changed": NOW,
    }  # fmt: skip
    known = {"caller": "13800001234", "abuse": 1, "nuisance": 4, "last": NOW}
    with engine.begin() as connection:
        connection.execute(tickets_table.insert(), [ticket])
        connection.execute(callers.insert(), [known])
    yield engine
    engine.dispose()


class Answering(BaseHTTPRequestHandler):
    """An HTTP server that knows one key and fails for another."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        ASKED.append(asked)
        self.send_response(200 if asked["key"] != "5" else 500)
        self.end_headers()
        told = {"found": "valid", "values": {"N": 3}} if asked["key"] == "1" else ["nonsense"]
        self.wfile.write(json.dumps(told).encode())

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/look-up"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def company(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module as a company may provide it."""

    def plain(name: str, key: str, caller: str) -> dict[str, object]:
        return {"found": f"{name} {key} {caller}"}

    async def slow(name: str, key: str, caller: str) -> dict[str, object]:
        await asyncio.Event().wait()
        return {}

    def broken(name: str, key: str, caller: str) -> dict[str, object]:
        raise ZeroDivisionError

    module = ModuleType("company_of_a_test")
    module.__dict__.update(plain=plain, slow=slow, broken=broken, number=5)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module


async def found(records: Engine, query: Query, **settings: object) -> Found:
    look_ups = LookUps(config.LookUpSettings(**settings), records)
    try:
        return await look_ups.find(query, "13800001234")
    finally:
        look_ups.close()


@pytest.mark.parametrize(
    ("query", "result"),
    [
        (Query(TICKET, "582369"), Found("assigned")),
        (Query(TICKET, "582368"), Found("unknown")),
        (Query(TICKET, "'; drop table tickets"), Found("unknown")),
        (Query(CALLER, "13800001234"), Found("known", {"abuse": "1", "nuisance": "4"})),
        (Query(CALLER, "110"), Found("unknown")),
        (Query("renewal", "1"), FAILED),
    ],
)
async def test_the_records_answer(records: Engine, query: Query, result: Found) -> None:
    assert await found(records, query) == result


async def test_a_look_up_in_missing_records_fails(tmp_path: Path) -> None:
    engine = connect(url_of(config.RecordsSettings(directory=tmp_path)))
    assert await found(engine, Query(TICKET, "582369")) == FAILED


@pytest.mark.parametrize(
    ("key", "result"), [("1", Found("valid", {"N": "3"})), ("2", FAILED), ("5", FAILED)]
)
async def test_a_server_answers(records: Engine, url: str, key: str, result: Found) -> None:
    assert await found(records, Query("renewal", key), url=url) == result
    assert ASKED[-1] == {"look_up": "renewal", "key": key, "caller": "13800001234"}


async def test_a_look_up_at_a_server_that_is_down_fails(records: Engine) -> None:
    assert await found(records, Query("renewal", "1"), url="http://127.0.0.1:1/") == FAILED


@pytest.mark.parametrize(
    ("name", "result"),
    [("plain", Found("renewal 1 13800001234")), ("slow", FAILED), ("broken", FAILED)],
)
async def test_a_function_answers(
    records: Engine, company: ModuleType, name: str, result: Found
) -> None:
    setting = f"{company.__name__}:{name}"
    assert await found(records, Query("renewal", "1"), python=setting, seconds=0.2) == result


@pytest.mark.parametrize("setting", ["no_such_module_here:f", "json:no_such_name", "json:__name__"])
def test_the_error_about_a_wrong_function_is_one_sentence(records: Engine, setting: str) -> None:
    with pytest.raises(ConfigError, match=f"look_ups.python = {setting} "):
        LookUps(config.LookUpSettings(python=setting), records)
