"""``make run`` and ``make stop`` as a user types them, and a call to that hotline."""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.lab.pbx import HOTLINE, PHONES
from ivr.softphone import Silence, Softphone, heard_prompts
from ivr.words.catalogue import Catalogue

pytestmark = [pytest.mark.sip, pytest.mark.timeout(600)]

CONTAINERS = ("ivr-asterisk", "ivr-service")
TYPED = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")} | {
    "IVR_MODEL": "none",
    "IVR_RECOGNITION__MODEL": "built-in",
}
"""The environment without make's own variables, since the tests may be started by make. Whether a
model for people can be fetched, or was fetched before, changes nothing in these tests."""


def make(root: Path, target: str) -> str:
    """Return the output of a make target, which must succeed."""
    done = subprocess.run(
        ["make", target], cwd=root, env=TYPED, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def docker(*words: str) -> str:
    """Return the output of a docker command."""
    return subprocess.run(
        ["docker", *words], capture_output=True, text=True, check=False
    ).stdout.strip()


@pytest.fixture(scope="module")
def told(root: Path) -> Iterator[str]:
    """Yield the output of `make run`; stop the hotline afterwards, unless it was up before."""
    was_up = all(docker("inspect", "-f", "{{.State.Running}}", name) for name in CONTAINERS)
    yield make(root, "run")
    if not was_up:
        make(root, "stop")
        assert not any(docker("ps", "-aq", "--filter", f"name=^{name}$") for name in CONTAINERS)


def server(told: str) -> tuple[str, int]:
    """Return the SIP address that `make run` printed."""
    found = re.search(r"server +(\S+):(\d+)", told)
    assert found, told
    return found.group(1), int(found.group(2))


def password(told: str) -> str:
    """Return the password of 6001 that `make run` printed."""
    found = re.search(rf"{PHONES[0]} +password (\w{{16,}})", told)
    assert found, told
    return found.group(1)


async def test_a_softphone_is_greeted_at_the_printed_address(told: str, root: Path) -> None:
    """The softphone uses the printed password and calls the hotline's number."""
    prompts = Catalogue.load(root / "prompts" / "rendered")
    async with Softphone(server(told), PHONES[0], password(told)) as phone:
        recording = await phone.call(HOTLINE, [Silence()], max_seconds=8.0)
    assert recording.status == 200
    assert [prompt.id for prompt in heard_prompts(recording, prompts)] == ["greeting.ask"]


def test_the_doctor_warns_of_the_voice_and_the_built_in_model_alone(told: str) -> None:
    """It runs in the service's container.

    The voice is for demonstrations only, and the built-in model does not understand people.
    """
    found = json.loads(docker("exec", "ivr-service", "ivr", "doctor", "--json"))
    not_ok = [check["name"] for check in found["checks"] if check["verdict"] != "ok"]
    assert not_ok == ["voice", "recognition"], found


@pytest.mark.parametrize("name", CONTAINERS)
def test_the_containers_have_least_rights(told: str, name: str) -> None:
    """They run as a user, on a read-only root, without capabilities, and can gain none."""
    described = json.loads(docker("inspect", name))[0]
    assert described["Config"]["User"] not in ("", "0", "root")
    assert described["HostConfig"]["ReadonlyRootfs"] is True
    assert described["HostConfig"]["CapDrop"] == ["ALL"]
    assert "no-new-privileges:true" in described["HostConfig"]["SecurityOpt"]


def test_control_ports_are_on_loopback_only(told: str) -> None:
    """Other machines must not reach FastAGI, because it controls the PBX as a shell would."""
    listening = Path("/proc/net/tcp").read_text(encoding="ascii")
    for port in (4573, 9092, 5038):
        assert hosts_listening(listening, port) == {"0100007F"}


def hosts_listening(table: str, port: int) -> set[str]:
    """Return the addresses, as the kernel writes them, at which something listens on a TCP port."""
    rows = [line.split() for line in table.splitlines()[1:]]
    return {row[1][:8] for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "0A"}


def test_a_second_run_is_quick(told: str, root: Path) -> None:
    """It builds, renders and restarts nothing."""
    started = docker("inspect", "-f", "{{.State.StartedAt}}", *CONTAINERS)
    began = time.monotonic()
    make(root, "run")
    assert time.monotonic() - began < 30.0
    assert docker("inspect", "-f", "{{.State.StartedAt}}", *CONTAINERS) == started
