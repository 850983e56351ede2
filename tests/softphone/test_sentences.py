"""A composed sentence is found clip by clip, and the joints between the clips are measured."""

import numpy as np
import pytest

from ivr.hearing.g711 import decode_alaw
from ivr.softphone.sentences import heard_sentence
from ivr.words.catalogue import Catalogue

from .joints import joints
from .sounds import catalogue, recording, syllables

IDLE = decode_alaw(b"\xd5" * 8000)
EDGE = decode_alaw(b"\xd5" * 160)
CLIPS = {f"digit.{n}": np.concatenate([EDGE, syllables(n, 2), EDGE]) for n in range(1, 5)}
IDS = list(CLIPS)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return catalogue(tmp_path_factory.mktemp("prompts"), CLIPS)


def test_every_clip_is_found_in_order_and_without_a_gap(clips: Catalogue) -> None:
    call = recording(IDLE, *CLIPS.values(), IDLE)
    heard = heard_sentence(call, clips, IDS)
    assert [clip.id for clip in heard] == IDS
    assert all(clip.correlation > 0.999 for clip in heard)
    assert heard[0].first == 8000
    for joint in joints(call, heard):
        assert joint.gap_seconds == pytest.approx(0.0, abs=1e-6)
        assert 0.04 <= joint.pause_seconds <= 0.12  # 20 ms at either side, and soft beginnings
        assert joint.click < 0.001


def test_a_digit_that_comes_twice_is_found_twice(clips: Catalogue) -> None:
    call = recording(IDLE, CLIPS["digit.1"], CLIPS["digit.1"], CLIPS["digit.2"], IDLE)
    heard = heard_sentence(call, clips, ["digit.1", "digit.1", "digit.2"])
    length = len(CLIPS["digit.1"])
    assert [clip.first for clip in heard] == [8000, 8000 + length, 8000 + 2 * length]


def test_a_gap_and_a_click_are_measured(clips: Catalogue) -> None:
    click = EDGE.copy()
    click[80] = 16000
    one, other = CLIPS["digit.1"], CLIPS["digit.2"]
    call = recording(IDLE, one, EDGE, EDGE, EDGE, click, EDGE, other, IDLE)
    (joint,) = joints(call, heard_sentence(call, clips, IDS[:2]))
    assert joint.gap_seconds == pytest.approx(0.1, abs=0.001)
    assert joint.click > 0.4


@pytest.mark.parametrize("gap", [0.12, 0.5])
def test_a_clip_that_stood_still_without_packets_is_found(clips: Catalogue, gap: float) -> None:
    """A busy PBX sends the rest of a clip with later timestamps."""
    broken = CLIPS["digit.2"]
    call = recording(
        IDLE, CLIPS["digit.1"], broken[:1280], gap, broken[1280:], CLIPS["digit.3"], IDLE
    )
    heard = heard_sentence(call, clips, IDS[:3])
    assert [clip.correlation > 0.999 for clip in heard] == [True] * 3
    assert heard[1].length == len(broken) + round(gap * 8000)
    assert heard[2].first == heard[1].first + heard[1].length


def test_a_clip_that_was_broken_off_for_longer_is_not_heard(clips: Catalogue) -> None:
    broken = CLIPS["digit.2"]
    call = recording(IDLE, broken[:1280], 0.6, broken[1280:], IDLE)
    assert not heard_sentence(call, clips, ["digit.2"])[0].heard


def test_a_missing_clip_is_not_heard_and_the_rest_is(clips: Catalogue) -> None:
    call = recording(IDLE, CLIPS["digit.1"], CLIPS["digit.3"], IDLE)
    heard = heard_sentence(call, clips, ["digit.1", "digit.2", "digit.3"])
    assert [clip.heard for clip in heard] == [True, False, True]


def test_a_call_that_ends_early_has_no_more_clips(clips: Catalogue) -> None:
    call = recording(CLIPS["digit.1"])
    assert [clip.heard for clip in heard_sentence(call, clips, IDS)] == [True, False, False, False]
