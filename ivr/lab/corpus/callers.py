"""Recipes for windows with a caller: ok, too quiet, noise and hands-free. The sweeps are here too:
series in which one quantity, such as the SNR, is varied."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from ivr.dialogue.events import Condition
from ivr.hearing.frames import RATE
from ivr.hearing.level import dbov
from ivr.lab.corpus import talk, telephone
from ivr.lab.corpus.line import COUNT, SECONDS, Order, SimulatedLine
from ivr.lab.corpus.noises import STATIONARY
from ivr.lab.corpus.rooms import Room, heard_in, room
from ivr.lab.corpus.sources import Speaker, Wave
from ivr.lab.corpus.talk import Stock
from ivr.lab.corpus.window import Truth, Window

STILL = 1.3
"""Least seconds of silence after the caller's last word in a window (a clip of a caller's line)
that tests how soon the end of speech is detected."""
CLIPPED_DB = 10.0
"""Decibels above the active speech level at which a bad telephone clips (limits) the samples. Each
caller has such a telephone with a probability of 5 %."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The content of one window (a clip of a caller's line): speech, and optionally a noise
    and a room. A recipe (a function that makes windows) chooses it. Noise and SNR are None if there
    is no noise, RT60 and DRR if there is no room."""

    speech_dbov: float
    """Active speech level by ITU-T P.56 in dBov."""
    noise: str | None = None
    """Kind of the noise, such as ``car``; None for no noise."""
    snr_db: float | None = None
    """Speech level above the noise in dB; None for no noise."""
    rt60_s: float | None = None
    """Reverberation time of the room in seconds; None for no room."""
    drr_db: float | None = None
    """Ratio of direct to reverberant energy in dB; None for no room."""


def ok(random: Generator, stock: Stock, order: Order) -> Window:
    """Make a window with a caller and no trouble. The speech has -34 to -16 dBov, the SNR is 18 dB
    or more."""
    kind, snr = _background(random, 18.0, 40.0)
    scene = Scene(float(random.uniform(-34, -16)), kind, snr, *_handset(random))
    return build(random, stock, order, Condition.OK, scene)


def too_quiet(random: Generator, stock: Stock, order: Order) -> Window:
    """Make a window with a caller who is too quiet. The speech has -54 to -42 dBov, the SNR is 14
    dB or more."""
    kind, snr = _background(random, 14.0, 30.0)
    scene = Scene(float(random.uniform(-54, -42)), kind, snr, *_handset(random))
    return build(random, stock, order, Condition.TOO_QUIET, scene)


def hands_free(random: Generator, stock: Stock, order: Order) -> Window:
    """Make a window with a caller far from the microphone in a room.

    The reverberation time is 0.4 to 0.8 s, the ratio of direct to reverberant energy -8 to 0 dB.
    The speech has -36 to -22 dBov, the SNR is 15 to 35 dB.
    """
    kind = _stationary(random)
    scene = Scene(
        float(random.uniform(-36, -22)),
        kind,
        float(random.uniform(15, 35)),
        float(random.uniform(0.4, 0.8)),
        float(random.uniform(-8, 0)),
    )
    return build(random, stock, order, Condition.HANDS_FREE, scene)


def noise_window(random: Generator, stock: Stock, order: Order) -> Window:
    """Make a window with noise. In 60 % of the windows a caller speaks at an SNR of -6 to 0 dB. The
    others have noise alone at -36 to -14 dBov."""
    kinds = (*STATIONARY, "babble", "babble", "tv")
    kind = kinds[random.integers(len(kinds))]
    if random.random() < 0.4:
        return noise_alone(random, stock, order, kind, float(random.uniform(-36, -14)))
    snr = float(random.uniform(-6, 0))
    scene = Scene(float(random.uniform(-32, -16)) + snr, kind, snr, *_handset(random))
    return build(random, stock, order, Condition.NOISE, scene)


def noise_alone(random: Generator, stock: Stock, order: Order, kind: str, level: float) -> Window:
    """Make a window without a caller that has noise of a ``kind`` at ``level`` dBov."""
    line = SimulatedLine.any(random)
    sound = telephone.at_level(line.band(talk.noise_stretch(random, stock, kind, COUNT)), level)
    truth = Truth(f"{kind} alone", noise=kind, noise_dbov=level)
    heard = sound + telephone.idle_noise(random, COUNT)
    return line.window(order, Condition.NOISE, heard, truth, random)


def swept(random: Generator, stock: Stock, order: Order) -> Window:
    """Make a window of a sweep, a series in which one quantity is varied. ``order.group`` names the
    quantity, and ``order.value`` is its value. All else causes no trouble.

    The quantities are ``level`` in dBov, ``snr`` and ``snr_babble`` in dB, and ``rt60`` in seconds.
    The label is TOO_QUIET at a level of -40 or less, NOISE at an SNR below 9, HANDS_FREE at an RT60
    of 0.4 or more, and otherwise OK. Near these limits either condition may be right, so no
    accuracy is computed from the label.
    """
    value = order.value
    assert value is not None
    quantity = order.group
    if quantity == "level":
        label = Condition.TOO_QUIET if value <= -40 else Condition.OK
        return build(random, stock, order, label, Scene(value), plain=True)
    if quantity in ("snr", "snr_babble"):
        kind = "babble" if quantity == "snr_babble" else _stationary(random)
        label = Condition.NOISE if value < 9 else Condition.OK
        scene = Scene(-26.0 + min(value, 0.0), kind, value)
        return build(random, stock, order, label, scene, plain=True)
    assert quantity == "rt60", quantity
    label = Condition.HANDS_FREE if value >= 0.4 else Condition.OK
    scene = Scene(-28.0, _stationary(random), 25.0, value, float(random.uniform(-8, 0)))
    return build(random, stock, order, label, scene, plain=True)


def build(
    random: Generator,
    stock: Stock,
    order: Order,
    label: Condition,
    scene: Scene,
    *,
    plain: bool = False,
) -> Window:
    """Make a window with a caller in ``scene``, who begins to speak within 1.2 s. In a third of the
    windows the caller stops early.

    The levels are set after the telephone's effects, so that the window has the levels that
    ``scene`` asks for. ``plain`` leaves out the effects of bad telephones. ``label`` is the
    condition that should be found.
    """
    line = SimulatedLine.any(random, artefacts=not plain)
    speaker = talk.anybody(random, stock)
    onset = float(random.uniform(0.1, 1.2))
    stops = random.random() < 0.33
    seconds = SECONDS - onset - (random.uniform(STILL, STILL + 0.4) if stops else 0.0)
    dry = talk.placed(talk.speech(random, speaker, seconds), onset, COUNT)
    first, last = talk.voiced_span(dry)
    where = _where(random, stock, scene)
    caller = line.microphone(heard_in(dry, where) if where else dry)
    if line.suppression and scene.snr_db is not None and scene.snr_db > 10:
        caller = telephone.noise_suppression(caller)
    if not plain and random.random() < 0.05:
        caller = telephone.clipped(telephone.at_speech_level(caller, -26.0), -26.0 + CLIPPED_DB)
    caller = telephone.at_speech_level(caller, scene.speech_dbov)
    sound, noise_dbov = _with_noise(random, stock, line, caller, scene, speaker)
    truth = Truth(
        kind="speech" if scene.noise is None else f"speech in {scene.noise}",
        voice=speaker.name,
        speech_dbov=scene.speech_dbov,
        snr_db=scene.speech_dbov - noise_dbov,
        noise=scene.noise,
        noise_dbov=noise_dbov,
        rt60_s=scene.rt60_s,
        drr_db=scene.drr_db,
        onset_s=first,
        end_s=last if stops else None,
    )
    return line.window(order, label, sound, truth, random)


def _with_noise(
    random: Generator,
    stock: Stock,
    line: SimulatedLine,
    caller: Wave,
    scene: Scene,
    speaker: Speaker,
) -> tuple[Wave, float]:
    """Add the noise of line and scene to the caller's audio. Return the sum, and the level of all
    noise in dBov.

    The line's own noise is at least 16 dB below the caller. A window with a quiet caller is thus
    not a noisy one as well.
    """
    idle = min(float(random.uniform(-74, -66)), scene.speech_dbov - 16.0)
    noise = telephone.idle_noise(random, COUNT, idle)
    if scene.noise is not None and scene.snr_db is not None:
        wanted = 10 ** ((scene.speech_dbov - scene.snr_db) / 10) - 10 ** (idle / 10)
        if wanted > 0:
            heard = line.band(
                talk.noise_stretch(random, stock, scene.noise, COUNT + RATE, speaker)
            )[RATE:]
            noise = noise + telephone.at_level(heard, 10 * float(np.log10(wanted)))
    return caller + noise, dbov(noise)


def _background(random: Generator, low: float, high: float) -> tuple[str | None, float | None]:
    """Choose a kind of noise and its SNR between ``low`` and ``high`` dB. Half of the callers have
    no noise: for them return None and None."""
    if random.random() < 0.5:
        return None, None
    kinds = (*STATIONARY, "babble", "tv")
    return kinds[random.integers(len(kinds))], float(random.uniform(low, high))


def _stationary(random: Generator) -> str:
    """Choose a random noise without voices; return its name, such as ``car``."""
    kinds = tuple(STATIONARY)
    return kinds[random.integers(len(kinds))]


def _handset(random: Generator) -> tuple[float | None, float | None]:
    """Choose the faint reverberation of a caller with a handset: RT60 in seconds and DRR in dB.
    Half of these callers have none: for them return None and None."""
    if random.random() < 0.5:
        return None, None
    return float(random.uniform(0.2, 0.6)), float(random.uniform(12, 22))


def _where(random: Generator, stock: Stock, scene: Scene) -> Room | None:
    """Make the room of ``scene``. Return None if the scene has no room."""
    if scene.rt60_s is None or scene.drr_db is None:
        return None
    return room(random, stock.split, scene.rt60_s, scene.drr_db)
