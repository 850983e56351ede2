"""A running service on loopback: real sockets, real prompts, and free ports."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from ivr.config import Settings
from ivr.lab.ports import free_ports
from ivr.service.app import Hotline
from tests.agi_peer import TOKEN


def settings_for(root: Path, directory: Path, **groups: dict[str, Any]) -> Settings:
    """Settings on ports that are free, with two calls at once."""
    agi_port, audio_port = free_ports(2)
    (directory / "token").write_text(TOKEN)
    values: dict[str, dict[str, Any]] = {
        "agi": {"port": agi_port, "token_file": directory / "token"},
        "audio": {"port": audio_port},
        "prompts": {
            "sheet": root / "prompts" / "sheet.toml",
            "directory": root / "prompts" / "rendered",
        },
        "call": {"max_calls": 2},
        "records": {"directory": directory / "records"},
        "service": {"drain_seconds": 0.0},
    }
    for group, given in groups.items():
        values[group] = values.get(group, {}) | given
    return Settings.model_validate(values)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Hotline]:
    """A service that takes calls inside the block."""
    hotline = Hotline(settings)
    await hotline.start()
    try:
        yield hotline
    finally:
        await hotline.stop()
