"""Play a prompt or a recording through this machine's loudspeaker or into a call."""

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
from ivr.translation import tr
from ivr.voice import VoiceError
from ivr.voice.formats import wav_file

_PLAYERS = {
    "aplay": ("-q",),
    "paplay": (),
    "ffplay": ("-nodisp", "-autoexit", "-loglevel", "error"),
}
"""Programs that play a WAV file, each with its options. The first installed one is used."""
_ADDRESS = re.compile(r"sip:(?P<number>[^@:\s]+)@(?P<host>[^@:\s]+)(?::(?P<port>\d{1,5}))?")
_BEFORE, _AFTER = 0.5, 0.5
"""Seconds of silence before and after the prompt. They let a listener hear where it begins."""


def play_here(samples: Samples) -> None:
    """Play samples (mono, 8 kHz) through the loudspeaker of this machine.

    Raise VoiceError if this machine cannot play.
    """
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "prompt.wav"
        path.write_bytes(wav_file(samples))
        play_file(path)


def play_file(path: Path) -> None:
    """Play a WAV file through the loudspeaker of this machine.

    Raise VoiceError if this machine cannot play.
    """
    player = next((name for name in _PLAYERS if shutil.which(name)), None)
    if player is None:
        raise VoiceError(tr("this machine has no audio player: install alsa-utils"))
    done = subprocess.run(
        [player, *_PLAYERS[player], str(path)], stderr=subprocess.PIPE, check=False
    )
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().splitlines() or [
            tr("it gives no reason")
        ]
        raise VoiceError(
            tr("{player} cannot play ({reason}): check the sound device").format(
                player=player, reason=reason[-1]
            )
        )


@dataclass(frozen=True, slots=True)
class Destination:
    """The telephone to call by SIP: its number, and the host and port to send the call to."""

    number: str
    host: str
    port: int = 5060

    @classmethod
    def parse(cls, text: str) -> "Destination":
        """Read an address: ``sip:NUMBER@HOST`` or ``sip:NUMBER@HOST:PORT``.

        Raise VoiceError for anything else.
        """
        match = _ADDRESS.fullmatch(text)
        if match is None or not 0 < int(match["port"] or 5060) < 65536:
            raise VoiceError(
                tr("{text} is not a SIP address: write sip:NUMBER@HOST or …@HOST:PORT").format(
                    text=text
                )
            )
        return cls(match["number"], match["host"], int(match["port"] or 5060))


def play_into_call(samples: Samples, to: Destination, user: str, password: str) -> CallRecording:
    """Call ``to``, play ``samples`` (mono, 8 kHz) and hang up; return the recording of the call.

    ``user`` and ``password`` are the credentials if the PBX asks for them. Raise VoiceError if the
    call is not answered.
    """
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
            tr("{number} on {host} did not answer ({status} {reason})").format(
                number=to.number, host=to.host, status=recording.status, reason=recording.reason
            )
        )
    return recording
