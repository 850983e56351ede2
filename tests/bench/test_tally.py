"""Shares, intervals, confusions and edit distances are computed as defined."""

from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.bench.tally import confusion, edit_distance, share, wilson


@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662), (0, 0, 0.0, 1.0)],
)
def test_wilsons_interval_is_that_of_the_literature(
    right: int, total: int, low: float, high: float
) -> None:
    assert wilson(right, total) == pytest.approx((low, high), abs=1e-4)


def test_a_share_of_no_flags_is_not_a_number() -> None:
    assert share([True, False, True, True]) == 0.75
    assert isnan(share([]))


def test_a_confusion_matrix_counts_the_answers_of_each_label() -> None:
    table = confusion([("ok", "ok"), ("ok", "noise"), ("noise", "noise"), ("ok", "ok")])
    assert table == {"ok": {"ok": 2, "noise": 1}, "noise": {"noise": 1}}


@given(st.text("我要投诉"), st.text("我要投诉"))
def test_an_edit_distance_is_a_metric_that_counts_signs(one: str, other: str) -> None:
    apart = edit_distance(one, other)
    assert apart == edit_distance(other, one)
    assert (apart == 0) == (one == other)
    assert abs(len(one) - len(other)) <= apart <= max(len(one), len(other))
    assert edit_distance(one, one + "吗") == 1
    assert edit_distance("我" + one, one) == 1


@pytest.mark.parametrize(
    ("wanted", "heard", "apart"),
    [("投诉", "头数", 2), ("我要投诉", "要投诉", 1), ("", "喂", 1), ("一二三", "一三二", 2)],
)
def test_edit_distances_are_those_counted_by_hand(wanted: str, heard: str, apart: int) -> None:
    assert edit_distance(wanted, heard) == apart
