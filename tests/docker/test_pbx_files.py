"""asterisk-conf/ and docker/: values are filled in, bad ones are refused, rights are least."""

import configparser
import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONF = ROOT / "asterisk-conf"
SECRETS = ("phone-6001", "phone-6002", "ami", "agi-token")


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """Return a directory with a valid file for each secret."""
    directory = tmp_path / "secrets"
    directory.mkdir()
    for name in SECRETS:
        (directory / name).write_text(name.replace("-", "") + "x" * 16)
    return directory


def render(tmp_path: Path, secrets: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run render-conf.sh with environment variables; the files go to ``etc`` of ``tmp_path``."""
    return subprocess.run(
        ["bash", ROOT / "docker/render-conf.sh", CONF, tmp_path / "etc", secrets],
        env={"PATH": os.environ["PATH"], **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_value_of_a_site_is_filled_in(tmp_path: Path, secrets: Path) -> None:
    result = render(
        tmp_path,
        secrets,
        IVR_SIP_BIND="127.0.0.1",
        IVR_SIP_PORT="15060",
        IVR_RTP_START="21000",
        IVR_RTP_END="21400",
        IVR_AMI_PORT="15038",
        IVR_AGI_PORT="14573",
        IVR_SERVICE_2="10.0.0.2:4573",
        IVR_TRUNK_MATCH="192.0.2.7",
        IVR_CDR="yes",
    )
    assert (result.returncode, result.stderr) == (0, "")
    files = {path.name: path.read_text() for path in (tmp_path / "etc").iterdir()}
    assert not [name for name, text in files.items() if "change-me" in text]
    for name, line in [
        ("pjsip.conf", "bind = 127.0.0.1:15060"),
        ("pjsip.conf", "password = phone6001" + "x" * 16),
        ("rtp.conf", "rtpend = 21400"),
        ("cdr.conf", "enable = yes"),
        ("cel.conf", "enable = yes"),
        ("manager.conf", "port = 15038"),
        ("manager.conf", "secret = ami" + "x" * 16),
        ("ivr-globals.conf", "IVR_SERVICE = 127.0.0.1:14573"),
        ("ivr-globals.conf", "IVR_SERVICE_2 = 10.0.0.2:4573"),
        ("ivr-globals.conf", "IVR_TOKEN = agitoken" + "x" * 16),
        ("pjsip-trunk.conf", "match = 192.0.2.7"),
    ]:
        assert line in files[name].splitlines()


def test_a_trunk_is_configured_only_if_it_has_addresses(tmp_path: Path, secrets: Path) -> None:
    assert render(tmp_path, secrets).returncode == 0
    assert not (tmp_path / "etc/pjsip-trunk.conf").exists()


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("content", [None, "", "change-me", "short", "x" * 16 + "\n[evil]"])
def test_a_missing_or_default_password_is_refused(
    tmp_path: Path, secrets: Path, name: str, content: str | None
) -> None:
    if content is None:
        (secrets / name).unlink()
    else:
        (secrets / name).write_text(content)
    result = render(tmp_path, secrets)
    assert result.returncode == 2
    assert str(secrets / name) in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("IVR_SIP_PORT", "70000"),
        ("IVR_SIP_PORT", "5060\nallow_reload = yes"),
        ("IVR_SIP_BIND", "here"),
        ("IVR_MAX_CALLS", "0"),
        ("IVR_NUMBER", "_X."),
        ("IVR_SERVICE_2", "b:1,x)"),
        ("IVR_TRUNK_MATCH", "192.0.2.7\n[6003]"),
    ],
)
def test_a_bad_setting_is_named_and_refused(
    tmp_path: Path, secrets: Path, setting: str, value: str
) -> None:
    result = render(tmp_path, secrets, **{setting: value})
    assert result.returncode == 2
    assert f"{setting} is" in result.stderr


def test_only_listed_modules_are_loaded_and_no_dangerous_one() -> None:
    text = (CONF / "modules.conf").read_text()
    assert "autoload = no" in text
    loaded = set(re.findall(r"^load = (\w+)\.so", text, re.MULTILINE))
    assert {"res_agi", "chan_audiosocket", "app_chanspy", "app_originate"} <= loaded
    unsafe = "res_(ari|http|config_|snmp|xmpp|curl)|app_(system|externalivr|disa)|func_(shell|env)"
    assert not [name for name in loaded if re.match(unsafe, name)]


def test_the_manager_user_has_least_rights() -> None:
    manager = configparser.ConfigParser(inline_comment_prefixes=(";",))
    manager.read(CONF / "manager.conf")
    assert manager.sections() == ["general", "ivr"]
    assert manager["general"]["bindaddr"] == "127.0.0.1"
    assert (manager["ivr"]["read"], manager["ivr"]["write"]) == ("call", "reporting")


def test_callers_can_dial_exact_numbers_only() -> None:
    hotline = (CONF / "ivr-hotline.conf").read_text()
    numbers = hotline.split("[ivr-numbers]")[1].split("[ivr-hotline]")[0]
    assert re.findall(r"^exten => ([^,]+),", numbers, re.MULTILINE) == [
        "${IVR_NUMBER}",
        "${IVR_NUMBER_SHORT}",
    ]
    assert not re.findall(r"^exten => _", hotline, re.MULTILINE)


def test_the_callers_name_and_raw_number_never_reach_the_service() -> None:
    start = (CONF / "ivr-hotline.conf").read_text().split("exten => next")[0]
    agi = start.index("AGI(agi:")
    for guard in (
        "Set(CALLERID(name)=)",
        "Set(IVR_FROM=${FILTER(0-9+,${IVR_FROM})})",
        "Set(CALLERID(num)=${IVR_FROM:0:32})",
        "AGIEXITONHANGUP=yes",
    ):
        assert start.index(guard) < agi
    assert "callerid = pinned <000>" in (CONF / "pjsip-trunk.conf.example").read_text()


@pytest.mark.parametrize(
    "script", sorted([*ROOT.glob("docker/*.sh"), *ROOT.glob(".ci/*")]), ids=str
)
def test_every_script_stops_at_its_first_error(script: Path) -> None:
    assert "\nset -euo pipefail\n" in script.read_text()
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", script], check=True)
