"""`ivr doctor` with a real PBX and a real service."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from ivr.lab.lab import Lab, laboratory
from ivr.lab.service import LabService

pytestmark = pytest.mark.sip


def settings_of(lab: Lab, root: Path, directory: Path) -> Path:
    """Write a settings file with everything that the doctor checks, and return its path."""
    path = directory / "ivr.toml"
    path.write_text(f"""
[agi]
port = {lab.service.agi_port}
token_file = "{lab.pbx.secret_file("agi-token")}"
[audio]
port = {lab.service.audio_port}
[ami]
host = "127.0.0.1"
port = {lab.pbx.ami_port}
secret_file = "{lab.pbx.secret_file("ami")}"
[prompts]
sheet = "{root}/prompts/sheet.toml"
directory = "{root}/prompts/rendered"
[records]
directory = "{directory}/records"
[transfer]
human = "human"
""")
    return path


async def doctor(config: Path, *words: str) -> tuple[int | None, dict[str, Any]]:
    """Return exit code and findings of ``ivr doctor``; each check is also found by its name."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("IVR_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ivr", "doctor", "--json", "--config", str(config), *words,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=clean,
    )  # fmt: skip
    output, errors = await process.communicate()
    assert errors == b""
    told = json.loads(output)
    return process.returncode, told | {check["name"]: check for check in told["checks"]}


async def test_the_doctor_finds_each_fault_of_a_hotline(root: Path, tmp_path: Path) -> None:
    """None at first; then an unknown extension, a wrong secret, a wrong token, no service."""
    async with laboratory(root) as lab:
        config = settings_of(lab, root, tmp_path)
        sounds = root / "prompts" / "rendered"
        code, told = await doctor(config, "--pbx-sounds", str(sounds))
        not_ok = [check["name"] for check in told["checks"] if check["verdict"] != "ok"]
        # No company may use this voice, and this model is for trying and testing.
        assert (code, not_ok) == (1, ["voice", "recognition"]), told["checks"]
        assert told["asterisk"]["says"].startswith("version 22.")
        assert told["dialplan"]["says"].endswith(f":{lab.service.agi_port}")
        assert told["channels"]["says"] == "0 live"
        assert told["transfer"]["says"] == "transfer.human leads to human of ivr-transfer"
        warnings = [line for line in lab.service.lines if line.get("level") == "warning"]
        assert [line["event"] for line in warnings] == ["built_in_model_used"]

        text = config.read_text()
        config.write_text(text.replace('human = "human"', 'human = "nobody"'))
        code, told = await doctor(config)
        assert (code, told["transfer"]["verdict"]) == (2, "broken")
        assert "transfer.human" in told["transfer"]["says"]

        wrong = tmp_path / "wrong"
        wrong.write_text("not-the-secret-at-all")
        config.write_text(text.replace(str(lab.pbx.secret_file("ami")), str(wrong)))
        code, told = await doctor(config)
        assert (code, told["ami"]["verdict"]) == (1, "warning")
        assert "manager.conf" in told["ami"]["remedy"]

        config.write_text(text.replace(str(lab.pbx.secret_file("agi-token")), str(wrong)))
        code, told = await doctor(config)
        assert (code, told["dialplan"]["verdict"]) == (2, "broken")

        await lab.service.stop()
        config.write_text(text)
        code, told = await doctor(config)
        assert (code, told["agi port"]["verdict"], told["audio port"]["verdict"]) == (
            2, "broken", "broken",
        )  # fmt: skip
        assert told["asterisk"]["verdict"] == "ok"


async def test_the_service_runs_without_the_manager_interface(root: Path, tmp_path: Path) -> None:
    """With the right secret it logs in; with a wrong one it logs ``ami_refused`` and goes on."""
    wrong = tmp_path / "wrong"
    wrong.write_text("not-the-secret-at-all")
    async with laboratory(root) as lab:
        for secret, event in ((lab.pbx.secret_file("ami"), "ami_up"), (wrong, "ami_refused")):
            service = LabService(root / "prompts" / "rendered", root / "prompts" / "sheet.toml", 1)
            try:
                await service.start(
                    lab.pbx,
                    {
                        "IVR_AMI__HOST": "127.0.0.1",
                        "IVR_AMI__PORT": str(lab.pbx.ami_port),
                        "IVR_AMI__SECRET_FILE": str(secret),
                    },
                )
                assert await service.logged(event, 1)
                service.signal(signal.SIGTERM)
                assert await service.ended() == 0
            finally:
                await service.stop()
