"""Recipes for windows without a caller's voice, and for windows with the echo of our own prompt."""

import numpy as np
from numpy.random import Generator

from ivr.dialogue.events import Condition
from ivr.hearing.frames import FRAME_SECONDS, RATE
from ivr.hearing.g711 import Samples
from ivr.hearing.level import active_speech_level, dbov, gain
from ivr.lab.corpus import noises, talk, telephone, tones
from ivr.lab.corpus.line import COUNT, SECONDS, Order, SimulatedLine
from ivr.lab.corpus.rooms import heard_in, room
from ivr.lab.corpus.sources import Wave
from ivr.lab.corpus.talk import Stock
from ivr.lab.corpus.telephone import Frames
from ivr.lab.corpus.window import Truth, Window

BARGE_IN_SECONDS = 6.0
"""Length in seconds of a window (a clip of a caller's line) in which a caller interrupts a
prompt."""


def nobody(random: Generator, stock: Stock, order: Order) -> Window:
    """Make a window (a clip of a caller's line) in which nobody speaks. There are seven kinds of
    quiet, such as ``idle`` or ``breathing``; successive order numbers take them in turn."""
    kinds = ("idle", "comfort", "room", "breathing", "clicks", "dtx", "no_rtp")
    kind = kinds[order.number % len(kinds)]
    line = SimulatedLine.any(random, artefacts=False)
    sound, level = _quiet(random, stock, line, kind)
    truth = Truth(kind, noise_dbov=level)
    window = line.window(order, Condition.NOBODY, sound, truth, random)
    if kind == "no_rtp":
        window.frames.clear()
    elif kind == "dtx":
        window.frames[:] = _with_holes(random, window.frames)
    return window


def dead_line(random: Generator, stock: Stock, order: Order) -> Window:
    """Make a window in which the line carries noise and then only the codec's idle code."""
    line, at = SimulatedLine.any(random, artefacts=False), float(random.uniform(0.5, 2.5))
    sound = telephone.idle_noise(random, COUNT, float(random.uniform(-66, -52)))
    sound[round(at * RATE) :] = 0.0
    truth = Truth("dead", onset_s=at)
    return line.window(order, Condition.DEAD_LINE, sound, truth, random)


def no_rtp(random: Generator, stock: Stock, order: Order) -> Window:
    """Make a window in which packets stop arriving."""
    line, at = SimulatedLine.any(random, artefacts=False), float(random.uniform(0.5, 2.5))
    sound = telephone.idle_noise(random, COUNT, float(random.uniform(-66, -52)))
    line.pause = (at, SECONDS + 1)
    # The last packet may have been lost too: the condition begins after the last that arrived.
    frames = line.frames(sound, random)
    onset = frames[-1][0] if frames else 0.0
    return Window(
        order.group, order.number, Condition.NO_RTP, SECONDS, frames, Truth("no rtp", onset_s=onset)
    )


def tone_window(random: Generator, stock: Stock, order: Order) -> Window:
    """Make a window with a tone of the network or of a fax. While the tone is on, it has -30 to -9
    dBov."""
    kind = tones.TONE_KINDS[order.number % len(tones.TONE_KINDS)]
    line, level = SimulatedLine.any(random), float(random.uniform(-30, -9))
    sound = tones.network_tone(random, kind, COUNT)
    on = np.abs(sound) > 1e-3 * float(np.max(np.abs(sound)))
    sound *= 32768 * gain(level) / float(np.sqrt(np.mean(sound[on] ** 2)))
    label = Condition.FAX if kind in tones.FAX_KINDS else Condition.TONE
    heard = line.band(sound) + telephone.idle_noise(random, COUNT)
    return line.window(order, label, heard, Truth(kind, noise_dbov=level), random)


def music_window(random: Generator, stock: Stock, order: Order) -> Window:
    """Make a window with music on hold at -34 to -16 dBov. The music is synthetic in every third
    window, and in all windows if there is no recorded music."""
    line, level = SimulatedLine.any(random), float(random.uniform(-34, -16))
    made = not stock.pieces or order.number % 3 == 0
    piece = tones.melody(random, COUNT) if made else talk.recorded_music(random, stock, COUNT)
    sound = telephone.at_level(line.band(piece), level)
    truth = Truth("made music" if made else "recorded music", noise_dbov=level)
    heard = sound + telephone.idle_noise(random, COUNT)
    return line.window(order, Condition.MUSIC, heard, truth, random)


def own_prompt(random: Generator, stock: Stock, order: Order) -> Window:
    """Make a window (a clip of a caller's line) with nothing but the echo of our prompt. The echo
    arrives 20 to 450 ms after the prompt.

    The echo return loss in dB is ``order.value``. If that is None, the loss is random, 10 to 35 dB.
    """
    line = SimulatedLine.any(random)
    loss_db = float(random.uniform(10, 35)) if order.value is None else order.value
    prompt, start, echo, delay = _echo(random, stock, line, COUNT, loss_db)
    heard = echo + telephone.idle_noise(random, COUNT)
    truth = Truth("echo", return_loss_db=loss_db, echo_delay_s=delay)
    return line.window(order, Condition.OWN_PROMPT, heard, truth, random, (prompt, start))


def barge_in_window(random: Generator, stock: Stock, order: Order) -> Window:
    """Make a window (a clip of a caller's line) with a caller who speaks over our prompt's echo.

    The level of the speech is random, -34 to -16 dBov. It is at least 3 dB above the echo. Over an
    echo louder than -21 dBov it is at least -18 dBov instead.
    """
    count = round(BARGE_IN_SECONDS * RATE)
    line = SimulatedLine.any(random)
    loss_db = float(random.uniform(10, 35))
    prompt, start, echo, delay = _echo(random, stock, line, count, loss_db)
    echo_level = active_speech_level(echo, RATE).level_dbov
    level = float(random.uniform(max(-34.0, min(echo_level + 3.0, -18.0)), -16.0))
    speaker, onset = talk.anybody(random, stock), float(random.uniform(1.5, 3.5))
    dry = talk.placed(talk.speech(random, speaker, BARGE_IN_SECONDS - onset), onset, count)
    first, _ = talk.voiced_span(dry)
    caller = telephone.at_speech_level(line.microphone(dry), level)
    truth = Truth(
        "barge-in",
        voice=speaker.name,
        speech_dbov=level,
        return_loss_db=loss_db,
        echo_delay_s=delay,
        onset_s=first,
    )
    heard = caller + echo + telephone.idle_noise(random, count)
    return line.window(order, Condition.OK, heard, truth, random, (prompt, start))


def _quiet(random: Generator, stock: Stock, line: SimulatedLine, kind: str) -> tuple[Wave, float]:
    """Make ``COUNT`` samples of one kind of quiet; return them and their level in dBov. ``kind`` is
    one of the seven kinds named in :func:`nobody`, such as ``breathing``."""
    if kind in ("idle", "no_rtp"):
        return np.zeros(COUNT), -96.0
    if kind in ("comfort", "dtx"):
        level = float(random.uniform(-72, -54))
        return telephone.at_level(line.band(noises.white(random, COUNT)), level), level
    idle = telephone.idle_noise(random, COUNT)
    if kind == "room":
        kinds, level = talk.quiet_kinds(), float(random.uniform(-68, -52))
        made = talk.noise_stretch(random, stock, str(random.choice(kinds)), COUNT)
        return telephone.at_level(line.band(made), level) + idle, level
    if kind == "breathing":
        level = float(random.uniform(-62, -46))
        return telephone.at_level(line.band(noises.breathing(random, COUNT)), level) + idle, level
    made = noises.clicks(random, COUNT)
    peak = 32768 * gain(float(random.uniform(-30, -12)))
    return line.band(made) / float(np.max(np.abs(made))) * peak + idle, -66.0


def _with_holes(random: Generator, frames: Frames) -> Frames:
    """Drop frames as a telephone does that sends nothing during silence. Return the frames that
    arrive. Each gap lasts 0.3 to 2 s."""
    kept: Frames = []
    sends, until = True, float(random.uniform(0.2, 1.0))
    for at, frame in frames:
        while at >= until:
            sends = not sends
            until += float(random.uniform(0.1, 0.8) if sends else random.uniform(0.3, 2.0))
        if sends:
            kept.append((at, frame))
    return kept


def _echo(
    random: Generator, stock: Stock, line: SimulatedLine, count: int, loss_db: float
) -> tuple[Samples, float, Wave, float]:
    """Make a prompt and its echo. Return the prompt's samples, its start in seconds from the start
    of the window, the echo's samples, and the seconds from the prompt to the echo.

    ``loss_db`` is the ratio of the powers of prompt and echo in dB. Half of the echoes are
    distorted by a small loudspeaker. Half come from a room rather than from a hybrid (the junction
    of two and four wires).
    """
    start, delay = float(random.uniform(0, 0.4)), float(random.uniform(0.02, 0.45))
    seconds = count / RATE - start
    level = float(random.uniform(-26, -20))
    dry = talk.speech(random, talk.anybody(random, stock), seconds, (0.15, 0.7))
    whole = round(seconds / FRAME_SECONDS) * round(FRAME_SECONDS * RATE)
    dry = np.resize(telephone.at_speech_level(telephone.band(dry), level), whole)
    prompt = telephone.codec(dry, alaw=line.alaw)
    echo = prompt.astype(np.float64)
    if random.random() < 0.5:
        strength = float(random.uniform(1.0, 3.0)) / (3 * float(np.std(echo)))
        echo = np.tanh(echo * strength) / strength
    if random.random() < 0.5:
        rt60, drr = float(random.uniform(0.15, 0.4)), float(random.uniform(0, 15))
        echo = heard_in(echo, room(random, stock.split, rt60, drr))
    loss = dbov(prompt) - dbov(echo)
    echo = telephone.band(echo) * gain(loss - loss_db)
    return prompt, start, talk.placed(echo, start + delay, count), delay
