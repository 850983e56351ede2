"""Windows of five seconds with a known truth, at operating points where it is not disputed.

The points are those of docs/design.md, Hearing: between them lies a grey zone in which people
would not agree either; it is measured as curves and not as accuracy.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from zlib import crc32

import numpy as np
from scipy.signal import fftconvolve

from ivr.dialogue.events import Condition
from ivr.hearing.echo import Reference
from ivr.hearing.frames import RATE
from ivr.lab.lines.noises import NOISES, TONES, babble, breathing, hum, music
from ivr.lab.lines.rooms import image_room, stochastic_room
from ivr.lab.lines.speech import Sound, sentence, talk
from ivr.lab.lines.telephone import (
    Frames,
    at_level,
    at_speech_level,
    codec,
    in_band,
    packets,
    suppressed,
)

SECONDS = 5.0
COUNT = round(SECONDS * RATE)


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known about a window because it was made so; None where it means nothing."""

    onset: float | None = None
    """Second at which the caller begins to speak."""
    end: float | None = None
    """Second at which he stops; only of those who say one sentence."""
    speech_dbov: float | None = None
    snr_db: float | None = None
    rt60: float | None = None
    return_loss_db: float | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of a call."""

    label: Condition
    kind: str
    """Which recipe, and of several noises or tones which one."""
    frames: Frames
    truth: Truth
    prompt: Reference | None = None
    """What the bot plays from the beginning on."""


@dataclass(frozen=True, slots=True)
class _Line:
    """Sound on its way to becoming a window."""

    label: Condition
    kind: str
    sound: Sound
    truth: Truth = field(default_factory=Truth)
    prompt: Reference | None = None


Recipe = Callable[[np.random.Generator, str], _Line]


def window(recipe: str, seed: int, split: str, number: int) -> Window:
    """The window with this number of a recipe; the same for the same arguments."""
    rng = np.random.default_rng((seed, crc32(f"{recipe} {split}".encode()), number))
    line = RECIPES[recipe](rng, split)
    idle = at_level(rng.normal(size=len(line.sound)), rng.uniform(-74, -66))
    if line.label is Condition.DEAD_LINE:
        idle[:] = 0.0
    samples = codec(line.sound + idle, "ulaw" if rng.random() < 0.3 else "alaw")
    lossy = rng.random() < 0.4
    frames = packets(samples, rng, rng.uniform(0, 0.05) if lossy else 0.0, int(rng.random() < 0.1))
    if line.label is Condition.NO_RTP:
        frames = [frame for frame in frames if frame[0] < (line.truth.onset or 0.0)]
    return Window(line.label, line.kind, frames, line.truth, line.prompt)


def caller(
    rng: np.random.Generator,
    split: str,
    speech_dbov: float,
    snr_db: float,
    *,
    rt60: float = 0.0,
    drr_db: float = 0.0,
    noise: Sound | None = None,
) -> tuple[Sound, Truth]:
    """Somebody who begins within 1.2 s and talks to the end, over a noise."""
    onset = rng.uniform(0.2, 1.2)
    voice = in_band(talk(rng, split, SECONDS - onset))
    if rt60:
        room = image_room if split == "test" else stochastic_room
        voice = fftconvolve(voice, room(rng, rt60, drr_db))[: len(voice)]
    voice = at_speech_level(voice, speech_dbov)
    whole = np.concatenate([np.zeros(COUNT - len(voice)), voice])
    under = in_band(rng.normal(size=COUNT) if noise is None else noise)
    truth = Truth(onset, None, speech_dbov, snr_db, rt60 or None)
    return whole + at_level(under, speech_dbov - snr_db), truth


def any_noise(rng: np.random.Generator, split: str) -> tuple[str, Sound]:
    """One of the noises, a fifth of them babble of 8 to 14 talkers."""
    if rng.random() < 0.2:
        return "babble", babble(rng, COUNT, split, int(rng.integers(8, 15)))
    name = str(rng.choice(list(NOISES)))
    return name, NOISES[name](rng, COUNT)


def _ok(rng: np.random.Generator, split: str) -> _Line:
    sound, truth = caller(rng, split, rng.uniform(-34, -16), rng.uniform(18, 45))
    if rng.random() < 0.2:
        sound = suppressed(sound)
    return _Line(Condition.OK, "ok", sound, truth)


def _too_quiet(rng: np.random.Generator, split: str) -> _Line:
    sound, truth = caller(rng, split, rng.uniform(-54, -42), rng.uniform(14, 30))
    return _Line(Condition.TOO_QUIET, "too_quiet", sound, truth)


def _hands_free(rng: np.random.Generator, split: str) -> _Line:
    rt60, drr = rng.uniform(0.4, 0.8), rng.uniform(-8, 0)
    level, snr = rng.uniform(-36, -22), rng.uniform(15, 35)
    sound, truth = caller(rng, split, level, snr, rt60=rt60, drr_db=drr)
    return _Line(Condition.HANDS_FREE, "hands_free", sound, truth)


def _noise(rng: np.random.Generator, split: str) -> _Line:
    name, noise = any_noise(rng, split)
    if rng.random() < 0.5:
        return _Line(Condition.NOISE, name, at_level(in_band(noise), rng.uniform(-36, -14)))
    sound, truth = caller(rng, split, rng.uniform(-34, -20), rng.uniform(-6, 0), noise=noise)
    return _Line(Condition.NOISE, f"speech in {name}", sound, truth)


def _babble(rng: np.random.Generator, split: str) -> _Line:
    noise = babble(rng, COUNT, split, int(rng.integers(8, 15)))
    sound, truth = caller(rng, split, rng.uniform(-34, -20), rng.uniform(-3, 3), noise=noise)
    return _Line(Condition.NOISE, "speech in babble", sound, truth)


def _nobody(rng: np.random.Generator, split: str) -> _Line:
    kind = str(rng.choice(("idle", "room", "breathing", "hum", "clicks")))
    makers: dict[str, Callable[[], Sound]] = {
        "idle": lambda: np.zeros(COUNT),
        "room": lambda: at_level(NOISES["pink"](rng, COUNT), rng.uniform(-68, -52)),
        "breathing": lambda: at_level(breathing(rng, COUNT), rng.uniform(-62, -46)),
        "hum": lambda: at_level(hum(rng, COUNT), rng.uniform(-68, -52)),
        "clicks": lambda: (rng.random(COUNT) < 1e-4) * rng.normal(0, 3000, COUNT),
    }
    return _Line(Condition.NOBODY, kind, in_band(makers[kind]()))


def _dead_line(rng: np.random.Generator, split: str) -> _Line:
    """Idle code from somewhere on; before it, room noise."""
    onset = rng.uniform(0.5, 3.0)
    sound = at_level(rng.normal(size=COUNT), rng.uniform(-60, -50))
    sound[round(onset * RATE) :] = 0.0
    return _Line(Condition.DEAD_LINE, "dead_line", sound, Truth(onset))


def _no_rtp(rng: np.random.Generator, split: str) -> _Line:
    onset = rng.uniform(0.5, 3.0)
    sound = at_level(rng.normal(size=COUNT), rng.uniform(-60, -50))
    return _Line(Condition.NO_RTP, "no_rtp", sound, Truth(onset))


def _tone(rng: np.random.Generator, split: str) -> _Line:
    name = str(rng.choice(list(TONES)))
    return _Line(Condition.TONE, name, at_level(TONES[name](rng, COUNT), rng.uniform(-30, -9)))


def _music(rng: np.random.Generator, split: str) -> _Line:
    sound = at_level(in_band(music(rng, COUNT)), rng.uniform(-34, -16))
    return _Line(Condition.MUSIC, "music", sound)


def echo(rng: np.random.Generator, split: str, return_loss_db: float) -> tuple[Sound, Reference]:
    """A prompt at the studio's level, and what comes back of it 20 to 450 ms later."""
    prompt = at_speech_level(talk(rng, split, SECONDS), -20.0)
    back = np.concatenate([np.zeros(round(rng.uniform(0.02, 0.45) * RATE)), prompt])[:COUNT]
    if rng.random() < 0.5:
        limit = 3.0 * float(np.std(back))
        back = np.tanh(back / limit) * limit
    back = in_band(back) * 10 ** (-return_loss_db / 20)
    return back, Reference.of(prompt.clip(-32768, 32767).astype(np.int16))


def _own_prompt(rng: np.random.Generator, split: str) -> _Line:
    loss = rng.uniform(10, 35)
    sound, prompt = echo(rng, split, loss)
    truth = Truth(return_loss_db=loss)
    return _Line(Condition.OWN_PROMPT, "own_prompt", sound, truth, prompt)


def _barge_in(rng: np.random.Generator, split: str) -> _Line:
    loss = rng.uniform(10, 35)
    sound, prompt = echo(rng, split, loss)
    onset, level = rng.uniform(1.5, 3.0), rng.uniform(-30, -16)
    voice = at_speech_level(in_band(talk(rng, split, SECONDS - onset)), level)
    sound[COUNT - len(voice) :] += voice
    truth = Truth(onset, None, level, None, None, loss)
    return _Line(Condition.OK, "barge_in", sound, truth, prompt)


def _turn(rng: np.random.Generator, split: str) -> _Line:
    """One sentence, then at least 1.5 s of silence."""
    onset = rng.uniform(0.3, 1.0)
    while len(words := in_band(sentence(rng, split))) > (SECONDS - onset - 1.5) * RATE:
        pass
    voice = at_speech_level(words, rng.uniform(-34, -16))
    begin = round(onset * RATE)
    sound = np.zeros(COUNT)
    sound[begin : begin + len(voice)] = voice
    floor = at_level(in_band(rng.normal(size=COUNT)), -66.0)
    truth = Truth(onset, (begin + len(voice)) / RATE)
    return _Line(Condition.OK, "turn", sound + floor, truth)


RECIPES: dict[str, Recipe] = {
    "ok": _ok,
    "too_quiet": _too_quiet,
    "hands_free": _hands_free,
    "noise": _noise,
    "nobody": _nobody,
    "tone": _tone,
    "music": _music,
    "own_prompt": _own_prompt,
    "barge_in": _barge_in,
    "babble": _babble,
    "turn": _turn,
    "dead_line": _dead_line,
    "no_rtp": _no_rtp,
}
CLASSES = ("ok", "too_quiet", "hands_free", "noise", "nobody")


def at_point(
    seed: int,
    split: str,
    number: int,
    *,
    level: float = -26.0,
    snr: float = 30.0,
    rt60: float = 0.0,
) -> Window:
    """A caller anywhere, for the curves through the grey zone."""
    point = crc32(repr((split, level, snr, rt60)).encode())
    rng = np.random.default_rng((seed, point, number))
    sound, truth = caller(rng, split, level, snr, rt60=rt60, drr_db=-4.0)
    frames = packets(codec(sound + at_level(rng.normal(size=COUNT), -70.0), "alaw"), rng)
    return replace(Window(Condition.OK, "point", frames, truth), kind=f"{level} {snr} {rt60}")
