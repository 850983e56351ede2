"""Shares, intervals and confusions."""

from math import isnan

import pytest

from ivr.bench.tally import confusion, share, wilson


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
