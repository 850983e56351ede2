"""Answers of the fake manager interface, and how a test uses the adapter."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ivr.asterisk import manager
from ivr.asterisk.manager import Ami
from tests.asterisk.fake_ami import Action, Answer, channel, listing, response


def silence(action: Action) -> None:
    """Send no answer."""


def always(octets: bytes | None) -> Answer:
    """Return an answer that sends the same octets, or none, to every action."""
    return lambda action: octets


def refusal(action: Action) -> bytes:
    return response(action, "Error", Message="Authentication failed")


def without_end(action: Action) -> bytes:
    """Return a list whose last message is missing."""
    whole = listing(action, channel("PJSIP/6001-00000000", "1700.1"))
    return b"\r\n\r\n".join(whole.split(b"\r\n\r\n")[:-2]) + b"\r\n\r\n"


@contextmanager
def hasty() -> Iterator[None]:
    """Shorten the deadline of answers; only for a PBX that gives none, since an answer may take
    longer than this on a busy machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manager, "AMI_ANSWER_SECONDS", 0.1)
        yield


@contextmanager
def kept_up(ami: Ami) -> Iterator["asyncio.Task[None]"]:
    """Keep the adapter connected inside the block."""
    task = asyncio.get_running_loop().create_task(ami.keep_up())
    try:
        yield task
    finally:
        task.cancel()
