"""The engines that the tests of worker processes run with: Vosk, and sherpa-onnx in two ways."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ivr.hearing.g711 import Samples
from tests.recognition.toy_recognisers import write_toy_model
from tests.recognition.toy_tones import tones
from tests.recognition.workers import spoken

EngineName = Literal["vosk", "streaming", "pair"]
ENGINES: tuple[EngineName, ...] = ("vosk", "streaming", "pair")
"""``streaming`` is a streaming model of sherpa-onnx; ``pair`` is an offline one, which decodes in a
thread of its own, with a streaming one for the words meanwhile."""


@dataclass(frozen=True)
class Engine:
    """A model, and the callers whom it understands."""

    name: EngineName
    model: Path
    says: Callable[[str], Samples]
    """Function that returns the sound of a text."""
    phrases: tuple[str, ...]
    """Seven texts that are recognised without an error."""


def make_engine(name: EngineName, tiny: Path, place: Path) -> Engine:
    """Return the engine; ``tiny`` is the built-in model, and toys are written to ``place``."""
    if name == "vosk":
        phrases = (
            "我要投诉",
            "打错了",
            "转人工",
            "你们公司在哪里",
            "怎么购买",
            "再见",
            "听不清楚",
        )
        voices = {phrase: n % 2 for n, phrase in enumerate(phrases)}
        return Engine(name, tiny, lambda text: spoken(text, voices.get(text, 0)), phrases)
    if name == "streaming":
        model = write_toy_model(place, "zipformer2_ctc")
    else:
        write_toy_model(place / "guesses", "zipformer2_ctc")
        model = write_toy_model(place, "zipformer_ctc", guesses="guesses")
    phrases = ("我要投诉", "再见", "你们客服", "要", "投诉你们客服", "我再投诉你们", "见你")
    return Engine(name, model, tones, phrases)
