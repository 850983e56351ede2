"""The engine edge-tts: neural Mandarin voices of an unofficial service without guarantees.

The service sometimes refuses, does not answer or closes early. A connection that closes in the
middle leaves a shorter file without any error. Every prompt therefore has its own time-out and
several attempts. The length and the end of the audio are compared with what its words need. Good
audio is stored in a cache by its words, so that the next run fetches only what is missing. Only the
words of the sheet are sent, and only ahead of calls.
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

from ivr.translation import tr
from ivr.voice import VoiceError
from ivr.voice.clip import Take
from ivr.voice.duration import plausible
from ivr.voice.engine import PromptsFailed, RenderProgress
from ivr.voice.formats import is_wordless
from ivr.voice.standard import SLOWER
from ivr.voice.voices import licence_of
from ivr.words.catalogue import Licence

XIAOXIAO = "zh-CN-XiaoxiaoNeural"
_SLOW_RATE = f"{round(100 * (SLOWER - 1)):+d}%"
_CUT_OFF_DB = -30.0
"""Upper limit for the peak of the last 50 ms of audio, in decibels relative to the peak of the
whole. If the end is louder, the audio was cut off within a word and is not used. The value is
derived from how speech ends; it was not measured on the real service."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Time-outs and numbers of attempts for fetching prompts from the service."""

    seconds: float = 30.0
    """Time-out of one attempt, in seconds. It is needed because edge-tts's own time-out has no
    effect if the server sends nothing."""
    attempts: int = 4
    """Upper limit for the attempts to fetch one prompt."""
    backoff_seconds: float = 1.0
    """Pause before the second attempt, in seconds; it doubles before each further attempt. Up to
    half of the pause is added at random (jitter)."""
    parallel: int = 4
    """Upper limit for simultaneous connections: the service refuses clients that open too many."""


class _BadAudio(Exception):
    """The received audio is not the whole prompt. Another attempt may succeed."""


@dataclass(frozen=True)
class Edge:
    """A speech engine that uses one voice of edge-tts, and stores the audio in ``cache``."""

    cache: Path
    voice_name: str = XIAOXIAO
    patience: Patience = field(default_factory=Patience)
    seed: int | None = None
    """Seed of the random part of the pauses between attempts. With None it differs in every run."""

    @property
    def name(self) -> str:
        """The engine's name, as the list of rendered prompts has it; the service has no version."""
        return "edge-tts"

    @property
    def voice(self) -> str:
        """The name of the voice, as the list of rendered prompts has it."""
        return self.voice_name

    @property
    def licence(self) -> Licence:
        """The licence of the voice: the service grants none."""
        return licence_of("edge")

    def source(self, take: Take) -> str:
        """Return "": a clip of ``take`` depends on nothing else than its words and the voice.

        Some other engines return a hash here, and a clip is rendered again when it changes.
        """
        return ""

    def prepare(self, takes: Sequence[Take], progress: RenderProgress) -> None:
        """Fetch the utterances (takes) that are not in the cache.

        Call ``progress`` after each of them with the number of finished ones and the number of all.
        Raise PromptsFailed if one cannot be fetched, and VoiceError if the name of the voice is not
        valid.
        """
        spoken = [take for take in takes if not all(is_wordless(clip) for clip in take.clips)]
        missing = [take for take in spoken if not self._path(take).is_file()]
        if not missing:
            return
        try:
            edge_tts.Communicate("您好", self.voice_name)
        except ValueError as error:
            raise VoiceError(
                tr("{error}: name a voice such as {voice} with --voice").format(
                    error=error, voice=XIAOXIAO
                )
            ) from None
        self.cache.mkdir(parents=True, exist_ok=True)
        reasons = asyncio.run(self._fetched(missing, progress))
        if reasons:
            raise PromptsFailed(
                {clip.name: reasons[take] for take in reasons for clip in take.clips}
            )

    def sound(self, take: Take) -> tuple[NDArray[np.int16], int]:
        """Return the utterance ``take`` as mono samples and their rate in Hz.

        Raise VoiceError if it is not in the cache.
        """
        try:
            return _decoded(self._path(take).read_bytes())
        except (OSError, _BadAudio) as error:
            raise VoiceError(
                tr("the fetched audio cannot be read ({error})").format(error=error)
            ) from None

    def _path(self, take: Take) -> Path:
        key = json.dumps([take.words, self.voice_name, take.slow])
        return self.cache / f"{hashlib.sha256(key.encode()).hexdigest()}.mp3"

    async def _fetched(self, takes: Sequence[Take], progress: RenderProgress) -> dict[Take, str]:
        """Fetch the utterances ``takes`` into the cache; return the reason for each that failed.

        Utterances that were fetched are not in the result. Call ``progress`` after each utterance
        with the number of finished ones and the number of all.
        """
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
        """Fetch one utterance into the cache in at most ``patience.attempts`` attempts.

        ``jitter`` is the source of the random part of the pauses between attempts. Return an empty
        string if the utterance was fetched, otherwise why the last attempt failed.
        """
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
        return tr("{reason}, {number} times").format(reason=reason, number=self.patience.attempts)

    async def _attempt(self, take: Take) -> bytes:
        rate = _SLOW_RATE if take.slow else "+0%"
        speaker = edge_tts.Communicate(take.words, self.voice_name, rate=rate)
        return b"".join([part["data"] async for part in speaker.stream() if "data" in part])


def _decoded(audio: bytes) -> tuple[NDArray[np.int16], int]:
    try:
        samples, rate = soundfile.read(io.BytesIO(audio), dtype="int16", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise _BadAudio(
            tr("what arrived is not audio ({error})").format(error=error.error_string)
        ) from None
    return np.ascontiguousarray(samples[:, 0]), int(rate)


def _refuse_wrong_length(audio: bytes, take: Take) -> None:
    """Raise _BadAudio if ``audio``, an MP3 file, cannot be the whole utterance ``take``.

    It may be silent, cut off, or too short or too long for its words.
    """
    samples, rate = _decoded(audio)
    seconds = len(samples) / rate
    least, most = plausible(take.words, slow=take.slow)
    if seconds < least:
        raise _BadAudio(
            tr("cut off: {seconds:.1f} s arrived, {least:.1f} s is the least").format(
                seconds=seconds, least=least
            )
        )
    if seconds > most + 2.0:  # plus silence at the ends
        raise _BadAudio(
            tr("garbled: {seconds:.1f} s arrived, {most:.1f} s is the most").format(
                seconds=seconds, most=most
            )
        )
    loudest = float(np.abs(samples.astype(np.float64)).max(initial=0.0))
    last = np.abs(samples[-rate // 20 :].astype(np.float64)).max(initial=0.0)
    if not loudest:
        raise _BadAudio(tr("silence arrived"))
    if last > loudest * 10 ** (_CUT_OFF_DB / 20):
        raise _BadAudio(
            tr("cut off after {seconds:.1f} s, in the middle of a word").format(seconds=seconds)
        )


def _explained(error: Exception, patience: Patience) -> str:
    """Return a message for the operator that says why an attempt to fetch audio failed."""
    match error:
        case TimeoutError():
            return tr("no complete answer within {seconds:g} s").format(seconds=patience.seconds)
        case NoAudioReceived():
            return tr("the service sent no audio")
        case aiohttp.WSServerHandshakeError(status=403):
            return tr("the service refused (403): its rules have changed or this clock is wrong")
        case aiohttp.WSServerHandshakeError(status=status):
            return tr("the service refused ({status})").format(status=status)
        case aiohttp.ClientConnectorError():
            return tr("the service cannot be reached: check the connection to the internet")
        case _:
            return tr("the service answered wrongly ({error})").format(
                error=error or type(error).__name__
            )
