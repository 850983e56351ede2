"""The sounds of a scenario's caller: their voice, their room, and what their line carries."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np

from ivr.hearing.frames import FRAME, RATE
from ivr.hearing.g711 import Samples
from ivr.lab.corpus.noises import breathing, hum
from ivr.lab.corpus.rooms import heard_in, room
from ivr.lab.corpus.sources import Split, Wave
from ivr.lab.corpus.telephone import at_level, at_speech_level
from ivr.lab.corpus.tones import melody, network_tone
from ivr.lab.natural_callers import NATURAL_NAMES
from ivr.lab.voices import PHRASES, says
from ivr.scenario.files import ScenarioError
from ivr.scenario.steps import LineSound, Plays, Says, Scenario, Step
from ivr.softphone.wav import WavError, read_wav
from ivr.voice import VoiceError
from ivr.voice.espeak import Espeak
from ivr.voice.mastering import master

LOOP_SECONDS = 30
"""Length, in seconds, of the sound made for a caller's line. The sound is then repeated."""
_LEVELS = {
    "noise": -24.0, "room": -65.0, "hum": -56.0, "breathing": -52.0, "television": -24.0,
    "music": -24.0, "fax": -15.0, "ringback": -15.0,
}  # fmt: skip
"""Default level in dBov of each kind of sound on the line; noise has -24 dBov. It holds if the
scenario's step gives no level."""
_TALKERS = 10
"""Number of people who speak at the same time in the sound ``television``. With this many the
detectors of a call report noise."""


@lru_cache(maxsize=256)
def voice(step: Says) -> Samples:
    """Return the words that the caller says in ``step`` as speech: 16-bit samples at 8 kHz.

    Voice, level and distance from the telephone are those of the step. Raise VoiceError if
    espeak-ng does not have the voice, or if a natural voice is not installed.
    """
    if isinstance(step.voice, int):
        spoken = np.asarray(says(step.says, step.voice - 1), np.float64)
    elif step.voice in NATURAL_NAMES:
        spoken = np.asarray(says(step.says, NATURAL_NAMES[step.voice]), np.float64)
    else:
        spoken = np.asarray(master(*Espeak(step.voice).synthesise(step.says)), np.float64)
    if step.hands_free:
        spoken = heard_in(spoken, room(np.random.default_rng(4), Split("test"), 0.6, -4.0))
    return _samples(at_speech_level(spoken, step.dbov))


def recording(step: Plays, file: Path) -> Samples:
    """Return the recording that the caller plays in ``step``: 16-bit samples at 8 kHz.

    ``file`` is the scenario file; the recording's path is relative to its directory. Raise WavError
    when the recording cannot be used.
    """
    return read_wav(file.parent / step.plays)


@lru_cache(maxsize=16)
def line_sound(step: LineSound) -> Samples | None:
    """Return the sound that ``step`` puts on the caller's line: 30 s of 16-bit samples at 8 kHz.

    The sound is meant to be repeated. Return None if the line carries no sound.
    """
    if step.line in ("silence", "no_rtp", "comfort_noise"):
        return None
    level = _LEVELS[step.line] if step.dbov is None else step.dbov
    return _samples(at_level(_wave(step.line), level))


def _wave(kind: str) -> Wave:
    count, random = LOOP_SECONDS * RATE, np.random.default_rng(4)
    match kind:
        case "hum":
            return hum(random, count)
        case "breathing":
            return breathing(random, count)
        case "music":
            return melody(random, count)
        case "fax":
            return network_tone(random, "cng", count)
        case "ringback":
            return network_tone(random, "ringback_cn", count)
        case "television":
            voices = (np.resize(says(PHRASES[n % len(PHRASES)], n), count) for n in range(_TALKERS))
            parts = (np.roll(one.astype(np.float64), random.integers(count)) for one in voices)
            return np.asarray(np.sum(list(parts), axis=0), np.float64)
        case _:
            return random.normal(size=count)


def frames(samples: Samples) -> Iterator[Samples]:
    """Yield ``samples`` in frames of 20 ms (160 samples); silence fills up the last frame."""
    for at in range(0, len(samples), FRAME):
        piece = samples[at : at + FRAME]
        yield np.pad(piece, (0, FRAME - len(piece)))


def _samples(sound: Wave) -> Samples:
    samples: Samples = np.clip(np.rint(sound), -32768, 32767).astype(np.int16)
    return samples


def prepare(scenario: Scenario) -> None:
    """Make all sounds of a scenario and keep them, so that making them does not delay its call.

    Raise ScenarioError when a sound cannot be made; the message names the step.
    """
    for number, step in enumerate(scenario.steps):
        try:
            _make(step, scenario.file)
        except (WavError, VoiceError) as error:
            raise ScenarioError(f"{scenario.place(number)}: {error}") from None


def _make(step: Step, file: Path) -> None:
    match step:
        case Says():
            voice(step)
        case Plays():
            recording(step, file)
        case LineSound():
            line_sound(step)
        case _:
            pass
