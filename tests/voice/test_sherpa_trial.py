"""A trial in a process of its own: whatever ends that process is one sentence."""

import os
import signal

import pytest

from ivr.voice import VoiceError
from ivr.voice.sherpa_trial import try_in_a_process


def succeed(number: int) -> int:
    return number


def refuse(reason: str) -> None:
    raise VoiceError(reason)


def die(code: int) -> None:
    os.write(2, b"loading\n/project/csrc/model.cc:Init:12 'rate' is missing\n")
    os._exit(code)


def kill_itself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def never_end() -> None:
    signal.pause()


def fail() -> None:
    raise ZeroDivisionError("a mistake")


def test_a_trial_that_returns_is_a_success() -> None:
    try_in_a_process(succeed, (3,), "toy")


def test_the_error_of_a_trial_is_raised_here() -> None:
    with pytest.raises(VoiceError, match=r"^no speaker 9$"):
        try_in_a_process(refuse, ("no speaker 9",), "toy")


def test_a_process_that_exits_tells_its_last_line() -> None:
    with pytest.raises(VoiceError, match=r"voice toy .* \(exit code 255: 'rate' is missing\);"):
        try_in_a_process(die, (255,), "toy")


def test_a_process_that_is_killed_names_the_signal() -> None:
    with pytest.raises(VoiceError, match=r"\(SIGKILL: it gives no reason\)"):
        try_in_a_process(kill_itself, (), "toy")


def test_an_unexpected_error_is_told_as_well() -> None:
    with pytest.raises(VoiceError, match=r"\(exit code 1: ZeroDivisionError: a mistake\)"):
        try_in_a_process(fail, (), "toy")


def test_a_trial_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.voice.sherpa_trial._SECONDS", 0.2)
    with pytest.raises(VoiceError, match=r"it took more than 0\.2 s"):
        try_in_a_process(never_end, (), "toy")
