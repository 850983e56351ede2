"""Silent callers on a real PBX, and what each of them heard: shared by ``waits`` and ``load``."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ivr.lab.lab import Lab
from ivr.softphone.matching import HeardPrompt, heard_prompts, measured_waits
from ivr.softphone.recording import CallRecording
from ivr.softphone.script import Action, ComfortNoise, Noise, NoRtp, Silence
from ivr.words.catalogue import Catalogue

ROW_2 = ("greeting.ask", "no_sound.ask", "no_sound.ask", "no_sound.farewell")
"""What a silent caller hears, before BYE."""
_MAX_SECONDS = 90.0
NO_RTP, COMFORT_NOISE = "no RTP at all", "comfort noise"


@dataclass(frozen=True, slots=True)
class SilentCaller:
    """A way of being silent."""

    name: str
    script: tuple[Action, ...]
    voice_packets: bool
    """Whether Asterisk gets voice from him, which its Answer waits for up to 0.5 s."""


def kinds(seed: int) -> tuple[SilentCaller, ...]:
    """The four silent callers of row 2."""
    return (
        SilentCaller(NO_RTP, (NoRtp(),), False),
        SilentCaller("digital silence", (Silence(),), True),
        SilentCaller(COMFORT_NOISE, (ComfortNoise(_MAX_SECONDS, 60),), False),
        SilentCaller("room noise at -60 dBov", (Noise(_MAX_SECONDS, -60.0, seed),), True),
    )


@dataclass(frozen=True, slots=True)
class SilentCall:
    """One call and what was heard in it."""

    caller: SilentCaller
    recording: CallRecording
    prompts: Sequence[HeardPrompt]

    @property
    def problem(self) -> str | None:
        """What is wrong with the call, in words."""
        recording = self.recording
        if recording.answered is None:
            return f"{self.caller.name}: not answered ({recording.status} {recording.reason})"
        heard = tuple(prompt.id for prompt in self.prompts)
        if heard != ROW_2 or not all(prompt.complete for prompt in self.prompts):
            return f"{self.caller.name}: heard {', '.join(heard) or 'nothing'}"
        if recording.ended_by != "callee":
            return f"{self.caller.name}: was not hung up on"
        return None

    @property
    def waits(self) -> list[float]:
        """Seconds from the end of each prompt to the start of the next, the last to BYE."""
        return measured_waits(self.recording, self.prompts)[1:]

    @property
    def first_prompt(self) -> float:
        """Seconds from 200 OK to the first packet of the greeting."""
        assert self.recording.answered is not None
        return self.prompts[0].start - self.recording.answered


async def call_silently(
    lab: Lab, calls: int, seed: int, spread_seconds: float, done: Callable[[], None]
) -> list[SilentCall]:
    """Place ``calls`` calls, all up at once; their starts are spread evenly."""
    callers = [kinds(seed + i)[i % 4] for i in range(calls)]
    async with lab.telephone() as phone:

        async def one(index: int) -> CallRecording:
            await asyncio.sleep(spread_seconds * index / calls)
            script = callers[index].script
            recording = await phone.call(lab.number, script, max_seconds=_MAX_SECONDS)
            done()
            return recording

        recordings = await asyncio.gather(*(one(index) for index in range(calls)))
    return [
        SilentCall(caller, recording, prompts_of(recording, lab.catalogue))
        for caller, recording in zip(callers, recordings, strict=True)
    ]


def prompts_of(recording: CallRecording, catalogue: Catalogue) -> list[HeardPrompt]:
    """What was heard in an answered call."""
    return heard_prompts(recording, catalogue) if recording.answered is not None else []


def silence_missing(call: SilentCall) -> float:
    """Share in percent of the packets that should have come during the waits and did not."""
    times = [packet.time for packet in call.recording.received]
    ends = [prompt.end for prompt in call.prompts]
    starts = [prompt.start for prompt in call.prompts[1:]] + [call.recording.ended]
    spans = list(zip(ends, starts, strict=True))
    expected = sum((start - end) / 0.02 for end, start in spans)
    came = sum(1 for time in times for end, start in spans if end - 0.001 <= time < start - 0.001)
    return max(0.0, 100.0 * (1.0 - came / expected))
