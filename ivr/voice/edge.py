"""edge-tts: neural Mandarin voices of a service that promises nothing.

The service is unofficial. It refuses, hangs, closes early, and a connection that closes in the
middle leaves a shorter file without any error. So every prompt has a time-out of its own, several
attempts, and its length and its end are compared with what its words need. What was fetched well
is kept in a cache by its words, so that the next run goes on where this one stopped. Only the
sheet's words are ever sent, ahead of any call.
"""

import asyncio
import hashlib
import io
import json
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import edge_tts
import numpy as np
import soundfile
from edge_tts.exceptions import EdgeTTSException, NoAudioReceived
from numpy.typing import NDArray

from ivr.voice import VoiceError
from ivr.voice.clip import Take
from ivr.voice.duration import plausible
from ivr.voice.engine import PromptsFailed, RenderProgress
from ivr.voice.formats import is_wordless
from ivr.voice.standard import SLOWER

XIAOXIAO = "zh-CN-XiaoxiaoNeural"
_SLOW_RATE = f"{round(100 * (SLOWER - 1)):+d}%"
_CUT_OFF_DB = -30.0
"""A file whose last 50 ms are louder than this, compared with its loudest moment, was cut off in
the middle of a word. Taken from how speech ends; not measured on the real service."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often to try."""

    seconds: float = 30.0
    """For one attempt. The library ignores its own limit when the server says nothing."""
    attempts: int = 4
    backoff_seconds: float = 1.0
    """Before the second attempt; doubled before each further one, and up to half as much more."""
    parallel: int = 4
    """Connections at once; the service refuses more than a few."""


class _BadAudio(Exception):
    """What arrived is not the prompt; worth another attempt."""


@dataclass(frozen=True)
class Edge:
    """One voice of edge-tts, its audio fetched into ``cache``."""

    cache: Path
    voice_name: str = XIAOXIAO
    patience: Patience = field(default_factory=Patience)
    seed: int | None = None
    """Of the jitter between attempts; None: different every time."""

    @property
    def name(self) -> str:
        """What the manifest calls the engine: the service decides how it sounds, not a version."""
        return "edge-tts"

    @property
    def voice(self) -> str:
        """What the manifest calls the voice."""
        return self.voice_name

    def source(self, take: Take) -> str:
        """Nothing but its words decides how a take sounds."""
        return ""

    def prepare(self, takes: Sequence[Take], progress: RenderProgress) -> None:
        """Fetch what the cache does not have; PromptsFailed says of each prompt why it failed."""
        spoken = [take for take in takes if not all(is_wordless(clip) for clip in take.clips)]
        missing = [take for take in spoken if not self._path(take).is_file()]
        if not missing:
            return
        try:
            edge_tts.Communicate("您好", self.voice_name)
        except ValueError as error:
            raise VoiceError(f"{error}: name a voice such as {XIAOXIAO} with --voice") from None
        self.cache.mkdir(parents=True, exist_ok=True)
        reasons = asyncio.run(self._fetched(missing, progress))
        if reasons:
            raise PromptsFailed(
                {clip.name: reasons[take] for take in reasons for clip in take.clips}
            )

    def sound(self, take: Take) -> tuple[NDArray[np.int16], int]:
        """The take as mono samples and their rate in Hz; VoiceError when it was not fetched."""
        try:
            return _decoded(self._path(take).read_bytes())
        except (OSError, _BadAudio) as error:
            raise VoiceError(f"the fetched audio cannot be read ({error})") from None

    def _path(self, take: Take) -> Path:
        key = json.dumps([take.words, self.voice_name, take.slow])
        return self.cache / f"{hashlib.sha256(key.encode()).hexdigest()}.mp3"

    async def _fetched(self, takes: Sequence[Take], progress: RenderProgress) -> dict[Take, str]:
        """Fetch all; what could not be fetched, with the reason."""
        free = asyncio.Semaphore(self.patience.parallel)
        jitter = random.Random(self.seed)
        reasons: dict[Take, str] = {}
        done = 0

        async def fetch(take: Take) -> None:
            nonlocal done
            async with free:
                if reason := await self._reason_after_attempts(take, jitter):
                    reasons[take] = reason
            done += 1
            progress(done, len(takes))

        async with asyncio.TaskGroup() as group:
            for take in takes:
                group.create_task(fetch(take))
        return {take: reasons[take] for take in takes if take in reasons}

    async def _reason_after_attempts(self, take: Take, jitter: random.Random) -> str:
        """Fetch one take into the cache; why that is not possible, empty when it was."""
        reason = ""
        for attempt in range(self.patience.attempts):
            if attempt:
                pause = self.patience.backoff_seconds * 2 ** (attempt - 1)
                await asyncio.sleep(pause * (1 + jitter.random() / 2))
            try:
                audio = await asyncio.wait_for(self._attempt(take), self.patience.seconds)
                _refuse_wrong_length(audio, take)
            except (TimeoutError, aiohttp.ClientError, EdgeTTSException, OSError) as error:
                reason = _explained(error, self.patience)
            except _BadAudio as error:
                reason = str(error)
            else:
                draft = self._path(take).with_suffix(f".{os.getpid()}.draft")
                draft.write_bytes(audio)
                draft.replace(self._path(take))
                return ""
        return f"{reason}, {self.patience.attempts} times"

    async def _attempt(self, take: Take) -> bytes:
        rate = _SLOW_RATE if take.slow else "+0%"
        speaker = edge_tts.Communicate(take.words, self.voice_name, rate=rate)
        return b"".join([part["data"] async for part in speaker.stream() if "data" in part])


def _decoded(audio: bytes) -> tuple[NDArray[np.int16], int]:
    try:
        samples, rate = soundfile.read(io.BytesIO(audio), dtype="int16", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise _BadAudio(f"what arrived is not audio ({error.error_string})") from None
    return np.ascontiguousarray(samples[:, 0]), int(rate)


def _refuse_wrong_length(audio: bytes, take: Take) -> None:
    """_BadAudio when the audio is shorter or longer than its words can be, or cut off."""
    samples, rate = _decoded(audio)
    seconds = len(samples) / rate
    least, most = plausible(take.words, slow=take.slow)
    if seconds < least:
        raise _BadAudio(f"cut off: {seconds:.1f} s arrived, {least:.1f} s is the least")
    if seconds > most + 2.0:  # silence at its ends is not counted
        raise _BadAudio(f"garbled: {seconds:.1f} s arrived, {most:.1f} s is the most")
    loudest = float(np.abs(samples.astype(np.float64)).max(initial=0.0))
    last = np.abs(samples[-rate // 20 :].astype(np.float64)).max(initial=0.0)
    if not loudest:
        raise _BadAudio("silence arrived")
    if last > loudest * 10 ** (_CUT_OFF_DB / 20):
        raise _BadAudio(f"cut off after {seconds:.1f} s, in the middle of a word")


def _explained(error: Exception, patience: Patience) -> str:
    """What went wrong, as an operator understands it."""
    match error:
        case TimeoutError():
            return f"no complete answer within {patience.seconds:g} s"
        case NoAudioReceived():
            return "the service sent no audio"
        case aiohttp.WSServerHandshakeError(status=403):
            return "the service refused (403): its rules have changed or this clock is wrong"
        case aiohttp.WSServerHandshakeError(status=status):
            return f"the service refused ({status})"
        case aiohttp.ClientConnectorError():
            return "the service cannot be reached: is there a connection to the internet?"
        case _:
            return f"the service answered wrongly ({error or type(error).__name__})"
