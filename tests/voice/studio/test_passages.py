"""Passages begin and end where the sound does, whatever the room's noise."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from ivr.hearing.frames import RATE
from ivr.voice import VoiceError
from ivr.voice.studio.passages import Passage, passages, session_levels

pytestmark = pytest.mark.slow  # sessions of a minute and more are made and cut

Sound = np.ndarray[tuple[int], np.dtype[np.float64]]
LOUD = 0.1
"""Amplitude of the sounds, as a share of full scale."""


def session(seconds: float, noise_dbov: float = -60) -> Sound:
    """Return a silent room of this length, at 8 kHz."""
    noise = np.random.default_rng(1).normal(0, 1, round(seconds * RATE))
    return noise * 10 ** (noise_dbov / 20)


def sound(room: Sound, start: float, end: float, amplitude: float = LOUD) -> None:
    """Add a sound to the room: noise with many frequencies, as speech has."""
    first, last = round(start * RATE), round(end * RATE)
    room[first:last] += np.random.default_rng(2).normal(0, amplitude, last - first)


def found(path: Path, room: Sound) -> list[Passage]:
    """Return the passages of a room's recording."""
    soundfile.write(path, room, RATE)
    return [one for some in passages(path, session_levels(path)) for one in some]


def times(path: Path, room: Sound) -> list[tuple[float, float]]:
    return [(one.start, one.end) for one in found(path, room)]


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    return tmp_path / "session.wav"


@pytest.mark.parametrize("noise_dbov", [-90, -60, -45])
def test_passages_are_exact(wav: Path, noise_dbov: float) -> None:
    room = session(12, noise_dbov)
    said = [(1.0, 2.2), (3.5, 3.9), (5.0, 5.3), (7.25, 10.0)]
    for start, end in said:
        sound(room, start, end)
    assert np.array(times(wav, room)) == pytest.approx(np.array(said), abs=0.02)


def test_passages_are_the_same_across_the_blocks_of_a_long_session(wav: Path) -> None:
    """Sounds lie on and beside the ends of the blocks, which are read half a minute at a time."""
    room = session(310)
    said = [(at - 0.7, at + 0.7) for at in (58.0, 60.0, 63.0, 119.3, 121.6, 180.7, 239.0, 300.0)]
    for start, end in said:
        sound(room, start, end)
    assert np.array(times(wav, room)) == pytest.approx(np.array(said), abs=0.02)


def test_a_pause_within_a_line_does_not_end_a_passage(wav: Path) -> None:
    room = session(8)
    sound(room, 1.0, 2.0)
    sound(room, 2.4, 3.0)
    sound(room, 5.0, 6.0)
    assert np.array(times(wav, room)) == pytest.approx(np.array([(1.0, 3.0), (5.0, 6.0)]), abs=0.02)


def test_a_faint_beginning_and_end_belong_to_the_passage(wav: Path) -> None:
    room = session(6)
    sound(room, 2.0, 3.0)
    sound(room, 1.85, 2.0, LOUD / 10)
    sound(room, 3.0, 3.15, LOUD / 10)
    assert times(wav, room)[0] == pytest.approx((1.85, 3.15), abs=0.03)


def test_clicks_are_no_passages(wav: Path) -> None:
    room = session(8)
    sound(room, 2.0, 3.0)
    for at in (0.8, 1.7, 3.3, 5.0):
        sound(room, at, at + 0.005, 0.5)
    assert np.array(times(wav, room)) == pytest.approx(np.array([(2.0, 3.0)]), abs=0.02)


def test_the_threshold_follows_the_noise_of_the_room(wav: Path) -> None:
    """A fan is switched on in the middle of the session."""
    room = session(400, -70)
    room[200 * RATE :] += session(200, -42)
    said = [(float(at), at + 1.5) for at in range(5, 395, 10) if abs(at - 200) > 40]
    for start, end in said:
        sound(room, start, end)
    exact = [one for one in times(wav, room) if abs(one[0] - 200) > 40]
    assert np.array(exact) == pytest.approx(np.array(said), abs=0.03)


@pytest.mark.slow
def test_endless_sound_is_cut_so_that_memory_is_bounded(wav: Path) -> None:
    room = session(1300)
    for at in range(1, 899, 3):
        sound(room, at, at + 1.5)
    sound(room, 900, 1299)
    assert max(len(one.samples) for one in found(wav, room)) <= 331 * RATE


def test_the_samples_have_a_little_silence_around_the_passage(wav: Path) -> None:
    room = session(6)
    sound(room, 2.0, 3.0)
    (one,) = found(wav, room)
    assert len(one.samples) == pytest.approx(1.5 * RATE, abs=0.03 * RATE)


def test_a_room_without_speech_is_refused(wav: Path) -> None:
    soundfile.write(wav, session(5, -40), RATE)
    with pytest.raises(VoiceError, match=r"no speech stands out from the noise \(-4\d dBov\)"):
        session_levels(wav)


def test_a_file_that_is_no_recording_is_named(wav: Path) -> None:
    wav.write_bytes(b"no audio")
    with pytest.raises(VoiceError, match=r"session\.wav cannot be read as audio"):
        session_levels(wav)
    with pytest.raises(VoiceError, match=r"none\.wav cannot be read as audio"):
        session_levels(wav.with_name("none.wav"))
