"""The timeline of the prompts that were played, and their references."""

import numpy as np
import pytest

from ivr.hearing.frames import FRAME, FRAME_SECONDS, RATE
from ivr.hearing.level import FLOOR_DBOV
from ivr.hearing.played import Played, Reference
from ivr.lab.voices import says

COUNTING = Reference.of(np.arange(1, 4 * FRAME + 1, dtype=np.int16))
"""A prompt of four frames whose samples are 1, 2, 3 and so on."""


def test_clips_that_follow_one_another_have_one_reference() -> None:
    parts = [Reference.of(says(words)[: 160 * 40]) for words in ("张先生", "请问您贵姓")]
    joined = Reference.joined(parts)
    whole = Reference.of(np.concatenate([part.samples for part in parts]))
    assert np.array_equal(joined.samples, whole.samples)
    assert np.allclose(joined.levels, whole.levels)
    assert Reference.joined(parts[:1]) is parts[0]
    assert len(Reference.joined([]).samples) == 0


def test_samples_are_found_by_when_they_were_played() -> None:
    """Before and after the prompt there are zeros."""
    played = Played()
    played.start(COUNTING, 10.0)
    assert played.ended == pytest.approx(10.0 + 4 * FRAME_SECONDS)
    assert played.samples_until(10.0 + 3 / RATE, 5).tolist() == [0, 0, 1, 2, 3]
    assert played.samples_until(played.ended + 1 / RATE, 3).tolist() == [639, 640, 0]
    assert not played.samples_until(9.0, 100).any()


def test_a_prompt_that_was_cut_was_not_played_to_its_end() -> None:
    played = Played()
    played.start(COUNTING, 10.0)
    played.stop(10.0 + FRAME_SECONDS)
    played.stop(11.0)
    assert played.ended == pytest.approx(10.0 + FRAME_SECONDS)
    assert played.samples_until(10.0 + FRAME_SECONDS + 2 / RATE, 4).tolist() == [159, 160, 0, 0]


def test_the_next_prompt_cuts_the_one_before() -> None:
    played = Played()
    played.start(COUNTING, 10.0)
    played.start(COUNTING, 10.0 + FRAME_SECONDS)
    assert played.samples_until(10.0 + FRAME_SECONDS + 2 / RATE, 4).tolist() == [159, 160, 1, 2]


def test_the_level_is_that_of_the_frame_that_plays() -> None:
    played = Played()
    assert played.level_at(0.0) == FLOOR_DBOV
    played.start(COUNTING, 10.0)
    assert played.level_at(10.0 + 1.5 * FRAME_SECONDS) == COUNTING.levels[1]
    assert played.level_at(9.9) == played.level_at(11.0) == FLOOR_DBOV


def test_before_the_first_prompt_nothing_was_played() -> None:
    assert Played().ended == float("-inf")
    assert not Played().samples_until(1.0, 100).any()
