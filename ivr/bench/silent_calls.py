"""Calls of silent callers through a real PBX, for the benches ``waits`` and ``load``."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ivr.lab.lab import Lab
from ivr.softphone.matching import HeardPrompt, heard_prompts, measured_waits
from ivr.softphone.recording import CallRecording
from ivr.softphone.script import Action, ComfortNoise, Noise, NoRtp, Silence
from ivr.words.catalogue import Catalogue

ROW_2 = ("greeting.ask", "no_sound.ask", "no_sound.ask", "no_sound.farewell")
"""Names of the prompts that a silent caller hears in row 2, in order. After them the hotline hangs
up."""
MAX_SECONDS = 90.0
"""Seconds from the answer after which a caller hangs up, if the hotline has not. Row 2 lasts 37.5
s."""
NO_RTP, COMFORT_NOISE = "no RTP at all", "comfort noise"


@dataclass(frozen=True, slots=True)
class SilentCaller:
    """A kind of caller who says nothing: its name, and the script of what their telephone sends."""

    name: str
    script: tuple[Action, ...]
    voice_packets: bool
    """True if the caller's telephone sends voice packets. If it sends none, Asterisk's Answer waits
    for 0.5 s."""


def kinds(seed: int) -> tuple[SilentCaller, ...]:
    """Return the four kinds of silent callers.

    Their telephones send nothing, digital silence, comfort noise, or room noise at -60 dBov.
    ``seed`` is the random seed of the room noise.
    """
    return (
        SilentCaller(NO_RTP, (NoRtp(),), False),
        SilentCaller("digital silence", (Silence(),), True),
        SilentCaller(COMFORT_NOISE, (ComfortNoise(MAX_SECONDS, 60),), False),
        SilentCaller("room noise at -60 dBov", (Noise(MAX_SECONDS, -60.0, seed),), True),
    )


@dataclass(frozen=True, slots=True)
class SilentCall:
    """A call of a caller who says nothing: its recording, and the prompts that the caller heard."""

    caller: SilentCaller
    recording: CallRecording
    prompts: Sequence[HeardPrompt]

    @property
    def problem(self) -> str | None:
        """A sentence that says what went wrong in the call; None if nothing did.

        Nothing went wrong if all prompts of row 2 of the etiquette sheet (no sound from the caller)
        were played to their end, and the hotline then hung up.
        """
        recording = self.recording
        if recording.answered is None:
            return f"{self.caller.name}: not answered ({recording.status} {recording.reason})"
        heard = tuple(prompt.id for prompt in self.prompts)
        if heard != ROW_2 or not all(prompt.complete for prompt in self.prompts):
            return f"{self.caller.name}: heard {', '.join(heard) or 'nothing'}"
        if recording.ended_by != "callee":
            return f"{self.caller.name}: the hotline did not hang up"
        return None

    @property
    def waits(self) -> list[float]:
        """Lengths of the waits after the prompts, in seconds: one for each prompt.

        A wait lasts to the beginning of the next prompt, and after the last prompt to the end of
        the call.
        """
        return measured_waits(self.recording, self.prompts)[1:]

    @property
    def first_prompt(self) -> float:
        """Seconds from the answer of the call (200 OK) to the first packet of the greeting."""
        assert self.recording.answered is not None
        return self.prompts[0].start - self.recording.answered


async def call_silently(
    lab: Lab, calls: int, seed: int, spread_seconds: float, done: Callable[[], None]
) -> list[SilentCall]:
    """Place ``calls`` simultaneous calls of callers who say nothing, in the laboratory ``lab``.

    The calls begin at equal intervals within ``spread_seconds`` seconds, and are returned in that
    order. ``seed`` is the random seed of the room noise; ``done`` is called after each call.
    """
    callers = [kinds(seed + i)[i % 4] for i in range(calls)]
    async with lab.telephone() as phone:

        async def one(index: int) -> CallRecording:
            await asyncio.sleep(spread_seconds * index / calls)
            script = callers[index].script
            recording = await phone.call(lab.number, script, max_seconds=MAX_SECONDS)
            done()
            return recording

        recordings = await asyncio.gather(*(one(index) for index in range(calls)))
    return [
        SilentCall(caller, recording, prompts_of(recording, lab.catalogue))
        for caller, recording in zip(callers, recordings, strict=True)
    ]


def prompts_of(recording: CallRecording, catalogue: Catalogue) -> list[HeardPrompt]:
    """Return the ``catalogue`` prompts that the caller heard; none if the call was not answered."""
    return heard_prompts(recording, catalogue) if recording.answered is not None else []


def silence_missing(call: SilentCall) -> float:
    """Return the share, in percent, of packets missing in ``call`` while no prompt is played.

    A packet is due every 20 ms between the prompts, and from the last one to the end of the call.
    """
    times = [packet.time for packet in call.recording.received]
    ends = [prompt.end for prompt in call.prompts]
    starts = [prompt.start for prompt in call.prompts[1:]] + [call.recording.ended]
    spans = list(zip(ends, starts, strict=True))
    expected = sum((start - end) / 0.02 for end, start in spans)
    came = sum(1 for time in times for end, start in spans if end - 0.001 <= time < start - 0.001)
    return max(0.0, 100.0 * (1.0 - came / expected))
