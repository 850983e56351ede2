"""Calls are admitted, refused and served, on real sockets."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ivr.dialogue.outcome import Outcome
from ivr.dialogue.row import Prompt
from ivr.dialogue.ticket import Ticket, TicketKind
from ivr.dialogue.verbs import make_ticket, say
from ivr.lab.service import ended_calls
from ivr.records.schema import tickets_table
from ivr.service.app import Hotline
from tests.agi_peer import TOKEN, Pbx
from tests.records.kept import rows_of
from tests.service.running import running, settings_for


async def test_a_call_is_greeted_and_a_hang_up_is_recorded(root: Path, tmp_path: Path) -> None:
    settings = settings_for(root, tmp_path)
    async with running(settings) as hotline:
        pbx = await Pbx.call(settings)
        assert await pbx.until("STREAM FILE ivr/greeting-ask")
        assert hotline.calls == 1
        pbx.hangs_up()
        await asyncio.wait(hotline.agi.calls)
        assert hotline.calls == 0
    (record,) = ended_calls(settings.records)
    assert (record["uniqueid"], record["outcome"]) == ("1700.1", "caller_hung_up")


async def test_more_calls_than_permitted_are_left_to_the_dialplan(
    root: Path, tmp_path: Path
) -> None:
    settings = settings_for(root, tmp_path)
    async with running(settings) as hotline:
        first, second = [await Pbx.call(settings, f"1700.{n}") for n in range(2)]
        assert await first.until("STREAM FILE")
        assert await second.until("STREAM FILE")
        assert await (await Pbx.call(settings, "1700.9")).is_refused()
        ended = asyncio.wait(list(hotline.agi.calls), return_when=asyncio.FIRST_COMPLETED)
        first.hangs_up()
        await ended
        third = await Pbx.call(settings, "1700.10")
        assert await third.until("STREAM FILE")  # a call has ended, so there is room


@pytest.mark.parametrize(
    ("uniqueid", "token"),
    [("1700.1,x", TOKEN), ("a b", TOKEN), ("1" * 101, TOKEN), ("1700.1", "wrong"), ("1700.1", "")],
)
async def test_a_session_with_a_wrong_token_or_channel_is_refused(
    root: Path, tmp_path: Path, uniqueid: str, token: str
) -> None:
    settings = settings_for(root, tmp_path)
    with capture_logs() as logs:
        async with running(settings):
            assert await (await Pbx.call(settings, uniqueid, token)).is_refused()
    assert "agi_refused" in [entry["event"] for entry in logs]
    assert ended_calls(settings.records) == []


async def test_connections_that_close_at_once_disturb_no_call(root: Path, tmp_path: Path) -> None:
    settings = settings_for(root, tmp_path)
    with capture_logs() as logs:
        async with running(settings):
            pbx = await Pbx.call(settings)
            assert await pbx.until("STREAM FILE")
            for port in (settings.agi.port, settings.audio.port):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                await writer.wait_closed()
            pbx.ends_sound()
            assert await pbx.until("STREAM FILE ivr/silence")
    faults = [entry for entry in logs if entry["log_level"] not in ("info", "debug")]
    assert faults == []


async def test_a_caller_hears_the_number_of_their_ticket(root: Path, tmp_path: Path) -> None:
    said: list[str | None] = []

    async def script() -> Outcome:
        said.append(await make_ticket(Ticket(TicketKind.SUGGESTION, transcript="好")))
        await say(Prompt("test", "number", "{单号}"), 单号=said[0] or "")
        return Outcome.STAYED_ON

    settings = settings_for(root, tmp_path)
    hotline = Hotline(settings, script)
    await hotline.start()
    try:
        pbx = await Pbx.call(settings)
        assert await pbx.until("STREAM FILE ivr/digit-")
    finally:
        await hotline.stop()
    (ticket,) = rows_of(settings.records, tickets_table)
    assert [ticket["number"]] == said
