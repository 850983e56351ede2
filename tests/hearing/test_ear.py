"""The ear as a whole, with the real voice detector."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.dialogue.events import (
    Condition,
    Event,
    LineChanged,
    SpeechEnded,
    SpeechPossible,
    SpeechStarted,
)
from ivr.hearing.ear import Ear
from ivr.hearing.frames import FRAME, FRAME_SECONDS, RATE
from ivr.hearing.g711 import Samples, decode_alaw, encode_alaw
from ivr.hearing.played import Reference
from ivr.lab.natural_callers import NATURAL_CALLERS
from ivr.lab.voices import PHRASES, VOICES, SyntheticCaller, cough, says
from ivr.recognition.silero import SileroModel

DETECTOR = SileroModel.load().stream()


def silence(seconds: float) -> Samples:
    """Return a-law idle code."""
    return np.full(round(seconds * RATE), 8, np.int16)


def listen(sound: Samples, ear: Ear | None = None, begin: float = 0.0) -> list[tuple[float, Event]]:
    """Return the events, each with its time, of an ear that hears ``sound`` through a-law."""
    ear = ear or Ear(DETECTOR, begin)
    sound = decode_alaw(encode_alaw(sound))
    found = []
    for index in range(len(sound) // FRAME):
        now = begin + (index + 1) * FRAME_SECONDS
        frame = sound[index * FRAME : (index + 1) * FRAME]
        found += [(now, event) for event in (*ear.wake(now), *ear.hear(frame, now))]
    return found


def first(found: list[tuple[float, Event]], kind: type) -> float:
    """Return when the first event of a kind came; infinity if none did."""
    return next((now for now, event in found if isinstance(event, kind)), math.inf)


@pytest.mark.parametrize("phrase", PHRASES)
@pytest.mark.parametrize(
    "voice", [*(pytest.param(one, marks=pytest.mark.slow) for one in VOICES), *NATURAL_CALLERS]
)
@pytest.mark.parametrize(
    "dbov", [*(pytest.param(at, marks=pytest.mark.slow) for at in (-20.0, -30.0)), -40.0]
)
def test_speech_is_heard_and_its_end(phrase: str, voice: SyntheticCaller, dbov: float) -> None:
    """Speech starts within 0.5 s of the voice and ends 0.3 to 0.8 s after it.

    A faint 喂 in a natural voice is too short to count. Speech then starts with the next word.
    """
    words = says(phrase, voice, dbov)
    found = listen(np.concatenate([silence(1.0), words, silence(1.5)]))
    spoken = len(words) / RATE
    short = dbov <= -40.0 and voice in NATURAL_CALLERS and phrase.startswith("喂")
    assert 1.0 < first(found, SpeechStarted) < (1.8 if short else 1.5)
    ends = [now for now, event in found if isinstance(event, SpeechEnded)]
    assert ends
    assert 0.3 < ends[-1] - (1.0 + spoken) < 0.8


def test_a_complete_utterance_ends_0_2_s_earlier_and_the_next_one_does_not() -> None:
    sound = np.concatenate([says("再见", 0), silence(1.5)])
    ends = []
    for soon in (False, True, False):
        ear = Ear(DETECTOR, 0.0)
        ear.expect_end(not soon)  # the last word counts
        ear.expect_end(soon)
        ends.append(first(listen(sound, ear), SpeechEnded))
    assert ends[0] - ends[1] == pytest.approx(0.2, abs=0.04)
    assert ends[2] == ends[0]


def test_a_complete_utterance_waits_no_longer_than_the_configured_pause() -> None:
    sound = np.concatenate([says("再见", 0), silence(1.5)])
    ends = []
    for soon in (False, True):
        ear = Ear(DETECTOR, 0.0, hang_seconds=0.2)
        ear.expect_end(soon)
        ends.append(first(listen(sound, ear), SpeechEnded))
    assert ends[0] == ends[1]


@pytest.mark.parametrize("seed", range(20))
def test_a_cough_is_no_speech(seed: int) -> None:
    """80 ms of noise start no speech at any level."""
    sound = np.concatenate([silence(1.0), cough(seed=seed, dbov=-15.0 - seed), silence(1.0)])
    assert first(listen(sound), SpeechStarted) == math.inf


@pytest.mark.parametrize("start", range(0, 16000, 800))
def test_sixty_milliseconds_of_a_voice_are_no_speech(start: int) -> None:
    """That holds even if they are cut from the middle of a word."""
    piece = says("我想了解一下企业QQ的价格和服务", 2)[start : start + 480]
    sound = np.concatenate([silence(1.0), piece, silence(1.0)])
    assert first(listen(sound), SpeechStarted) == math.inf


@pytest.mark.parametrize("dbov", [-60.0, -50.0, -40.0])
def test_room_noise_is_nobody(dbov: float) -> None:
    """Ten seconds of it start no speech and do not make a dead line."""
    noise = np.random.default_rng(2).normal(0, 32768 * 10 ** (dbov / 20), 10 * RATE)
    found = listen(noise.astype(np.int16))
    assert first(found, SpeechStarted) == math.inf
    assert LineChanged(Condition.DEAD_LINE) not in [event for _, event in found]


@pytest.mark.parametrize("delay", [0.02, pytest.param(0.15, marks=pytest.mark.slow), 0.45])
@pytest.mark.parametrize("echo_db", [-12.0, -20.0, -30.0])
@pytest.mark.parametrize("voice", [VOICES[1], NATURAL_CALLERS[0]])
def test_our_own_prompt_is_not_a_caller(
    voice: SyntheticCaller, echo_db: float, delay: float
) -> None:
    """The whole prompt comes back, and no speech starts."""
    prompt = says("您好，腾讯企业QQ河南服务中心，请问有什么可以帮助您的", voice, -22.0)
    echo = (prompt * 10 ** (echo_db / 20)).astype(np.int16)
    ear = Ear(DETECTOR, 0.0)
    ear.prompt_started(Reference.of(prompt), 0.0)
    found = listen(np.concatenate([silence(delay), echo, silence(1.0)]), ear)
    assert first(found, SpeechStarted) == math.inf


@pytest.mark.parametrize(
    "at", [0.3, *(pytest.param(at, marks=pytest.mark.slow) for at in (0.6, 1.2)), 2.4]
)
@pytest.mark.parametrize("echo_db", [-20.0, -90.0])
@pytest.mark.parametrize(
    ("bot", "caller"),
    [(VOICES[0], VOICES[1]), (NATURAL_CALLERS[0], VOICES[1]), NATURAL_CALLERS[:2]],
)
def test_a_caller_breaks_in_over_the_prompt(
    bot: SyntheticCaller, caller: SyntheticCaller, echo_db: float, at: float
) -> None:
    """Speech starts within 0.4 s, or within 1 s if the prompt comes back as echo."""
    prompt = says("您好，腾讯企业QQ河南服务中心，请问有什么可以帮助您的", bot, -22.0)
    words = says("我想了解一下企业QQ", caller, -22.0)
    sound = (np.concatenate([silence(0.1), prompt, silence(3)]) * 10 ** (echo_db / 20)).astype(int)
    begin = round(at * RATE)
    sound[begin : begin + len(words)] += words
    ear = Ear(DETECTOR, 0.0)
    ear.prompt_started(Reference.of(prompt), 0.0)
    started = first(listen(sound.astype(np.int16), ear), SpeechStarted)
    assert at < started < at + (0.4 if echo_db < -40 else 1.0)


def test_no_frames_are_no_rtp() -> None:
    """The ear asks to be woken and reports NO_RTP by the clock."""
    ear = Ear(DETECTOR, 100.0)
    assert ear.next_deadline() == 100.5
    assert ear.wake(100.5) == [LineChanged(Condition.NO_RTP)]


def test_rtp_that_stops_in_mid_word_ends_the_utterance() -> None:
    """The clock ends the utterance, and later audio starts a new one."""
    ear = Ear(DETECTOR, 0.0)
    words = says("我想了解一下企业QQ", 0)
    found = listen(words[: RATE // 2], ear)
    assert first(found, SpeechStarted) < math.inf
    deadline = ear.next_deadline()
    assert deadline is not None
    kinds = [type(event) for event in ear.wake(deadline + 1.0)]
    assert kinds == [SpeechEnded, LineChanged]
    again = listen(words, ear, begin=5.0)
    assert first(again, SpeechStarted) < 5.6


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(
            st.integers(0, 400),  # samples in a frame, whatever the PBX chose
            st.floats(0.0, 2.0),  # seconds since the frame before
            st.sampled_from([0, 8, 200, 32767, -32768]),
        ),
        max_size=60,
    )
)
def test_frames_of_any_size_with_any_gap_are_accepted(frames: list[tuple[int, float, int]]) -> None:
    """No exception is raised, and every number of every event is finite."""
    ear, now = Ear(DETECTOR, 0.0), 0.0
    rng = np.random.default_rng(len(frames))
    for count, gap, scale in frames:
        now += gap
        frame = (rng.uniform(-1, 1, count) * scale).astype(np.int16)
        for event in (*ear.wake(now), *ear.hear(frame, now)):
            numbers = [getattr(event, name, 0.0) for name in ("onset", "seconds")]
            assert all(math.isfinite(number) for number in numbers)


def test_frames_of_other_sizes_give_the_same_onsets() -> None:
    """Frames may have 10, 20 or 30 ms."""
    sound = decode_alaw(
        encode_alaw(np.concatenate([silence(1), says("喂，你好，听得到吗", 2), silence(1)]))
    )
    starts = []
    for size in (80, 160, 240):
        ear, found = Ear(DETECTOR, 0.0), []
        for index in range(len(sound) // size):
            now = (index + 1) * size / RATE
            frame = sound[index * size : (index + 1) * size]
            found += [(now, event) for event in ear.hear(frame, now)]
        starts.append([event.onset for _, event in found if isinstance(event, SpeechPossible)])
    assert len({len(each) for each in starts}) == 1
    for each in starts[1:]:
        assert each == pytest.approx(starts[0], abs=0.031)
