"""``ivr bench turns``: how soon the bot replies to a caller.

Real calls are measured, from the caller's last voiced packet to the first packet of the reply. This
time includes endpointing, recognition, understanding and the start of the prompt.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from ivr.bench.barge_in import VOICED_DBOV
from ivr.bench.result import BenchResult, percentile
from ivr.bench.silent_calls import prompts_of
from ivr.hearing.frames import FRAME_SECONDS
from ivr.hearing.g711 import Samples
from ivr.hearing.level import dbov
from ivr.lab.lab import Lab, laboratory
from ivr.lab.voices import VOICES, says
from ivr.recognition.choice import BUILT_IN_MODEL
from ivr.softphone.matching import HeardPrompt
from ivr.softphone.recording import CallRecording
from ivr.softphone.script import Action, PlayedSound, Silence
from ivr.words.catalogue import Catalogue

LIMITS = {"reply_p50_ms": 550.0, "reply_p95_ms": 700.0, "goodbye_reply_p50_ms": 450.0}
_AT_LEAST = {"replied": 1.0, "understood": 0.95}
_TURNS: Sequence[tuple[str, tuple[str, ...]]] = (
    ("打错了，对不起", ("wrong_number.explain",)),
    ("你们的电话怎么这么难打", ("slow_answer.ask",)),
    ("晚上一起吃个饭吧", ("invitation.decline", "closing.ask")),
    ("我声音听不清楚，你大声一点", ("cannot_hear_agent.ask",)),
    ("好的，再见", ("closing.farewell",)),
)
"""The sentences that each caller says, and after each the names of the prompts that reply to it.

The last sentence is a goodbye. The hotline replies to a goodbye after a shorter silence.
"""
_REPLY_SECONDS = 0.8
"""Assumed delay of a reply, in seconds after the caller's sentence. The caller's next sentence is
timed by it."""
_THINKING_SECONDS = (0.6, 1.6)
"""Shortest and longest pause of a caller after a reply, in seconds."""
_SPREAD_SECONDS = 3.0
"""Seconds over which the beginnings of the calls are spread, so that the callers do not all speak
at the same moments."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One sentence of a caller and the hotline's reply to it."""

    reply_seconds: float | None
    """Seconds from the last voiced packet of the sentence to the first packet of the reply. None if
    there was no reply."""
    understood: bool
    """True if the first prompt of the reply was the right one for the sentence; False if it was not
    or there was no reply."""


async def measure(
    root: Path, calls: int, seed: int, done: Callable[[], None], model: Path | None = None
) -> BenchResult:
    """Measure how soon the hotline replies, in ``calls`` overlapping calls of five sentences each.

    ``root`` is the directory of the project's checkout, ``seed`` the random seed of the callers'
    pauses. ``done`` is called after each call. ``model`` is the directory of a speech model; None
    means the built-in one.
    """
    rng = np.random.default_rng(seed)
    settings = {"IVR_RECOGNITION__MODEL": BUILT_IN_MODEL if model is None else str(model)}
    async with laboratory(root, max_calls=calls + 5, settings=settings) as lab:
        scripts = [talking_script(lab.catalogue, n, rng) for n in range(calls)]
        recordings = await _talk(lab, scripts, done)
        talks = [turns_of(recording, lab.catalogue) for recording in recordings]
    turns = [turn for talk in talks for turn in talk]
    replies = _milliseconds([turn for talk in talks for turn in talk[: len(_TURNS) - 1]])
    goodbyes = _milliseconds([turn for talk in talks for turn in talk[len(_TURNS) - 1 :]])
    figures = {
        "reply_p50_ms": percentile(replies, 50),
        "reply_p95_ms": percentile(replies, 95),
        "reply_max_ms": percentile(replies, 100),
        "goodbye_reply_p50_ms": percentile(goodbyes, 50),
        "replied": len(replies + goodbyes) / (calls * len(_TURNS)),
        "understood": sum(turn.understood for turn in turns) / (calls * len(_TURNS)),
        "calls": calls,
    }
    limits = {**LIMITS, **_AT_LEAST}
    return BenchResult("turns", figures, limits, len(turns), seed, at_least=frozenset(_AT_LEAST))


def _milliseconds(turns: Sequence[Turn]) -> list[float]:
    """Return the delay of each reply in milliseconds; turns without a reply are left out.

    A turn is a sentence of a caller with the hotline's reply.
    """
    return [1000 * turn.reply_seconds for turn in turns if turn.reply_seconds is not None]


def talking_script(catalogue: Catalogue, number: int, rng: np.random.Generator) -> list[Action]:
    """Return the script of caller ``number``'s telephone: silence, a sentence, silence, and so on.

    The first silence lasts as long as the greeting, each other one as long as the usual delay of
    the hotline's reply and the prompts of the reply. Before each sentence, the silence is longer by
    a random pause from ``rng``. ``catalogue`` has the lengths of the prompts.
    """
    waits = [catalogue["greeting.ask"].seconds]
    waits += [_REPLY_SECONDS + sum(catalogue[id].seconds for id in ids) for _, ids in _TURNS]
    script: list[Action] = []
    for (text, _), before in zip(_TURNS, waits, strict=False):
        thinking = float(rng.uniform(*_THINKING_SECONDS))
        script += [Silence(before + thinking), PlayedSound(says(text, number % len(VOICES)))]
    return [*script, Silence(waits[-1])]


async def _talk(
    lab: Lab, scripts: Sequence[list[Action]], done: Callable[[], None]
) -> list[CallRecording]:
    async with lab.telephone() as phone:

        async def one(number: int, script: list[Action]) -> CallRecording:
            await asyncio.sleep(_SPREAD_SECONDS * number / len(scripts))
            recording = await phone.call(lab.number, script, max_seconds=90.0)
            done()
            return recording

        return await asyncio.gather(*(one(n, script) for n, script in enumerate(scripts)))


def turns_of(recording: CallRecording, catalogue: Catalogue) -> list[Turn]:
    """Return the turns of a call: each sentence that the caller said, with the hotline's reply.

    ``recording`` is the recording of the call. The prompts in it are found with ``catalogue``.
    """
    prompts = prompts_of(recording, catalogue)
    found = []
    for (_, expected), end in zip(_TURNS, _ends(recording), strict=False):
        after = [prompt for prompt in prompts if prompt.start > end]
        delay = after[0].start - end if after else None
        found.append(Turn(delay, bool(after) and _sounds_as(after[0], expected[0])))
    return found


def _sounds_as(prompt: HeardPrompt, id: str) -> bool:
    """Return True if the caller heard the prompt ``id``, or one with the same sound; else False."""
    return id == prompt.id or id in prompt.same_sound_ids


def _ends(recording: CallRecording) -> Iterator[float]:
    """Yield the time at which each sentence of the caller ended: the end of its last voiced packet.

    Times are in seconds of the monotonic clock, like those of the recording's packets.
    """
    for what, packets in groupby(recording.sent, lambda packet: packet.what):
        if what == PlayedSound.__name__:
            sent = list(packets)
            sound = [recording.codec.decode(packet.payload) for packet in sent]
            yield sent[_last_voiced(sound)].time + FRAME_SECONDS


def _last_voiced(frames: Sequence[Samples]) -> int:
    """Return the index of the last voiced frame in ``frames``, which are 20 ms long each.

    A frame is voiced if its level is at least -40 dBov (VOICED_DBOV). If none is, return the index
    of the very last frame.
    """
    voiced = (n for n, frame in enumerate(frames) if dbov(frame, remove_dc=True) >= VOICED_DBOV)
    return max(voiced, default=len(frames) - 1)
