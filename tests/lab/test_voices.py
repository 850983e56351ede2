"""The voices of the laboratory's callers."""

from pathlib import Path

import numpy as np
import pytest

from ivr.dialogue.meaning import Certainty
from ivr.hearing.g711 import decode_alaw, encode_alaw
from ivr.lab.natural_callers import NATURAL_CALLERS
from ivr.lab.voices import FOREIGN, FOREIGNER, OFF_TOPIC, SyntheticCaller, says
from ivr.recognition.model import load_model
from ivr.recognition.silero import SileroModel
from ivr.recognition.spans import transcribe
from ivr.words.phrase_files import read_understander


@pytest.mark.slow
@pytest.mark.parametrize("gain", [1.0, 1 / 16])
@pytest.mark.parametrize(
    ("words", "speaker"),
    [(FOREIGN, FOREIGNER), *((OFF_TOPIC, caller) for caller in NATURAL_CALLERS[:2])],
)
def test_a_sentence_about_nothing_is_surely_understood_at_no_offset(
    root: Path, gain: float, words: str, speaker: SyntheticCaller
) -> None:
    """A sentence that was misheard as a complaint at a quarter of all offsets failed SIP tests."""
    model, detectors = load_model(None), SileroModel.load()
    understander = read_understander(root / "prompts" / "sheet.toml")
    quiet = np.zeros(8000, np.int16)
    sound = np.concatenate([quiet, (says(words, speaker) * gain).astype(np.int16), quiet])
    for offset in range(0, 160, 16):
        wire = decode_alaw(encode_alaw(sound[offset:]))
        for _, transcript in transcribe(wire, model, detectors.stream()):
            assert understander.meaning(transcript.text).certainty is not Certainty.SURE
