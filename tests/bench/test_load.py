"""The complaints that the bench of load counts in the service's log."""

from ivr.bench.load import complaints


def test_a_warning_about_a_call_is_a_complaint() -> None:
    lost = {"event": "tap_lost", "level": "warning"}
    assert complaints([{"event": "sheet_row_begun", "level": "info"}, lost]) == [lost]


def test_a_line_without_a_level_is_a_complaint() -> None:
    assert complaints([{"event": "Traceback (most recent call last):"}])


def test_the_built_in_model_is_no_complaint() -> None:
    assert complaints([{"event": "built_in_model_used", "level": "warning"}]) == []
