"""A prompt or a recording to listen to: through this machine's loudspeaker, or into a call."""

import asyncio
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples
from ivr.softphone.phone import Softphone
from ivr.softphone.recording import CallRecording
from ivr.softphone.script import ALAW, HangUpStep, PlayedSound, Silence
from ivr.voice import VoiceError
from ivr.voice.formats import wav_file

_PLAYERS = {
    "aplay": ("-q",),
    "paplay": (),
    "ffplay": ("-nodisp", "-autoexit", "-loglevel", "error"),
}
_ADDRESS = re.compile(r"sip:(?P<number>[^@:\s]+)@(?P<host>[^@:\s]+)(?::(?P<port>\d{1,5}))?")
_BEFORE, _AFTER = 0.5, 0.5
"""Seconds of silence around the prompt, so that whoever listens hears where it begins."""


def play_here(samples: Samples) -> None:
    """Through the loudspeaker; VoiceError when this machine has no way to play."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "prompt.wav"
        path.write_bytes(wav_file(samples))
        play_file(path)


def play_file(path: Path) -> None:
    """A WAV file, through the loudspeaker; VoiceError when this machine has no way to play."""
    player = next((name for name in _PLAYERS if shutil.which(name)), None)
    if player is None:
        raise VoiceError("no player here: install alsa-utils")
    done = subprocess.run(
        [player, *_PLAYERS[player], str(path)], stderr=subprocess.PIPE, check=False
    )
    if done.returncode:
        why = done.stderr.decode(errors="replace").strip().splitlines() or ["it does not say why"]
        raise VoiceError(f"{player} cannot play here ({why[-1]})")


@dataclass(frozen=True, slots=True)
class Destination:
    """Whom to call."""

    number: str
    host: str
    port: int = 5060

    @classmethod
    def parse(cls, text: str) -> "Destination":
        """``sip:NUMBER@HOST`` or ``sip:NUMBER@HOST:PORT``; VoiceError on anything else."""
        match = _ADDRESS.fullmatch(text)
        if match is None or not 0 < int(match["port"] or 5060) < 65536:
            raise VoiceError(f"{text} is not an address: write sip:NUMBER@HOST or …@HOST:PORT")
        return cls(match["number"], match["host"], int(match["port"] or 5060))


def play_into_call(samples: Samples, to: Destination, user: str, password: str) -> CallRecording:
    """Call, speak the prompt, hang up; VoiceError when nobody answers."""
    seconds = len(samples) / RATE + _BEFORE + _AFTER
    script = (Silence(_BEFORE), PlayedSound(samples), Silence(_AFTER), HangUpStep())

    async def call() -> CallRecording:
        async with Softphone((to.host, to.port), user, password) as phone:
            return await phone.dial(
                to.number, script, codec=ALAW, max_seconds=seconds + 60.0
            ).ended()

    recording = asyncio.run(call())
    if recording.answered is None:
        raise VoiceError(
            f"{to.number} on {to.host} did not answer ({recording.status} {recording.reason})"
        )
    return recording
