"""Every bench gives its result in the same form, and a limit that is not kept fails it."""

import json
from math import nan

from ivr.bench.result import BenchResult, measured, percentile


def result(accuracy: float) -> BenchResult:
    figures = {"accuracy": accuracy, "delay_p95_s": 1.0}
    limits = {"accuracy": 0.99, "delay_p95_s": 3.0}
    return BenchResult("hearing", figures, limits, 7, seed=2, at_least=frozenset({"accuracy"}))


def test_a_figure_with_a_smallest_value_passes_when_it_is_larger() -> None:
    assert result(0.995).passed
    assert not result(0.98).passed


def test_a_figure_with_a_largest_value_passes_when_it_is_smaller() -> None:
    assert BenchResult("waits", {"error_ms": 4.0}, {"error_ms": 5.0}, 1).passed
    assert not BenchResult("waits", {"error_ms": 6.0}, {"error_ms": 5.0}, 1).passed


def test_a_figure_that_was_not_measured_fails_its_limit_and_is_left_out() -> None:
    unmeasured = result(nan)
    assert not unmeasured.passed
    assert json.loads(unmeasured.dump())["figures"] == {"delay_p95_s": 1.0}
    assert not BenchResult("waits", {}, {"error_ms": 5.0}, 1).passed


def test_a_problem_fails_a_bench_whose_figures_keep_their_limits() -> None:
    failed = BenchResult("load", {}, {}, 1, problems=("a call was not answered",))
    assert not failed.passed
    assert json.loads(failed.dump())["problems"] == ["a call was not answered"]


def test_a_result_is_one_line_with_the_same_keys_for_every_bench() -> None:
    line = result(0.995).dump()
    assert "\n" not in line
    assert list(json.loads(line)) == [
        "bench", "pass", "figures", "limits", "samples", "seed", "machine",
    ]  # fmt: skip
    assert json.loads(line) | {"machine": ""} == {
        "bench": "hearing",
        "pass": True,
        "figures": {"accuracy": 0.995, "delay_p95_s": 1.0},
        "limits": {"accuracy": 0.99, "delay_p95_s": 3.0},
        "samples": 7,
        "seed": 2,
        "machine": "",
    }


def test_a_percentile_lies_between_two_values_and_there_is_none_of_no_values() -> None:
    assert percentile([1.0, 2.0], 50) == 1.5
    assert measured({"none": percentile([], 50), "one": percentile([3.0], 99)}) == {"one": 3.0}
