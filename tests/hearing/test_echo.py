"""The echo gate: our own prompt that comes back is not taken for the caller."""

import numpy as np
import pytest

from ivr.hearing.echo import EchoGate
from ivr.hearing.echo_waveform import EXPLAINED
from ivr.hearing.frames import CHUNK, CHUNK_SECONDS, RATE
from ivr.hearing.g711 import Samples
from ivr.hearing.level import dbov
from ivr.hearing.played import Reference
from ivr.lab.voices import says

PROMPT = says("您好，请问有什么可以帮助您，我们为您服务", 0, -22.0)
CALLER = says("我想了解一下你们的产品", 1, -25.0)


def line(echo_db: float | None, delay: float, caller_at: float | None = None) -> Samples:
    """Return what arrives while the prompt is played from second 0 on: echo, caller and noise."""
    sound = np.zeros(len(PROMPT) + RATE)
    if echo_db is not None:
        first = round(delay * RATE)
        sound[first : first + len(PROMPT)] += PROMPT * 10 ** (echo_db / 20)
    if caller_at is not None:
        first = round(caller_at * RATE)
        sound[first : first + len(CALLER)] += CALLER[: len(sound) - first]
    sound += np.random.default_rng(1).normal(0, 8, len(sound))
    return sound.astype(np.int16)


def hear(gate: EchoGate, sound: Samples, until: float | None = None) -> list[bool]:
    """Feed the gate a line chunk by chunk; return which chunks it admitted."""
    gate.prompt_started(Reference.of(PROMPT), 0.0)
    admitted = []
    end = len(sound) if until is None else round(until * RATE)
    for index in range(end // CHUNK):
        chunk = sound[index * CHUNK : (index + 1) * CHUNK]
        admitted.append(
            gate.admits(chunk, dbov(chunk, remove_dc=True), (index + 1) * CHUNK_SECONDS)
        )
        if index % 4 == 3:
            gate.learn()
    return admitted


@pytest.mark.parametrize("echo_db", [-10.0, -20.0, -30.0])
@pytest.mark.parametrize("delay", [0.02, 0.15, 0.45])
def test_the_return_loss_is_learned(echo_db: float, delay: float) -> None:
    """It is right within 2 dB for every delay that telephones have."""
    gate = EchoGate()
    hear(gate, line(echo_db, delay))
    assert gate.return_loss_db == pytest.approx(-echo_db, abs=2.0)


@pytest.mark.parametrize("echo_db", [-10.0, -20.0])
def test_a_learned_echo_path_keeps_the_echo_out(echo_db: float) -> None:
    """After 1.2 s at most a quarter of the chunks are admitted, which is too few for speech."""
    admitted = hear(EchoGate(), line(echo_db, 0.15))[round(1.2 / CHUNK_SECONDS) :]
    assert sum(admitted) <= 0.25 * len(admitted)


def test_without_echo_a_quiet_caller_passes() -> None:
    """No echo arrives, so the caller need not be louder than one."""
    gate = EchoGate()
    hear(gate, line(None, 0.0))
    quiet = (CALLER * 10 ** (-20 / 20)).astype(np.int16)
    chunk = quiet[RATE // 4 : RATE // 4 + CHUNK]
    assert gate.admits(chunk, dbov(chunk, remove_dc=True), 4.0)


@pytest.mark.parametrize("delay", [0.02, 0.15, 0.45])
def test_an_echo_is_explained_by_the_prompt(delay: float) -> None:
    """The prompt explains it within the first 0.4 s."""
    gate = EchoGate()
    hear(gate, line(-15.0, delay), until=delay + 0.4)
    assert gate.explains((delay + 0.4) // CHUNK_SECONDS * CHUNK_SECONDS)


@pytest.mark.parametrize("begin", [0.03, 0.06, 0.09])
def test_a_prompt_in_the_first_tenth_of_a_second_is_not_taken_for_an_earlier_one(
    begin: float,
) -> None:
    """The gate once counted its samples from second 0 instead of from its first chunk."""
    gate, sound = EchoGate(), line(-15.0, begin + 0.02)
    gate.prompt_started(Reference.of(PROMPT), begin)
    for index in range(3, 20):
        chunk = sound[index * CHUNK : (index + 1) * CHUNK]
        gate.admits(chunk, dbov(chunk, remove_dc=True), (index + 1) * CHUNK_SECONDS)
    assert gate.explains(20 * CHUNK_SECONDS)


@pytest.mark.parametrize("at", [0.5, 1.0, 1.5, 2.0])
def test_a_caller_is_not_explained_by_the_prompt(at: float) -> None:
    """That holds alone and over an echo 20 dB down, at any moment."""
    for echo_db in (None, -20.0):
        gate = EchoGate()
        hear(gate, line(echo_db, 0.15, caller_at=at), until=at + 0.3)
        assert not gate.explains((at + 0.3) // CHUNK_SECONDS * CHUNK_SECONDS)


def test_nothing_is_explained_by_nothing() -> None:
    """Without a prompt, and in silence, there is no echo and no division by zero."""
    gate = EchoGate()
    silence = np.full(CHUNK, 8, np.int16)
    assert gate.admits(CALLER[:CHUNK], dbov(CALLER[:CHUNK], remove_dc=True), 0.1)
    assert not gate.explains(0.1)
    gate.admits(silence, dbov(silence, remove_dc=True), 0.2)
    assert not gate.explains(0.2)
    assert EXPLAINED < 1.0


def test_a_prompt_that_was_cut_has_no_echo_after_its_end() -> None:
    """Only the part that was played can come back."""
    gate = EchoGate()
    sound = line(None, 0.0, caller_at=1.5)
    gate.prompt_started(Reference.of(PROMPT), 0.0)
    gate.prompt_stopped(0.3)
    for index in range(round(1.8 / CHUNK_SECONDS)):
        chunk = sound[index * CHUNK : (index + 1) * CHUNK]
        gate.admits(chunk, dbov(chunk, remove_dc=True), (index + 1) * CHUNK_SECONDS)
    loud = CALLER[RATE // 2 : RATE // 2 + CHUNK]
    assert gate.admits(loud, dbov(loud, remove_dc=True), 2.0)


def clean(
    gate: EchoGate, sound: Samples, prompt: Samples = PROMPT, begins: float = 0.0, late: float = 0.0
) -> Samples:
    """Feed the gate a line as the ear does, from ``begins`` on; return it without the echo.

    Packets arrive up to ``late`` seconds late.
    """
    jitter = np.random.default_rng(7).uniform(0, late, len(sound) // CHUNK)
    gate.prompt_started(Reference.of(prompt), begins)
    left = []
    for index, delay in enumerate(jitter):
        now = begins + (index + 1) * CHUNK_SECONDS + delay
        rest = gate.clean(sound[index * CHUNK : (index + 1) * CHUNK], now)
        gate.admits(rest, dbov(rest, remove_dc=True), now)
        left.append(rest)
        if index % 4 == 3:
            gate.learn()
    return np.concatenate(left)


def lowered_db(before: Samples, after: Samples, since: float) -> float:
    """Return by how many dB the line became quieter from ``since`` to the end of the prompt."""
    span = slice(round(since * RATE), len(PROMPT))
    return dbov(before[span], remove_dc=True) - dbov(after[span], remove_dc=True)


@pytest.mark.parametrize("echo_db", [-10.0, -25.0])
@pytest.mark.parametrize("delay", [0.02, 0.1502, 0.45])
@pytest.mark.parametrize("late", [0.0, 0.015])
def test_the_echo_is_subtracted(echo_db: float, delay: float, late: float) -> None:
    """It is lowered by 15 dB within a second, also if the packets have jitter."""
    sound, gate = line(echo_db, delay), EchoGate()
    assert lowered_db(sound, clean(gate, sound, late=late), delay + 1.0) > 15.0


def test_a_distorted_echo_is_lowered_too() -> None:
    echo = np.tanh(PROMPT / 12000.0) * 1500.0
    sound = np.concatenate([np.zeros(1600), echo, np.zeros(RATE)])
    sound = (sound + np.random.default_rng(1).normal(0, 8, len(sound))).astype(np.int16)
    assert lowered_db(sound, clean(EchoGate(), sound), 1.2) > 8.0


def test_the_caller_is_left_while_the_echo_is_subtracted() -> None:
    """The echo is about as loud as the caller."""
    sound = line(-6.0, 0.15, caller_at=1.8)
    left = clean(EchoGate(), sound)
    caller = np.zeros(len(sound))
    caller[round(1.8 * RATE) :][: len(CALLER)] = CALLER[: len(sound) - round(1.8 * RATE)]
    span = slice(round(1.8 * RATE), len(PROMPT))
    wrong = (left[span] - caller[span]).astype(np.int16)
    assert dbov(wrong) < dbov(caller[span].astype(np.int16)) - 8.0


def test_residual_echo_is_not_taken_for_the_caller() -> None:
    sound, gate, admitted = line(-12.0, 0.2), EchoGate(), 0
    gate.prompt_started(Reference.of(PROMPT), 0.0)
    for index in range(len(PROMPT) // CHUNK):
        now = (index + 1) * CHUNK_SECONDS
        rest = gate.clean(sound[index * CHUNK : (index + 1) * CHUNK], now)
        admitted += gate.admits(rest, dbov(rest, remove_dc=True), now) and now > 1.2
        if index % 4 == 3:
            gate.learn()
    assert admitted <= 3
    assert gate.removed_db > 10.0 or sound[index * CHUNK :].std() < 100


def test_the_echo_of_the_next_prompt_may_come_at_another_time() -> None:
    gate = EchoGate()
    clean(gate, line(-10.0, 0.15))
    sound = line(-10.0, 0.19)
    assert lowered_db(sound, clean(gate, sound, begins=20.0), 1.4) > 15.0


def test_without_echo_nothing_is_changed() -> None:
    """That holds with noise, with a caller, and long after the last prompt."""
    sound, gate = line(None, 0.0, caller_at=1.0), EchoGate()
    assert np.array_equal(clean(gate, sound), sound[: len(sound) // CHUNK * CHUNK])
    assert gate.removed_db == 0.0
    chunk = sound[:CHUNK]
    assert gate.clean(chunk, 60.0) is chunk
    assert gate.admits(chunk, -60.0, 60.0)
    assert not gate.explains(60.0)
    assert gate.removed_db == 0.0


@pytest.mark.parametrize("value", [0, 8, 32767, -32768])
def test_a_constant_line_is_no_echo(value: int) -> None:
    constant = np.full(len(PROMPT), value, np.int16)
    assert np.array_equal(clean(EchoGate(), constant), constant[: len(PROMPT) // CHUNK * CHUNK])


def test_a_hole_in_the_audio_does_no_harm() -> None:
    """After half a second without audio the echo is found again."""
    sound, gate = line(-10.0, 0.15), EchoGate()
    gate.prompt_started(Reference.of(PROMPT), 0.0)
    left = sound.copy()
    for index in [*range(40), *range(56, len(sound) // CHUNK)]:
        span, now = slice(index * CHUNK, (index + 1) * CHUNK), (index + 1) * CHUNK_SECONDS
        left[span] = gate.clean(sound[span], now)
        gate.admits(left[span], dbov(left[span], remove_dc=True), now)
        if index % 4 == 3:
            gate.learn()
    assert lowered_db(sound, left, 57 * CHUNK_SECONDS) > 15.0
