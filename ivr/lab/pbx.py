"""Asterisk in a container, as docker/compose.yaml runs it, on ports of its own."""

import asyncio
import csv
import os
import re
import secrets
import socket
import tempfile
from pathlib import Path

from ivr.records.recording_files import INCOMING

IMAGE = "ivr-asterisk"
LAB_RUN = os.environ.get("IVR_LAB_RUN", "")
"""Label of the containers, so that whoever started a run can remove what it left."""
PHONES = ("6001", "6002")
HOTLINE = "66385255"
_RTP_PORTS = 400


class LabError(Exception):
    """The laboratory cannot be built; the message says what to do."""


def free_ports(count: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> list[int]:
    """Ports of loopback that nobody uses now."""
    sockets = [socket.socket(socket.AF_INET, kind) for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]
    finally:
        for each in sockets:
            each.close()


async def run_command(*words: str, check: bool = True) -> str:
    """Output of a command; LabError with its last words when it fails."""
    try:
        process = await asyncio.create_subprocess_exec(
            *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
    except FileNotFoundError:
        raise LabError(f"{words[0]} is not installed: run docker/engine.sh") from None
    output = (await process.communicate())[0].decode("utf-8", "replace").strip()
    if check and process.returncode:
        last = output.splitlines()[-1] if output else f"exit code {process.returncode}"
        raise LabError(f"`{' '.join(words[:3])} …` failed: {last}")
    return output


class Pbx:
    """One Asterisk container: started, asked and stopped."""

    def __init__(
        self, sounds: Path, agi_ports: tuple[int, ...], max_calls: int = 100, *, cdr: bool = False
    ) -> None:
        """``sounds`` is the rendered directory; ``agi_ports`` the first and second service.

        ``cdr``: Asterisk keeps records of its own, which :meth:`cdrs` and :meth:`cels` read.
        """
        self._sounds = sounds.resolve()
        self._agi_ports = agi_ports
        self._max_calls = max_calls
        self._cdr = cdr
        self._directory = tempfile.TemporaryDirectory(prefix="ivr-lab-")
        self._recordings = tempfile.TemporaryDirectory(prefix="ivr-recordings-")
        self.recordings = Path(self._recordings.name)
        """recording.directory of the services: Asterisk has it by the same path."""
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
        """Where a softphone registers its calls."""
        return ("127.0.0.1", self.sip_port)

    def password(self, phone: str = PHONES[0]) -> str:
        """The password of a phone."""
        return self.secrets[f"phone-{phone}"]

    def secret_file(self, name: str) -> Path:
        """The file a secret is in."""
        return Path(self._directory.name) / name

    async def start(self) -> None:
        """Run the container and wait until Asterisk takes calls."""
        self._write_secrets()
        self.recordings.chmod(0o755)
        incoming = self.recordings / INCOMING
        incoming.mkdir()
        incoming.chmod(0o777)  # the container's user is not ours
        settings = {
            "IVR_SIP_BIND": "127.0.0.1",
            "IVR_SIP_PORT": self.sip_port,
            "IVR_RTP_START": self._rtp_start,
            "IVR_RTP_END": self._rtp_start + _RTP_PORTS,
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
        """Remove the container; its log is lost."""
        try:
            await run_command("docker", "rm", "-f", self.name, check=False)
        finally:
            self._directory.cleanup()
            self._recordings.cleanup()

    async def ask(self, command: str) -> str:
        """Output of a command of Asterisk's console."""
        return await run_command(
            "docker", "exec", self.name, "asterisk", "-rx", command, check=False
        )

    async def channels(self) -> int:
        """How many channels live, taps included."""
        found = re.search(r"(\d+) active channels?", await self.ask("core show channels count"))
        return int(found.group(1)) if found else -1

    async def channels_after(self, seconds: float) -> int:
        """How many channels are left when all should have gone: asked until 0 or too late."""
        deadline = asyncio.get_running_loop().time() + seconds
        left = await self.channels()
        while left and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.1)  # the console tells nothing by itself
            left = await self.channels()
        return left

    async def log(self) -> str:
        """Everything Asterisk has written so far."""
        return await run_command("docker", "logs", self.name, check=False)

    async def cdrs(self) -> list[list[str]]:
        """The calls in Asterisk's own records, cell by cell: the last has the userfield."""
        return await self._csv("cdr-csv/Master.csv")

    async def cels(self) -> list[list[str]]:
        """Asterisk's event log, cell by cell."""
        return await self._csv("cel-custom/ivr.csv")

    async def _csv(self, name: str) -> list[list[str]]:
        path = f"/run/asterisk/log/{name}"
        text = await run_command("docker", "exec", self.name, "cat", path)
        return list(csv.reader(text.splitlines()))

    async def kill(self) -> None:
        """End Asterisk as a crash would: no BYE, no HANGUP."""
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
        raise LabError(f"Asterisk does not start: {' | '.join(log)}")

    def _write_secrets(self) -> None:
        directory = Path(self._directory.name)
        directory.chmod(0o755)  # the container's user is not ours
        for name, secret in self.secrets.items():
            (directory / name).write_text(secret + "\n", encoding="ascii")
            os.chmod(directory / name, 0o644)
