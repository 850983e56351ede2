"""``Type=notify`` of the unit: the service tells systemd that it is ready."""

import socket
from pathlib import Path

import pytest

from ivr.service.readiness import tell_systemd


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_is_told(abstract: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = f"@{tmp_path}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(named.replace("@", "\0", 1))
        systemd.settimeout(5.0)
        monkeypatch.setenv("NOTIFY_SOCKET", named)
        tell_systemd()
        assert systemd.recv(100) == b"READY=1"


def test_without_systemd_nothing_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    tell_systemd()
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    tell_systemd()
