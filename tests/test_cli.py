"""The `ivr` command as a user meets it: a process of its own, its exit code and its words."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ivr.lab.pbx import free_ports

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("IVR_")}


def ivr(
    *words: str, stdin: str = "", cwd: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ivr", *words],
        input=stdin, cwd=cwd, env=CLEAN | variables, text=True, capture_output=True, timeout=120,
        check=False,
    )  # fmt: skip


def test_help_is_there_within_a_second() -> None:
    def used() -> float:
        times = os.times()
        return times.children_user + times.children_system

    before = used()  # of the processor: on a busy machine it comes later, and no less soon
    assert "doctor" in ivr("--help").stdout
    assert used() - before < 1.0


def test_the_command_needs_none_of_the_tools_packages() -> None:
    """The service's container has none of them."""
    script = (
        "import sys\n"
        "for name in ('scipy', 'soxr', 'espeakng_loader', 'matplotlib'): sys.modules[name] = None\n"
        "from ivr.cli import main\n"
        "import ivr.service.app, ivr.doctor, ivr.commands.talk\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "--help"], env=CLEAN, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("group", ["prompts", "softphone", "bench"])
def test_groups_of_commands_are_found(group: str) -> None:
    done = ivr(group, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"ivr {group}" in done.stdout
    assert "Commands" in done.stdout


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"IVR_AGI__PROT": "1"}, ["agi.prot is not a setting"]),
        ({"IVR_CALL__MAX_CALL_SECONDS": "5 min"}, ["call.max_call_seconds = '5 min'", "seconds"]),
        ({"IVR_CONFIG": "/nowhere.toml"}, ["/nowhere.toml", "--config"]),
        ({"IVR_PROMPTS__DIRECTORY": "/nowhere"}, ["prompts.directory", "ivr prompts render"]),
        ({"IVR_RECORDS__DIRECTORY": "/proc/records"}, ["records.directory", "make it writable"]),
        ({"IVR_AGI__HOST": "192.0.2.1"}, ["agi.port", "192.0.2.1"]),
    ],
)
def test_serve_says_in_one_sentence_why_it_cannot(
    tmp_path: Path, variables: dict[str, str], words: list[str]
) -> None:
    agi, audio = free_ports(2)
    places = {
        "IVR_AGI__PORT": str(agi),
        "IVR_AUDIO__PORT": str(audio),
        "IVR_CALL__MAX_CALLS": "1",
        "IVR_RECORDS__DIRECTORY": str(tmp_path),
    }
    done = ivr("serve", **places | variables)
    assert done.returncode == 2
    assert done.stdout == ""
    *logged, told = done.stderr.splitlines()
    assert all("synthetic_model" in line or "recogniser_ready" in line for line in logged)
    assert told.startswith("ivr: ")
    assert [word for word in words if word not in told] == []


def test_serve_stops_properly_on_sigterm(tmp_path: Path) -> None:
    agi, audio = free_ports(2)
    places = {
        "IVR_AGI__PORT": str(agi),
        "IVR_AUDIO__PORT": str(audio),
        "IVR_CALL__MAX_CALLS": "1",
        "IVR_RECORDS__DIRECTORY": str(tmp_path),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "ivr", "serve"], env=CLEAN | places, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        assert any(b'"ready"' in line for line in process.stderr)
        assert ivr("doctor", "--service", **places).returncode == 0
        process.send_signal(signal.SIGTERM)
        rest = process.stderr.read()
    assert process.returncode == 0
    assert b'"stopped"' in rest
    assert b"warning" not in rest


def test_talk_shows_row_2_at_once(tmp_path: Path) -> None:
    began = time.monotonic()
    done = ivr("talk", "--fast", stdin="\n", cwd=tmp_path)
    # The waits of row 2 alone are ten seconds, its words as much.
    assert time.monotonic() - began < 15.0
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].startswith("outcome no_sound after")
    assert "请您换一部电话再打来好吗" in done.stdout


def test_talk_needs_no_rendered_prompt(tmp_path: Path) -> None:
    done = ivr("talk", "--fast", IVR_PROMPTS__DIRECTORY=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")


def test_talk_in_real_time_begins_with_a_hint_and_ends_with_the_input() -> None:
    done = ivr("talk")
    assert done.returncode == 0
    assert done.stdout.startswith("Type what you say")
    assert "outcome caller_hung_up" in done.stdout


def test_talk_can_be_left_while_the_terminal_is_open() -> None:
    """Nothing may be left reading from it: a thread would, and Python would wait or crash."""
    with subprocess.Popen(
        [sys.executable, "-m", "ivr", "talk"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=CLEAN | {"PYTHONUNBUFFERED": "1"},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        while b"[greeting]" not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGINT)
        assert b"Traceback" not in process.stderr.read()
        assert process.wait(5) in (1, 130)


def test_talk_says_when_a_recording_cannot_be_used() -> None:
    done = ivr("talk", "--wav", "/nowhere.wav")
    assert (done.returncode, done.stderr) == (2, "ivr: there is no file /nowhere.wav\n")


def test_talk_hears_a_recording(root: Path) -> None:
    recording = root / "prompts" / "rendered" / "zh" / "ivr" / "wrong_number-explain.wav"
    done = ivr("talk", "--fast", "--wav", str(recording))
    assert done.returncode == 0
    assert "> speaks" in done.stdout
    assert "outcome stayed_on" in done.stdout
