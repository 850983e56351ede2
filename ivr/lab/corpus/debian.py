"""Recorded speech and music from Debian packages, fetched once into the cache directory.

``apt-get download`` fetches a package and ``dpkg -x`` unpacks it; nothing is installed.
"""

import shutil
import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np
from scipy import signal

from ivr.hearing.frames import FRAME, RATE
from ivr.hearing.g711 import Samples
from ivr.lab.corpus import CorpusError
from ivr.paths import cache_directory
from ivr.translation import tr

_NO_SPEECH = ("beep", "tone", "silence", "ascending", "ring", "monkeys", "moo", "-join", "-leave")
"""Parts of the names of sound files without speech, such as ``beep``."""
_HIGH_PASS = signal.butter(2, 100, "highpass", fs=RATE, output="sos")


def cache() -> Path:
    """Return the directory in which fetched packages and synthesised speech are cached."""
    return cache_directory() / "corpus"


def package(name: str) -> Path:
    """Return the directory of the unpacked Debian package ``name``; fetch it first if it is not
    cached.

    Raise CorpusError if it cannot be fetched or unpacked.
    """
    there = cache() / "debian" / name
    if there.is_dir():
        return there
    for tool in ("apt-get", "dpkg"):
        if shutil.which(tool) is None:
            raise CorpusError(
                tr(
                    "{tool} is missing: unpack Debian's package {package} into {directory} by hand"
                ).format(tool=tool, package=name, directory=there)
            )
    there.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=there.parent) as work:
        _run(
            ["apt-get", "download", name],
            Path(work),
            tr("cannot fetch Debian's package {package}").format(package=name),
        )
        found = list(Path(work).glob("*.deb"))
        unpacked = Path(work) / "unpacked"
        _run(
            ["dpkg", "-x", found[0].name, "unpacked"],
            Path(work),
            tr("cannot unpack {package}").format(package=name),
        )
        if not there.is_dir():
            unpacked.rename(there)
    return there


def speech_files(name: str) -> list[Path]:
    """Return the files with speech of the Debian package ``name``, all by one speaker, sorted by
    name.

    Raise CorpusError if the package cannot be fetched.
    """
    folder = package(name) / "usr/share/asterisk/sounds"
    files = [path for path in folder.glob("*/*") if path.suffix in (".wav", ".gsm")]
    spoken = [path for path in files if not any(part in path.name for part in _NO_SPEECH)]
    return sorted(spoken, key=lambda path: path.name)


def music_files(name: str) -> list[Path]:
    """Return the WAV files of the Debian package ``name`` with music on hold, sorted by name.

    Raise CorpusError if the package cannot be fetched.
    """
    return sorted((package(name) / "usr/share/asterisk/moh").glob("*.wav"))


def read_sound(path: Path) -> Samples:
    """Return the samples of a sound file of a Debian package: 8 kHz mono, from WAV or raw GSM
    06.10.

    Each GSM file begins with a DC offset that is as strong as the voice and decays in 0.3 s. The
    offset is filtered out, because cutting off the first 0.3 s would leave a click before the first
    word. Raise CorpusError if a WAV file is not 16-bit mono at 8 kHz.
    """
    if path.suffix == ".gsm":
        import soundfile  # here, because only two packages need it

        raw, _ = soundfile.read(
            path, dtype="int16", format="RAW", subtype="GSM610", samplerate=RATE, channels=1
        )
        return np.asarray(signal.sosfiltfilt(_HIGH_PASS, raw[FRAME:-FRAME]), np.int16)
    with wave.open(str(path)) as sound:
        if sound.getframerate() != RATE or sound.getsampwidth() != 2 or sound.getnchannels() != 1:
            raise CorpusError(
                tr("{path} is not 16-bit mono at {rate} Hz").format(path=path, rate=RATE)
            )
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(np.int16)


def _run(command: list[str], work: Path, problem: str) -> None:
    """Run ``command`` in the directory ``work``. If it fails, raise CorpusError with ``problem``
    and the last line of the command's error output."""
    done = subprocess.run(command, cwd=work, capture_output=True, text=True)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise CorpusError(
            tr("{problem} (try `apt-get update`): {last}").format(problem=problem, last=last)
        )
