"""Percentiles by the nearest rank."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.hearing.ranks import nearest_rank


@given(st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=200), st.integers(0, 100))
def test_it_is_the_value_nearest_to_numpys_percentile(values: list[float], percent: int) -> None:
    array = np.array(values, np.float32)
    expected = np.percentile(array, percent, method="nearest")
    assert nearest_rank(array, percent) == expected


def test_there_is_no_percentile_of_nothing() -> None:
    with pytest.raises(IndexError, match="out of bounds"):
        nearest_rank(np.zeros(0), 40)
