"""Asterisk in a container, run as docker/compose.yaml runs it, but on free ports of loopback."""

import asyncio
import csv
import os
import re
import secrets
import socket
import tempfile
from pathlib import Path

from ivr.lab.ports import free_ports
from ivr.records.recording_files import INCOMING
from ivr.translation import tr

IMAGE = "ivr-asterisk"
"""Name of the container image of Asterisk, built by `make images`."""
LAB_RUN = os.environ.get("IVR_LAB_RUN", "")
"""Value of the label ``ivr.lab`` on the container of each laboratory; empty by default. The program
that starts a test run sets the environment variable IVR_LAB_RUN to a value that no other run has.
After the run it removes all containers with this label."""
PHONES = ("6001", "6002")
"""Extensions (SIP accounts) of the laboratory's telephones."""
HOTLINE = "66385255"
"""Number that the dialplan connects to the hotline."""
_RTP_PORTS = 400
"""Least number of RTP ports. A call takes two of them, and a transferred call four."""


class LabError(Exception):
    """Raised when a laboratory for tests cannot be started; the message names the reason."""


async def run_command(*words: str, check: bool = True) -> str:
    """Run a command and return the text that it has written to stdout and stderr.

    ``words`` are the program and its arguments. Raise LabError if the program is not installed, or
    if ``check`` is True and its exit code is not 0.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
    except FileNotFoundError:
        raise LabError(
            tr("{program} is not installed: run docker/engine.sh").format(program=words[0])
        ) from None
    output = (await process.communicate())[0].decode("utf-8", "replace").strip()
    if check and process.returncode:
        last = output.splitlines()[-1] if output else f"exit code {process.returncode}"
        raise LabError(
            tr("`{command} …` failed: {error}").format(command=" ".join(words[:3]), error=last)
        )
    return output


class Pbx:
    """The PBX of a laboratory for tests: one container that runs Asterisk on free ports."""

    def __init__(
        self, sounds: Path, agi_ports: tuple[int, ...], max_calls: int = 100, *, cdr: bool = False
    ) -> None:
        """Choose free ports, and make the passwords; start nothing yet.

        ``sounds`` is the directory of rendered prompts. ``agi_ports`` are the FastAGI ports of the
        first and, if there is one, the second service. ``max_calls`` is the limit of calls at the
        same time. If ``cdr`` is True, Asterisk writes CDR and CEL (records of calls and of events),
        which :meth:`cdrs` and :meth:`cels` read.
        """
        self._sounds = sounds.resolve()
        self._agi_ports = agi_ports
        self._max_calls = max_calls
        self._cdr = cdr
        self._directory = tempfile.TemporaryDirectory(prefix="ivr-lab-")
        self._recordings = tempfile.TemporaryDirectory(prefix="ivr-recordings-")
        self.recordings = Path(self._recordings.name)
        """The directory of recordings (setting ``recording.directory`` of the services). It has the
        same path in the container."""
        self.name = f"ivr-lab-{secrets.token_hex(4)}"
        self.secrets = {
            name: secrets.token_hex(12)
            for name in (*(f"phone-{phone}" for phone in PHONES), "ami", "agi-token")
        }
        (self.sip_port,) = free_ports(1, socket.SOCK_DGRAM)
        (self.ami_port,) = free_ports(1)
        self._rtp_start = 20000 + 2 * secrets.randbelow(9000)

    @property
    def server(self) -> tuple[str, int]:
        """The address and UDP port to which a softphone sends its calls."""
        return ("127.0.0.1", self.sip_port)

    def password(self, phone: str = PHONES[0]) -> str:
        """Return the SIP password of the account ``phone``, one of PHONES."""
        return self.secrets[f"phone-{phone}"]

    def secret_file(self, name: str) -> Path:
        """Return the path of the file with a secret (password or token) of the laboratory.

        ``name`` is ``ami``, ``agi-token`` or ``phone-`` with the account, such as ``phone-6001``.
        """
        return Path(self._directory.name) / name

    async def start(self) -> None:
        """Run the container and wait until Asterisk takes calls. Raise LabError if Asterisk does
        not start."""
        self._write_secrets()
        self.recordings.chmod(0o755)
        incoming = self.recordings / INCOMING
        incoming.mkdir()
        incoming.chmod(0o777)  # the container's user is not ours
        settings = {
            "IVR_SIP_BIND": "127.0.0.1",
            "IVR_SIP_PORT": self.sip_port,
            "IVR_RTP_START": self._rtp_start,
            "IVR_RTP_END": self._rtp_start + max(_RTP_PORTS, 4 * self._max_calls),
            "IVR_AMI_PORT": self.ami_port,
            "IVR_AGI_PORT": self._agi_ports[0],
            "IVR_MAX_CALLS": self._max_calls,
            "IVR_CDR": "yes" if self._cdr else "no",
        }
        if len(self._agi_ports) > 1:
            settings["IVR_SERVICE_2"] = f"127.0.0.1:{self._agi_ports[1]}"
        given = [word for name, value in settings.items() for word in ("-e", f"{name}={value}")]
        await run_command(
            "docker", "run", "-d", "--rm", "--name", self.name, "--label", f"ivr.lab={LAB_RUN}",
            "--network", "host", "--read-only", "--cpu-shares", "8192",
            "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--ulimit", "nofile=20000",
            "--tmpfs", "/run/asterisk:uid=5060,gid=5060,mode=0700",
            "-v", f"{self._directory.name}:/run/ivr-secrets:ro",
            "-v", f"{self._sounds / 'zh'}:/usr/share/asterisk/sounds/zh:ro",
            "-v", f"{self.recordings}:{self.recordings}",
            *given, IMAGE,
        )  # fmt: skip
        await self._until_booted()

    async def stop(self) -> None:
        """Remove the container and the laboratory's temporary directories of secrets and
        recordings."""
        try:
            await run_command("docker", "rm", "-f", self.name, check=False)
        finally:
            self._directory.cleanup()
            self._recordings.cleanup()

    async def ask(self, command: str) -> str:
        """Run ``command`` on Asterisk's console, and return its output or its error message. Raise
        LabError if docker is not installed."""
        return await run_command(
            "docker", "exec", self.name, "asterisk", "-rx", command, check=False
        )

    async def channels(self) -> int:
        """Return the number of active channels in Asterisk, including those that carry audio to the
        service. Return -1 if Asterisk does not answer."""
        found = re.search(r"(\d+) active channels?", await self.ask("core show channels count"))
        return int(found.group(1)) if found else -1

    async def channels_after(self, seconds: float) -> int:
        """Wait up to ``seconds`` until Asterisk has no active channel. Return how many are left
        then, -1 if Asterisk does not answer."""
        deadline = asyncio.get_running_loop().time() + seconds
        left = await self.channels()
        while left and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.1)  # the console sends no events
            left = await self.channels()
        return left

    async def log(self) -> str:
        """Return all that Asterisk has logged so far, as text; an error message if it cannot be
        read."""
        return await run_command("docker", "logs", self.name, check=False)

    async def cdrs(self) -> list[list[str]]:
        """Return Asterisk's call detail records (CDR), a list of cells for each record; the last
        cell is the userfield. Raise LabError if they cannot be read."""
        return await self._csv("cdr-csv/Master.csv")

    async def cels(self) -> list[list[str]]:
        """Return Asterisk's channel event log (CEL), a list of cells for each event. Raise LabError
        if it cannot be read."""
        return await self._csv("cel-custom/ivr.csv")

    async def _csv(self, name: str) -> list[list[str]]:
        path = f"/run/asterisk/log/{name}"
        text = await run_command("docker", "exec", self.name, "cat", path)
        return list(csv.reader(text.splitlines()))

    async def kill(self) -> None:
        """Kill the container, as if Asterisk crashed: calls end without a SIP BYE, and AGI sessions
        without HANGUP. Raise LabError if it does not run."""
        await run_command("docker", "kill", self.name)

    async def _until_booted(self) -> None:
        for _ in range(150):
            if "fully booted" in await self.ask("core waitfullybooted"):
                return
            if "true" not in await run_command(
                "docker", "inspect", "-f", "{{.State.Running}}", self.name
            ):
                break
            await asyncio.sleep(0.2)
        log = (await self.log()).splitlines()[-5:]
        raise LabError(
            tr("Asterisk does not start; its last log lines: {lines}").format(lines=" | ".join(log))
        )

    def _write_secrets(self) -> None:
        directory = Path(self._directory.name)
        directory.chmod(0o755)  # the container's user is not ours
        for name, secret in self.secrets.items():
            (directory / name).write_text(secret + "\n", encoding="ascii")
            os.chmod(directory / name, 0o644)
