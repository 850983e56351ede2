"""Calls by SIPp, an independent test caller, to check signalling and load."""

import asyncio
import shutil
import socket
from pathlib import Path

import pytest

from ivr.lab.lab import Lab
from ivr.lab.ports import free_ports

pytestmark = [pytest.mark.sip, pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="session")]

SCENARIO = Path(__file__).parent / "sipp" / "silent_caller.xml"
CALLS = 10


async def test_calls_by_sipp_are_answered_and_ended(lab: Lab) -> None:
    """Ten callers are authenticated, answered, and ended by our BYE 37.5 to 38.5 s later.

    The SIPp scenario measures that time and fails if it is shorter or longer.
    """
    sipp = shutil.which("sipp")
    (own_port,) = free_ports(1, socket.SOCK_DGRAM)  # its own default is the port of `make run`
    assert sipp is not None, "SIPp is missing: install the package sip-tester"
    host, port = lab.pbx.server
    process = await asyncio.create_subprocess_exec(
        sipp, f"{host}:{port}", "-sf", str(SCENARIO), "-s", lab.number, "-i", "127.0.0.1",
        "-au", "6001", "-ap", lab.pbx.password(), "-m", str(CALLS), "-r", "5",
        "-p", str(own_port), "-nostdin", "-timeout", "90", "-trace_err", "-error_file", "/dev/null",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output = (await process.communicate())[0].decode("utf-8", "replace")
    assert process.returncode == 0, output[-3000:]
