"""`ivr tickets` and `ivr calls` after real calls: complete, in order, and short enough to read."""

import asyncio
import sys
from pathlib import Path

import pytest

from ivr.lab.lab import laboratory
from ivr.softphone import Silence
from tests.sip.conftest import call, converse
from tests.sip.test_understood import TALKS, sound

pytestmark = [pytest.mark.sip, pytest.mark.timeout(240)]

SCREEN = 50
"""Most lines of a transcript for each minute of its call."""


async def ivr(config: Path, *words: str) -> list[str]:
    """Return the lines that a command prints."""
    command = (sys.executable, "-m", "ivr", *words, "-c", str(config))
    running = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    told, _ = await running.communicate()
    assert running.returncode == 0, words
    return told.decode().splitlines()


def seconds(head: str) -> float:
    """Return the length of a call from the first line of `ivr calls show`.

    It looks like ``2026-11-27 05:02:05  6001 → 66385255  57.9 s  stayed_on``.
    """
    return float(head.split("  ")[2].removesuffix(" s"))


async def test_a_supervisor_reads_what_happened_in_a_call(root: Path, tmp_path: Path) -> None:
    """One caller asks for a person, leaves number and name, and hears a ticket number; another says
    nothing."""
    async with laboratory(root, max_calls=5) as lab:
        says = [sound(turn.says) for turn in TALKS["number"]]
        heard, silent = await asyncio.gather(
            converse(lab, *says, stays=True), call(lab, Silence(), max_seconds=60)
        )
        assert heard.was_hung_up_on
        assert silent.was_hung_up_on
        assert len(await lab.service.records(2)) == 2
        config = tmp_path / "ivr.toml"
        config.write_text(f'[records]\ndirectory = "{lab.service.records_directory}"\n')

        head, ticket = await ivr(config, "tickets", "list")
        assert head.split() == ["number", "kind", "status", "who", "contact", "for", "left", "due"]
        number, *rest = ticket.split()
        assert rest[:4] == ["callback", "open", "张", "13800001234"]

        head, *calls = await ivr(config, "calls", "list")
        assert head.split()[4:] == ["outcome", "tickets", "rows"]
        assert {line.split()[5]: line.split()[6] for line in calls} == {
            "no_sound": "greeting", "stayed_on": number,
        }  # fmt: skip
        (quiet,) = [line.split()[0] for line in calls if "no_sound" in line.split()[5]]

        head, ids, left, empty, *lines = await ivr(config, "calls", "show", number)
        assert head.endswith("stayed_on")
        assert "6001 → 66385255" in head
        assert "channel ivr-" in ids
        assert (left.strip(), empty) == (f"ticket {number}  callback  open", "")
        assert 4 + len(lines) <= SCREEN * seconds(head) / 60
        times = [float(line[:8]) for line in lines]
        assert times == sorted(times)
        wanted = [
            ("row", "greeting"),
            ("bot", "您好，腾讯企业 QQ 河南服务中心"),
            ("caller", "转人工 [human_agent"),
            ("row", "cannot_answer_now"),
            ("bot", "请您留下您的联系电话"),
            ("caller", "phone 13800001234"),
            ("bot", "您的联系电话是138-0000-1234，对吗？"),
            ("caller", "对 [yes"),
            ("caller", "surname 张"),
            ("ticket", f"{number} callback"),
            ("bot", f"您的查询号码是{number[:3]}-{number[3:]}"),
            ("row", "caller_stays_on"),
            ("bot", "对不起，我挂线了。 [5.0 s later]"),
            ("bot", "hangs up: stayed_on [5.0 s later]"),
        ]
        left_over = iter(lines)
        missing = [
            (who, says)
            for who, says in wanted
            if not any(line[10:].startswith(who) and says in line for line in left_over)
        ]
        assert missing == [], lines

        head, *lines = await ivr(config, "calls", "show", quiet)
        assert 1 + len(lines) <= SCREEN * seconds(head) / 60
        assert sum("[5.0 s later]" in line for line in lines) == 4  # each wait of row 2
