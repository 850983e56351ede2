"""The `ivr` command: its list of sub-commands, its start, its completion, `serve` and `talk`.

The command runs in this process, except where its start, signals or a terminal are tested.
"""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import pytest
import structlog
import typer
from typer.testing import CliRunner, Result

from ivr.cli import SUB_COMMANDS, app
from ivr.lab.ports import free_ports
from ivr.recognition.official import MODELS

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("IVR_")}


def ivr(*words: str, typed: str = "", **variables: str) -> Result:
    """Run the command in this process."""
    runner = CliRunner(env=variables)
    return runner.invoke(app, words, input=typed, prog_name="ivr", catch_exceptions=False)


def process(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "ivr", *words],
        env=CLEAN | variables, text=True, capture_output=True, timeout=120, check=False,
    )  # fmt: skip


def test_help_takes_less_than_a_second() -> None:
    def used() -> float:
        """Return the processor seconds of all child processes."""
        times = os.times()
        return times.children_user + times.children_system

    before = used()  # processor time does not depend on the load of the machine
    assert "doctor" in process("--help").stdout
    assert used() - before < 1.0


@pytest.mark.slow
def test_the_command_needs_none_of_the_tools_packages() -> None:
    """The service's container has none of them."""
    script = (
        "import sys\n"
        "for name in ('scipy', 'soxr', 'espeakng_loader', 'matplotlib'): sys.modules[name] = None\n"
        "from ivr.cli import main\n"
        "import ivr.commands.serve, ivr.commands.talk, ivr.doctor.commands\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "--help"], env=CLEAN, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_missing_package_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "soundfile", None)
    for module in ("ivr.commands.hear_command", "ivr.commands.hear"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    done = ivr("hear", "call.wav")
    assert done.exit_code == 2
    assert (
        done.stderr
        == "ivr: `ivr hear` needs the package soundfile: run `pip install 'ivr[tools]'`\n"
    )
    assert complete("ivr hear --") == ["--help"]


def test_version_is_that_of_the_package() -> None:
    assert ivr("--version").stdout == f"ivr {version('ivr')}\n"


@pytest.mark.parametrize("name", SUB_COMMANDS)
def test_every_sub_command_is_found_with_the_help_of_the_list(name: str) -> None:
    done = ivr(name, "--help", COLUMNS="300")
    assert (done.exit_code, done.stderr) == (0, "")
    assert f"Usage: ivr {name} " in done.stdout
    assert SUB_COMMANDS[name][1].removesuffix(".") in done.stdout


def complete(words: str) -> list[str]:
    """Return what a shell offers at the end of these words."""
    before = words.split(" ")
    asked = {
        "_IVR_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(before) - 1),
    }
    return ivr(**asked).stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("ivr tick", {"tickets"}),
        ("ivr tickets ", {"list", "show", "assign", "done", "cancel", "export"}),
        ("ivr calls pl", {"play"}),
        ("ivr talk --", {"--config", "--fast", "--wav", "--help"}),
        ("ivr tickets export --format ", {"csv", "json"}),
        ("ivr models fetch ", set(MODELS)),
        ("ivr voices fetch ", {"baker", "melo", "aishell3", "kokoro"}),
    ],
)
def test_a_shell_completes(words: str, offered: set[str]) -> None:
    assert set(complete(words)) == offered


@pytest.mark.slow
def test_a_shell_gets_completions_from_a_process() -> None:
    """Completion works by the name ``ivr`` also when the command was started by ``python -m``."""
    asked = {"_IVR_COMPLETE": "complete_bash", "COMP_WORDS": "ivr records ", "COMP_CWORD": "2"}
    assert process(**asked).stdout.split() == ["migrate", "prune"]


def options() -> Iterator[tuple[str, str]]:
    """Yield each long option of each command, with its help."""
    for place, _ in SUB_COMMANDS.values():
        module, attribute = place.split(":")
        command = typer.main.get_command(getattr(import_module(module), attribute))
        for each in getattr(command, "commands", {"": command}).values():
            for option in each.params:
                yield option.opts[0], getattr(option, "help", "")


def test_common_options_mean_the_same_in_all_commands() -> None:
    helps: dict[str, set[str]] = {}
    for name, says in options():
        helps.setdefault(name, set()).add(says)
    common = ("--config", "--json", "--seed", "--user", "--password-file", "--root")
    assert {name: len(helps[name]) for name in common} == dict.fromkeys(common, 1)
    assert all("write" in says for says in helps["--out"])


@pytest.mark.parametrize(
    ("words", "former", "present"),
    [
        (["hear"], "--picture", "--out"),
        (["softphone", "call"], "--record", "--out"),
        (["scenario", "run"], "--report", "--out"),
        (["scenario", "run"], "--target", "--to"),
        (["bench", "waits"], "--plot", "--out"),
        (["prompts", "install"], "--to", "--pbx-sounds"),
        (["prompts", "render"], "--all", "--again"),
        (["tickets", "assign"], "--to", "--assignee"),
        (["records", "migrate"], "--to", "--revision"),
        (["records", "prune"], "--recording-days", "--keep-recording-days"),
    ],
)
def test_former_names_of_options_still_work_but_are_not_shown(
    words: list[str], former: str, present: str
) -> None:
    shown = ivr(*words, "--help", COLUMNS="300").stdout.split()
    assert (former in shown, present in shown) == (False, True)
    refused = ivr(*words, former, "value", "--no-such-option").stderr
    assert "No such option: --no-such-option" in refused


@pytest.fixture
def logging_restored() -> Iterator[None]:
    """Restore the logging of the process after the test, since `serve` changes it."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:], logging.root.level = handlers, level
    structlog.reset_defaults()


def places(directory: Path) -> dict[str, str]:
    """Return settings with which a service can start: free ports, records in ``directory``."""
    agi, audio = free_ports(2)
    return {
        "IVR_AGI__PORT": str(agi),
        "IVR_AUDIO__PORT": str(audio),
        "IVR_CALL__MAX_CALLS": "1",
        "IVR_RECORDS__DIRECTORY": str(directory),
    }


@pytest.mark.usefixtures("logging_restored")
@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"IVR_AGI__PROT": "1"}, ["agi.prot is not a setting"]),
        ({"IVR_CALL__MAX_CALL_SECONDS": "5 min"}, ["call.max_call_seconds = '5 min'", "seconds"]),
        ({"IVR_CONFIG": "/nowhere.toml"}, ["/nowhere.toml", "--config"]),
        ({"IVR_PROMPTS__DIRECTORY": "/nowhere"}, ["prompts.directory", "ivr prompts render"]),
        ({"IVR_RECORDS__DIRECTORY": "/proc/records"}, ["records.directory", "make it writable"]),
        pytest.param(
            {"IVR_AGI__HOST": "192.0.2.1"}, ["agi.port", "192.0.2.1"], marks=pytest.mark.slow
        ),
    ],
)
def test_serve_says_in_one_sentence_why_it_cannot(
    tmp_path: Path, variables: dict[str, str], words: list[str]
) -> None:
    done = ivr("serve", **places(tmp_path) | variables)
    assert done.exit_code == 2
    assert done.stdout == ""
    *logged, told = done.stderr.splitlines()
    expected = ("built_in_model_used", "recogniser_ready", "recognition_model")
    assert all(any(event in line for event in expected) for line in logged)
    assert told.startswith("ivr: ")
    assert [word for word in words if word not in told] == []


@pytest.mark.slow
def test_serve_stops_properly_on_sigterm(tmp_path: Path) -> None:
    variables = places(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-m", "ivr", "serve"], env=CLEAN | variables, stderr=subprocess.PIPE
    ) as served:
        assert served.stderr is not None
        assert any(b'"ready"' in line for line in served.stderr)
        assert ivr("doctor", "--service", **variables).exit_code == 0
        served.send_signal(signal.SIGTERM)
        rest = served.stderr.read()
    assert served.returncode == 0
    assert b'"stopped"' in rest
    assert b"warning" not in rest


def test_talk_shows_row_2_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    began = time.monotonic()
    done = ivr("talk", "--fast", typed="\n")
    # The waits of row 2 alone are ten seconds, its words as much.
    assert time.monotonic() - began < 15.0
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1].startswith("outcome no_sound after")
    assert "请您换一部电话再打来好吗" in done.stdout


def test_talk_needs_no_rendered_prompt(tmp_path: Path) -> None:
    done = ivr("talk", "--fast", IVR_PROMPTS__DIRECTORY=str(tmp_path))
    assert (done.exit_code, done.stderr) == (0, "")


@pytest.mark.slow
def test_talk_in_real_time_begins_with_a_hint_and_ends_with_the_input() -> None:
    done = process("talk")
    assert done.returncode == 0
    assert done.stdout.startswith("Type what you say")
    assert "outcome caller_hung_up" in done.stdout


@pytest.mark.slow
def test_talk_can_be_left_while_the_terminal_is_open() -> None:
    """Ctrl-C ends it at once: no thread is left reading from the terminal."""
    with subprocess.Popen(
        [sys.executable, "-m", "ivr", "talk"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=CLEAN | {"PYTHONUNBUFFERED": "1"},
    ) as talking:  # fmt: skip
        assert talking.stdout is not None
        assert talking.stderr is not None
        assert any(b"[greeting]" in line for line in talking.stdout)
        talking.send_signal(signal.SIGINT)
        assert b"Traceback" not in talking.stderr.read()
        assert talking.wait(5) in (1, 130)


def test_talk_says_when_a_recording_cannot_be_used() -> None:
    done = ivr("talk", "--wav", "/nowhere.wav")
    assert (done.exit_code, done.stderr) == (
        2,
        "ivr: there is no file /nowhere.wav: correct its path\n",
    )


@pytest.mark.slow
def test_talk_hears_a_recording(root: Path) -> None:
    recording = root / "prompts" / "rendered" / "zh" / "ivr" / "wrong_number-explain.wav"
    done = ivr("talk", "--fast", "--wav", str(recording))
    assert done.exit_code == 0
    assert "> speaks" in done.stdout
    assert "outcome stayed_on" in done.stdout
