"""The checks of the ports and of the PBX, against a manager interface that answers as told."""

import asyncio
import socket
from pathlib import Path

import pytest

from ivr.asterisk.ami_link import AmiError
from ivr.config import Settings, load_settings
from ivr.doctor import Check, CheckVerdict, examine, pbx
from tests.doctor.findings import found


class Manager:
    """A manager interface that gives the answers it is told to give, and refuses all else."""

    def __init__(self, **answers: dict[str, str]) -> None:
        self._answers = answers

    async def ask(self, action: str, **fields: str) -> dict[str, str]:
        key = fields.get("Variable", fields.get("Extension", action))
        if key not in self._answers:
            raise AmiError(f"AMI refuses {action}: Permission denied")
        if "refused" in self._answers[key]:
            raise AmiError(f"AMI refuses {action}: {self._answers[key]['refused']}")
        return self._answers[key]


HEALTHY = {
    "CoreSettings": {"AsteriskVersion": "22.10.1+dfsg+~cs6.17"},
    "ShowDialPlan": {},
    "IVR_SERVICE": {"Value": "127.0.0.1:4573"},
    "IVR_SERVICE_2": {"Value": ""},
    "IVR_TOKEN": {"Value": "a-token"},
    "CoreStatus": {"CoreCurrentCalls": "3"},
}


def answers(settings: Settings | None = None, /, **given: dict[str, str]) -> list[Check]:
    async def all_of() -> list[Check]:
        manager = Manager(**given)
        return [one async for one in pbx._answers(manager, settings or Settings())]

    return asyncio.run(all_of())


def test_a_service_that_is_down(place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    place.write_text(f"[agi]\nport = {port}\n")
    agi, audio = examine(place, service_only=True)
    assert (agi.name, agi.verdict) == ("agi port", CheckVerdict.BROKEN)
    assert f"127.0.0.1:{port}" in agi.says
    assert "ivr serve" in agi.remedy
    assert audio.name == "audio port"


def test_a_healthy_pbx() -> None:
    checks = answers(**HEALTHY)
    assert [check.name for check in checks] == ["asterisk", "dialplan", "channels"]
    assert {check.verdict for check in checks} == {CheckVerdict.OK}
    assert checks[2].says == "3 live"


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        ("22.10.1", "ok"),
        ("22.11.0-rc1", "ok"),
        ("23.0.0", "ok"),
        ("22.10.0", "warning"),
        ("22.10", "warning"),
        ("certified-22.8-cert1", "warning"),
        ("20.20.0", "warning"),
        ("GIT-master", "warning"),
        ("", "warning"),
    ],
)
def test_the_version_of_asterisk(version: str, verdict: str) -> None:
    (check, *_) = answers(**HEALTHY | {"CoreSettings": {"AsteriskVersion": version}})
    assert check.verdict == verdict


@pytest.mark.parametrize(
    ("change", "verdict", "says"),
    [
        ({"ShowDialPlan": {"refused": "Did not find context ivr-hotline"}}, "broken", "no context"),
        ({"ShowDialPlan": {"refused": "Permission denied"}}, "warning", "Permission denied"),
        ({"IVR_SERVICE": {"Value": "127.0.0.1:4600"}}, "warning", "but agi.port is 4573"),
        ({"IVR_SERVICE": {"Value": ""}}, "warning", "to no service"),
        ({"IVR_TOKEN": {"Value": "another"}}, "broken", "every call is refused"),
    ],
)
def test_the_dialplan(
    tmp_path: Path, change: dict[str, dict[str, str]], verdict: str, says: str
) -> None:
    (tmp_path / "token").write_text("a-token")
    settings = Settings(agi={"token_file": tmp_path / "token"})
    check = found(answers(settings, **HEALTHY | change), "dialplan")
    assert (check.verdict, says in check.says) == (verdict, True)
    assert check.remedy


def test_the_extensions_of_transfer_must_be_in_the_dialplan() -> None:
    settings = Settings(transfer={"human": "people", "supervisor": "boss"})
    gone = {"refused": "Did not find extension boss@ivr-transfer"}
    human, supervisor = [
        check
        for check in answers(settings, **HEALTHY, people={}, boss=gone)
        if check.name == "transfer"
    ]
    assert (human.verdict, human.says) == (
        CheckVerdict.OK,
        "transfer.human leads to people of ivr-transfer",
    )
    assert supervisor.verdict == CheckVerdict.BROKEN
    assert "transfer.supervisor" in supervisor.says
    assert "ivr-transfer.conf" in supervisor.remedy


def test_a_refused_action_names_the_right_that_is_lacking() -> None:
    checks = answers()
    assert {check.verdict for check in checks} == {CheckVerdict.WARNING}
    assert all("write = reporting" in check.remedy for check in checks)


def test_a_manager_interface_that_is_down_is_a_warning(place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    secret = place.parent / "token"
    ami = f'[ami]\nhost = "127.0.0.1"\nport = {port}\nsecret_file = "{secret}"\n'
    place.write_text(place.read_text() + ami)
    check = found(asyncio.run(pbx.pbx_checks(load_settings(place))), "ami")
    assert check.verdict == CheckVerdict.WARNING
    assert "calls go on without it" in check.says
    assert "ami.port" in check.remedy
