"""Tell systemd that the service is ready, so that ``systemctl start`` returns only then."""

import os
import socket
from contextlib import suppress


def tell_systemd() -> None:
    """Send READY=1 to the socket that systemd names in NOTIFY_SOCKET.

    Do nothing if systemd did not start this process with ``Type=notify``, or does not listen.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address.startswith("@"):  # an abstract socket, which has no file
        address = "\0" + address[1:]
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"READY=1", address)
