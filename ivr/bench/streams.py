"""``ivr bench streams``: CPU cost of hearing many callers at once, with the detectors of calls.

An ear is the object that holds the detectors of one call. Time is virtual: the streams of the
callers get their next 20 ms in turn. Each ear therefore finds the processor's caches filled by the
other streams, as in real calls. Every cost is measured in 3 passes (``passes``) by the CPU time of
the process. The least of the 3 counts, because other processes disturb the measurement.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import process_time

import numpy as np

from ivr.bench.plots import picture
from ivr.bench.result import BenchResult
from ivr.hearing.ear import Ear, VoiceDetector
from ivr.hearing.frames import CHUNK, CHUNK_SECONDS, FRAME, FRAME_SECONDS, RATE
from ivr.hearing.g711 import ALAW_IDLE, Samples, decode_alaw, encode_alaw
from ivr.lab.voices import PHRASES, says
from ivr.recognition.silero import SileroModel

PAUSE_SECONDS = 0.5
"""Seconds of pause between two sentences of a talking caller."""
COMFORT_DBOV = -70.0
"""Level in dBov of the comfort noise of a silent caller."""
SPREAD = 37
"""Distance between the starting points of two neighbouring streams, in frames of 20 ms. All streams
play the same recording; without this distance they would hear the same audio at the same time."""
WARM_SECONDS = 1.0
"""Seconds of audio that are played before the measurement begins. They fill the caches of the
processor."""
LIMITS = {"talking": 1.0, "silent": 0.1}
"""Upper limit for the cost of one stream, in percent of a core; the bench fails above it. It is 1 %
for a talking caller, 0.1 % for a silent one."""
EAR_ONLY, RATIO = "ear_only_core_percent", "alaw_decode_ratio"

Pass = Callable[[], float]
"""A function that measures once. It returns a cost: the CPU seconds that one second of audio of one
caller takes."""


@dataclass(frozen=True, slots=True)
class Sounds:
    """The audio that three kinds of callers send, as octets of a-law at 8 kHz."""

    talking: bytes
    """Speech with pauses."""
    silent: bytes
    """Comfort noise, without a voice."""
    dead: bytes
    """A line without any sound: the octet of a-law silence again and again."""


def sounds(seconds: float, seed: int) -> Sounds:
    """Return the audio of three kinds of callers: speech with pauses, comfort noise, a dead line.

    Each lasts ``seconds`` seconds; ``seed`` is the random seed of the noise.
    """
    count = round(seconds / FRAME_SECONDS) * FRAME
    pause = np.zeros(round(PAUSE_SECONDS * RATE), np.int16)
    turns = [
        part
        for n, text in enumerate(PHRASES[n % len(PHRASES)] for n in range(12))
        for part in (says(text, n), pause)
    ]
    noise = np.random.default_rng(seed).normal(0, 32768 * 10 ** (COMFORT_DBOV / 20), count)
    return Sounds(
        encode_alaw(np.resize(np.concatenate(turns), count)),
        encode_alaw(noise.astype(np.int16)),
        bytes([ALAW_IDLE]) * count,
    )


def measure(
    streams: Sequence[int],
    *,
    seconds: float = 10.0,
    passes: int = 3,
    seed: int = 1,
    done: Callable[[], None] = lambda: None,
) -> BenchResult:
    """Measure the CPU cost of hearing one caller when many callers are heard at once.

    A stream is the audio of one caller. ``streams`` holds the numbers of simultaneous streams to
    measure, such as 1 and 50. Each stream has ``seconds`` seconds of audio. Every figure is the
    least of ``passes`` measurements. ``seed`` is the random seed of the noise. ``done`` is called
    after each figure, :func:`streams_steps` times in all. Raise ModelError when the voice detector
    cannot be loaded.
    """
    model = SileroModel.load()
    sent = sounds(seconds, seed)
    chunks = _chunks(sent.talking)
    measured: dict[str, Pass] = {
        "alaw_decode": partial(_decode, sent.talking),
        EAR_ONLY: _ear_only(model, sent.talking),
    }
    for count in streams:
        for kind in ("talking", "silent", "dead"):
            listen = partial(_listen, getattr(sent, kind), count)
            measured[f"{kind}_{count}_core_percent"] = partial(listen, model.stream)
        measured[f"detector_{count}_core_percent"] = partial(_detect, model, chunks, count)
    assert len(measured) == streams_steps(streams)
    figures = {}
    for name, one in measured.items():
        figures[name] = 100 * min(one() for _ in range(passes))
        done()
    few, many = min(streams), max(streams)
    at_few = figures[f"talking_{few}_core_percent"]
    figures[RATIO] = at_few / figures.pop("alaw_decode")
    figures[f"growth_{many}_to_{few}"] = figures[f"talking_{many}_core_percent"] / at_few
    return BenchResult(
        bench="streams",
        figures=figures,
        limits={
            f"{kind}_{count}_core_percent": limit
            for kind, limit in LIMITS.items()
            for count in streams
        },
        samples=sum(streams),
        seed=seed,
    )


def streams_steps(streams: Sequence[int]) -> int:
    """Return how often :func:`measure` will call ``done``: the length of the progress bar.

    ``streams`` holds the numbers of simultaneous streams that will be given to :func:`measure`.
    """
    return 2 + 4 * len(streams)


def draw_streams(result: BenchResult, streams: Sequence[int], directory: Path) -> None:
    """Draw how the cost of one stream depends on the number of simultaneous streams.

    The picture is ``streams.png`` in ``directory``. ``result`` is the result of :func:`measure`,
    ``streams`` the numbers of streams that were measured.
    """
    with picture(directory / "streams.png", (8, 4)) as axes:
        for kind in ("talking", "silent", "dead", "detector"):
            cost = [result.figures[f"{kind}_{count}_core_percent"] for count in streams]
            style = "--" if kind.startswith("detector") else "-"
            axes.plot(streams, cost, style, marker="o", label=kind.replace("_", ", "))
        for kind, limit in LIMITS.items():
            axes.axhline(limit, color="0.6", linewidth=0.8)
            axes.text(min(streams), limit, f"limit {kind}", fontsize=7, va="bottom", color="0.4")
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xticks(streams, [str(count) for count in streams])
        axes.minorticks_off()
        axes.set_xlabel("streams at once")
        axes.set_ylabel("% of a core for each")
        axes.set_title(result.machine, fontsize=8)
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))


def _frames(sound: Samples) -> list[Samples]:
    return [sound[at : at + FRAME] for at in range(0, len(sound) - FRAME + 1, FRAME)]


def _chunks(octets: bytes) -> list[memoryview]:
    """Divide a-law ``octets`` into the chunks that a voice detector takes.

    A chunk is CHUNK float32 samples in ±1 at 8 kHz.
    """
    sound = decode_alaw(octets).astype(np.float32) / 32768
    return [chunk.data for chunk in sound[: len(sound) // CHUNK * CHUNK].reshape(-1, CHUNK)]


def _clocked(rounds: Iterable[Callable[[], object]], warm: int, seconds: float) -> float:
    """Call each function of ``rounds`` once; return the CPU seconds for one second of audio.

    Each function plays ``seconds`` seconds of audio to a detector. The time of the first ``warm``
    functions is not counted.
    """
    counted, began = 0, process_time()
    for n, play in enumerate(rounds):
        if n == warm:
            began = process_time()
        play()
        counted += n >= warm
    return (process_time() - began) / (counted * seconds)


def _listen(octets: bytes, count: int, detector: Callable[[], VoiceDetector]) -> float:
    """Let ``count`` ears hear audio in turn; return the CPU seconds per ear and second of audio.

    An ear is the detectors of one call; ``detector`` returns a new voice detector for it. All ears
    hear the same a-law recording ``octets``, but each begins at another place in it.
    """
    frames = _frames(decode_alaw(octets))
    ears = [Ear(detector(), 0.0) for _ in range(count)]

    def rounds() -> Iterator[Callable[[], None]]:
        for n in range(len(frames)):
            yield partial(hear, n, (n + 1) * FRAME_SECONDS)

    def hear(n: int, now: float) -> None:
        for at, ear in enumerate(ears):
            ear.hear(frames[(n + at * SPREAD) % len(frames)], now)

    return _clocked(rounds(), round(WARM_SECONDS / FRAME_SECONDS), FRAME_SECONDS) / count


def _ear_only(model: SileroModel, octets: bytes) -> Pass:
    """Return a function that measures an ear (a call's detectors) without its voice detector.

    A voice detector of ``model`` first hears the a-law ``octets``, and its answers are recorded. In
    the measurement, the recorded answers take the place of the voice detector.
    """
    learning = _Remembering(model.stream())
    _listen(octets, 1, lambda: learning)
    return lambda: _listen(octets, 1, lambda: _Answering(learning.answers))


class _Remembering:
    """A voice detector that passes all audio to another one and records its answers."""

    def __init__(self, detector: VoiceDetector) -> None:
        self._detector = detector
        self.answers: list[float] = []

    def process(self, chunk: memoryview) -> float:
        self.answers.append(self._detector.process(chunk))
        return self.answers[-1]

    def reset(self) -> None:
        self._detector.reset()


class _Answering:
    """A voice detector that replays recorded answers and costs nothing."""

    def __init__(self, answers: Sequence[float]) -> None:
        self._answers = iter(answers)

    def process(self, chunk: memoryview) -> float:
        return next(self._answers)

    def reset(self) -> None:
        """Do nothing: the replayed answers do not depend on a state."""


def _detect(model: SileroModel, chunks: Sequence[memoryview], count: int) -> float:
    """Let ``count`` voice detectors of ``model`` hear audio in turn, and measure their cost.

    ``chunks`` is the audio, in chunks of the size that a detector takes. Return the CPU seconds
    that one detector takes for one second of audio.
    """
    streams = [model.stream() for _ in range(count)]

    def turn(n: int) -> None:
        for at, stream in enumerate(streams):
            stream.process(chunks[(n + at * SPREAD) % len(chunks)])

    rounds = (partial(turn, n) for n in range(len(chunks)))
    return _clocked(rounds, round(WARM_SECONDS / CHUNK_SECONDS), CHUNK_SECONDS) / count


def _decode(octets: bytes) -> float:
    """Return the CPU seconds for decoding one second of ``octets`` (a-law) in frames of 20 ms."""

    def rounds() -> Iterator[Callable[[], object]]:
        for at in range(0, len(octets), FRAME):
            yield partial(decode_alaw, octets[at : at + FRAME])

    return _clocked(rounds(), round(WARM_SECONDS / FRAME_SECONDS), FRAME_SECONDS)
