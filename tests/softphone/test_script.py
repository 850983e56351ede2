"""A script becomes the right packet for each 20 ms."""

from itertools import islice

import numpy as np
import pytest

from ivr.softphone.script import (
    ALAW,
    ULAW,
    Action,
    Codec,
    ComfortNoise,
    Digits,
    HangUpStep,
    Noise,
    NoRtp,
    PacketStep,
    PlayedSound,
    Silence,
    Tone,
    packet_steps,
)

from .events import read_event


def first(count: int, *script: Action, codec: Codec = ALAW) -> list[PacketStep]:
    return list(islice(packet_steps(script, codec), count))


def samples(some: list[PacketStep]) -> np.ndarray:
    return ALAW.decode(b"".join(step.payload for step in some if step.payload))


def dbov(sound: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(sound.astype(float) ** 2) / 32768**2))


def test_silence_is_the_idle_code_and_begins_with_a_marker() -> None:
    some = first(3, Silence(0.04), codec=ULAW)
    assert [step.payload for step in some] == [b"\xff" * 160] * 3
    assert [step.marker for step in some] == [True, False, False]
    assert {(step.payload_type, step.advance) for step in some} == {(0, 160)}


def test_when_the_script_runs_out_there_is_silence() -> None:
    some = first(4, Tone(1000, 0.04))
    assert [step.what for step in some] == ["Tone", "Tone", "Silence", "Silence"]
    assert [step.marker for step in some] == [True, False, False, False]


def test_a_script_that_ends_with_no_rtp_sends_no_more_packets() -> None:
    some = first(5, Silence(0.02), NoRtp(0.04))
    assert [step.payload is None for step in some] == [False, True, True, True, True]
    assert {step.advance for step in some} == {160}


def test_speech_after_no_rtp_begins_with_a_marker() -> None:
    some = first(4, Silence(0.02), NoRtp(0.04), Silence(0.02))
    assert [step.marker for step in some] == [True, False, False, True]


def test_comfort_noise_every_200_ms() -> None:
    some = first(21, ComfortNoise(0.4, level=55), Silence())
    sent = {number: step for number, step in enumerate(some) if step.payload is not None}
    assert list(sent) == [0, 10, 20]
    assert (sent[10].payload_type, sent[10].payload) == (13, b"\x37")
    assert sent[20].marker


def test_audio_is_filled_up_with_silence() -> None:
    some = first(2, PlayedSound(np.full(200, 1000, np.int16)), HangUpStep())
    assert some[1].payload == ALAW.encode(np.full(40, 1000, np.int16)) + b"\xd5" * 120


def test_long_audio_is_sent_completely() -> None:
    sound = ALAW.decode(np.random.default_rng(2).integers(0, 256, 20000, np.uint8).tobytes())
    assert np.array_equal(samples(first(125, PlayedSound(sound))), sound)


@pytest.mark.parametrize("level", [-10.0, -22.0, -40.0, -60.0])
def test_tone_and_noise_have_their_level(level: float) -> None:
    assert dbov(samples(first(100, Tone(700, 2, level)))) == pytest.approx(level, abs=0.5)
    assert dbov(samples(first(100, Noise(2, level)))) == pytest.approx(level, abs=0.5)


def test_a_tone_has_no_seam_between_its_chunks() -> None:
    sound = samples(first(100, Tone(333, 2, -10))).astype(float)
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    assert power[660:673].sum() > 0.999 * power.sum()


def test_noise_is_the_same_for_the_same_seed() -> None:
    assert first(60, Noise(2, -30, seed=4)) == first(60, Noise(2, -30, seed=4))
    assert first(60, Noise(2, -30, seed=4)) != first(60, Noise(2, -30, seed=5))


def test_digits_keep_the_timestamp_of_their_beginning() -> None:
    some = first(33, Silence(0.02), Digits("1#"))[1:]
    events = [step for step in some if step.payload_type == 101]
    assert [read_event(step.payload or b"")[0] for step in events] == ["1"] * 11 + ["#"] * 11
    assert [read_event(step.payload or b"")[1:] for step in events[7:11]] == [
        (1280, False),
        (1280, True),
        (1280, True),
        (1280, True),
    ]
    assert [step.marker for step in events[:2]] == [True, False]
    # The timestamp stands still during an event and has caught up at its end.
    assert [step.advance for step in events[:11]] == [0] * 10 + [11 * 160]
    assert sum(step.advance for step in some) == 32 * 160


def test_wrong_digits_are_refused() -> None:
    with pytest.raises(ValueError, match="not '12x'"):
        Digits("12x")


def test_hang_up_ends_the_script() -> None:
    some = first(9, Silence(0.02), HangUpStep(), Silence())
    assert [step.hang_up for step in some] == [False, True]
