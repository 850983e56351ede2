"""Prompts and recordings that are made for the tests."""

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from ivr.hearing.g711 import Samples, decode_alaw, encode_alaw
from ivr.softphone.recording import CallRecording
from ivr.softphone.rtp import SAMPLES_PER_PACKET, pack
from ivr.softphone.script import ALAW, Codec
from ivr.words.catalogue import Catalogue, Manifest, RenderedPrompt, Rendering

LEAD_IN, TAIL = 640, 1200


def syllables(seed: int, count: int) -> np.ndarray:
    """Return a sound like speech: bursts of coloured noise of 150 to 250 ms, with pauses."""
    generator = np.random.default_rng(seed)
    pieces = []
    for _ in range(count):
        length = int(generator.integers(1200, 2000))
        noise = np.fft.rfft(generator.normal(0, 1, length))
        hz = np.arange(len(noise)) * 8000 / length
        centre = generator.uniform(300, 2500)
        burst = np.fft.irfft(noise * np.exp(-(((hz - centre) / 300) ** 2)), length)
        burst *= np.hanning(length) * 6000 / np.sqrt(np.mean(burst**2))
        pieces += [burst, np.zeros(int(generator.choice([0, 400, 2400], p=[0.5, 0.4, 0.1])))]
    return np.concatenate(pieces)


def prompt(*speech: np.ndarray, gain: float = 1.0) -> Samples:
    """Return speech with the lead-in and tail of a file, in whole packets, coded by a-law."""
    sound = np.concatenate([np.zeros(LEAD_IN), *speech, np.zeros(TAIL)]) * gain
    sound = np.concatenate([sound, np.zeros(-len(sound) % SAMPLES_PER_PACKET)])
    return decode_alaw(encode_alaw(sound.clip(-32768, 32767).astype(np.int16)))


def catalogue(
    directory: Path, prompts: dict[str, Samples], slow: dict[str, Samples] | None = None
) -> Catalogue:
    """Write a rendered directory with these prompts and return its catalogue.

    ``slow`` has those that are rendered slowly, too.
    """
    recordings = _written(directory, prompts, "normal")
    variants: dict[Rendering, dict[str, RenderedPrompt]] = {}
    if slow is not None:
        variants["slow"] = _written(directory, slow, "slow")
    manifest = Manifest("test", "test", recordings, variants)
    (directory / "manifest.json").write_text(manifest.dump(), encoding="utf-8")
    return Catalogue.load(directory)


def _written(
    directory: Path, prompts: dict[str, Samples], rendering: Rendering
) -> dict[str, RenderedPrompt]:
    entries = {
        id: RenderedPrompt(id, id, "", len(samples) / 8000, -22.0, -6.0, rendering=rendering)
        for id, samples in prompts.items()
    }
    for id, entry in entries.items():
        path = directory / entry.file("alaw")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode_alaw(prompts[id]))
    return entries


def recording(
    *pieces: Samples | float,
    codec: Codec = ALAW,
    lost: Collection[int] = (),
    jitter: Sequence[float] = (0.0,),
) -> CallRecording:
    """Return a call, answered at 100.0 s, that brought these sounds.

    A number among ``pieces`` is that many seconds without RTP. ``lost`` are the indexes of lost
    packets; ``jitter`` are delays of packets in seconds, which are repeated.
    """
    datagrams, position, number = [], 0, 0
    for piece in pieces:
        if isinstance(piece, float):
            position += round(piece * 8000)
            continue
        octets = codec.encode(piece)
        for at in range(0, len(octets), SAMPLES_PER_PACKET):
            payload = octets[at : at + SAMPLES_PER_PACKET]
            packet = pack(codec.payload_type, number, position, 5, payload, marker=at == 0)
            if number not in lost:
                time = 100.0 + position / 8000 + jitter[number % len(jitter)]
                datagrams.append((time, packet))
            position += len(payload)
            number += 1
    ended = 100.0 + position / 8000
    return CallRecording("700", codec, 99.9, None, 100.0, ended, "callee", 200, "OK", datagrams, ())
