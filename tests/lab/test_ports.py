"""Ports that laboratories which run at the same time never share."""

import socket
import subprocess
import sys

from ivr.lab.ports import free_ports


def test_a_port_in_use_is_left_out() -> None:
    (taken,) = free_ports(1)
    with socket.create_server(("127.0.0.1", taken)):
        assert taken not in free_ports(490)


def test_a_port_is_not_given_again_soon() -> None:
    ports = free_ports(100)
    assert not {*ports} & {*free_ports(100)}


def test_another_process_gets_other_ports() -> None:
    command = "from ivr.lab.ports import free_ports; print(*free_ports(100))"
    ours = free_ports(100)
    done = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, check=True
    )
    assert not {*ours} & {int(port) for port in done.stdout.split()}
