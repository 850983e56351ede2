"""The voices that a scenario's caller can have."""

import numpy as np
import pytest

from ivr.lab.natural_callers import NATURAL_CALLERS
from ivr.lab.voices import says
from ivr.scenario.sounds import voice
from ivr.scenario.steps import Says

from .conftest import Played

WORDS = "不好意思打错电话了"
CALL = """\
[[scenario]]
name = "x"
rows = ["wrong_number"]
steps = [
  { hears = "greeting.ask" },
  { says = "不好意思打错电话了", voice = "natural 2" },
  { hears = "wrong_number.explain" },
  { hangs_up = true },
]
"""


@pytest.mark.slow
def test_a_natural_voice_is_that_of_the_natural_caller() -> None:
    spoken = voice(Says(says=WORDS, voice="natural 2")).astype(float)
    wanted = says(WORDS, NATURAL_CALLERS[1]).astype(float)
    assert spoken.shape == wanted.shape
    assert np.corrcoef(spoken, wanted)[0, 1] > 0.999


def test_natural_is_the_first_natural_caller() -> None:
    spoken, first = (voice(Says(says=WORDS, voice=name)) for name in ("natural", "natural 1"))
    np.testing.assert_array_equal(spoken, first)


def test_a_natural_voice_is_understood_in_virtual_time(played: Played) -> None:
    verdict = played(CALL)
    assert verdict.passed, verdict.problems
