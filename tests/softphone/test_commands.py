"""`ivr softphone call`: what a tester types and reads."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from ivr.softphone.commands import WrongInput, parse_action, softphone_app
from ivr.softphone.script import (
    ALAW,
    Action,
    ComfortNoise,
    Digits,
    HangUpStep,
    Noise,
    NoRtp,
    Silence,
    Tone,
)

from .sounds import catalogue, prompt, syllables
from .uas import Plan, Uas


@contextmanager
def served(plan: Plan) -> Iterator[str]:
    """A server in a thread of its own, since the command has its own event loop."""
    ready, stop = threading.Event(), asyncio.Event()
    address: list[str] = []
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with Uas(plan) as uas:
            address.append("{}:{}".format(*uas.address))
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    ready.wait()
    try:
        yield address[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(softphone_app, ["call", *arguments])


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("silence:2", Silence(2)),
        ("silence", Silence()),
        ("no-rtp:0.5", NoRtp(0.5)),
        ("no-rtp", NoRtp()),
        ("comfort-noise:3", ComfortNoise(3)),
        ("comfort-noise", ComfortNoise()),
        ("tone:440:1", Tone(440, 1)),
        ("noise:-60:5", Noise(5, -60)),
        ("digits:12#", Digits("12#")),
        ("hang-up", HangUpStep()),
    ],
)
def test_actions(text: str, action: Action) -> None:
    assert parse_action(text) == action


@pytest.mark.parametrize(
    "text",
    ["", "sing", "say", "silence:x", "silence:1:2", "tone:440", "tone:9999:1", "noise:5:1",
     "digits:", "digits:x", "hang-up:1", "silence:nan", "silence:-1", "no-rtp:inf"],
)  # fmt: skip
def test_an_unknown_or_wrong_action_is_refused(text: str) -> None:
    with pytest.raises((WrongInput, ValueError)):
        parse_action(text)
    result = run("700", "--do", text)
    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--codec", "opus"], "--codec opus is neither alaw nor ulaw"),
        (["--server", "host:x"], "--server host:x is not HOST or HOST:PORT"),
        (["--password-file", "missing"], "missing"),
        (["--do", "say:missing.wav"], "there is no file missing.wav"),
        (["--prompts", "missing"], "no prompts are rendered in missing"),
        (["--out", "missing/out.wav"], "there is no directory missing"),
    ],
)
def test_wrong_input_is_one_sentence_and_2(arguments: list[str], says: str) -> None:
    result = run("700", *arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stdout == ""


@pytest.mark.slow
def test_a_call_as_json(tmp_path: Path) -> None:
    sound = prompt(syllables(7, 2))
    catalogue(tmp_path / "rendered", {"greeting.hello": sound})
    (tmp_path / "password").write_text("secret\n")
    plan = Plan(
        password="secret",
        play=b"\xd5" * 1600 + ALAW.encode(sound) + b"\xd5" * 1600,
        bye_at_end=True,
    )
    with served(plan) as server:
        result = run(
            "700", "--server", server, "--user", "6001",
            "--password-file", str(tmp_path / "password"),
            "--prompts", str(tmp_path / "rendered"),
            "--out", str(tmp_path / "call.wav"), "--json",
        )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    figures = json.loads(result.stdout)
    (heard,) = figures["prompts"]
    assert (heard["id"], heard["complete"]) == ("greeting.hello", True)
    assert figures["ended_by"] == "callee"
    assert heard["wait_before_seconds"] == pytest.approx(0.2, abs=0.05)
    assert figures["wait_before_end_seconds"] == pytest.approx(0.2, abs=0.05)
    assert (tmp_path / "call.wav").stat().st_size > 2 * 2 * len(sound)


def test_a_call_as_text(tmp_path: Path) -> None:
    sound = prompt(syllables(7, 2))
    catalogue(tmp_path / "rendered", {"a.hello": sound})
    cut = ALAW.encode(sound[: len(sound) // 2])
    with served(Plan(play=cut, bye_at_end=True)) as server:
        result = run("700", "--server", server, "--prompts", str(tmp_path / "rendered"))
    assert result.exit_code == 0, result.stderr
    assert "callee hung up" in result.stdout
    assert "a.hello" in result.stdout
    assert "cut off" in result.stdout


def test_a_prompt_that_was_spoken_slowly_is_named_as_such(tmp_path: Path) -> None:
    """The number of a ticket is spoken slowly; it is not other prompts that were cut off."""
    digit, slow = prompt(syllables(7, 2)), prompt(syllables(8, 3))
    catalogue(tmp_path / "rendered", {"a.digit": digit}, slow={"a.digit": slow})
    with served(Plan(play=ALAW.encode(slow), bye_at_end=True)) as server:
        result = run("700", "--server", server, "--prompts", str(tmp_path / "rendered"))
    assert "a.digit (slow)" in result.stdout
    assert "whole" in result.stdout


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (403, "does not accept user anonymous with this password (403)"),
        (404, "there is no number 700 on"),
        (486, "700 is busy (486)"),
        (503, "refused the call: 503"),
    ],
)
def test_a_refused_call_is_one_sentence_and_1(status: int, says: str) -> None:
    with served(Plan(final=status)) as server:
        result = run("700", "--server", server)
    assert result.exit_code == 1
    assert says in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_an_unreachable_server() -> None:
    result = run("700", "--server", "127.0.0.1:9")
    assert result.exit_code == 1
    assert result.stderr == "ivr: nothing listens for SIP on 127.0.0.1:9: is the PBX up?\n"


def test_the_help_shows_every_action() -> None:
    text = run("--help").stdout
    for word in ("say:FILE.wav", "no-rtp", "comfort-noise", "digits:12#", "hang-up"):
        assert word in text
    assert np.all([len(line) < 200 for line in text.splitlines()])
