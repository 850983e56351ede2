"""Working hours: days, holidays and weekends that are worked."""

# ruff: noqa: DTZ001 - the company's own time, as the rows get it

from datetime import datetime

import pytest

from ivr.etiquette.hours import Hours, HoursError, parse_hours
from tests.etiquette.turns import HOURS, NIGHT


@pytest.mark.parametrize(
    ("local", "is_open"),
    [
        (datetime(2026, 11, 23, 9, 0), True),
        (datetime(2026, 11, 23, 8, 59), False),
        (datetime(2026, 11, 23, 12, 30), False),
        (datetime(2026, 11, 23, 18, 0), False),
        (datetime(2026, 11, 24, 10, 0), False),
        (datetime(2026, 11, 27, 10, 0), False),
        (datetime(2026, 11, 28, 10, 0), True),
        (None, True),
    ],
)  # fmt: skip
def test_open_at_knows_spans_holidays_and_worked_weekends(
    local: datetime | None, is_open: bool
) -> None:
    assert HOURS.open_at(local) is is_open


def test_without_hours_it_is_always_open() -> None:
    assert Hours().open_at(NIGHT)


@pytest.mark.parametrize(
    ("week", "sentence"),
    [
        ({"monday": "09:00-18:00"}, "week has the day monday"),
        ({"mon": "9-18"}, "week.mon has '9-18'"),
        ({"mon": "18:00-09:00"}, "the earlier time first"),
        ({"mon": "09:00-25:00"}, "week.mon has '09:00-25:00'"),
    ],
)
def test_wrong_hours_are_refused_in_one_sentence(week: dict[str, str], sentence: str) -> None:
    with pytest.raises(HoursError, match=sentence):
        parse_hours(week)
