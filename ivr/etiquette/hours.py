"""The working hours, which decide whether a caller may be put through to people.

This module is pure: the local time is passed as an argument.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from ivr.translation import tr

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"([0-2]?\d):([0-5]\d)-([0-2]?\d):([0-5]\d)")
_DAY_MINUTES = 24 * 60

MinuteSpan = tuple[int, int]
"""A span of working time, in minutes since midnight: its first minute, and the first minute after
it. For example, (540, 720) is 9:00 to 12:00."""


class HoursError(Exception):
    """The working hours of the settings cannot be used.

    The message names the day and the remedy in one sentence.
    """


@dataclass(frozen=True, slots=True)
class Hours:
    """The working hours of a week, and the holidays and extra workdays that differ from it."""

    week: Mapping[int, tuple[MinuteSpan, ...]] = field(default_factory=dict)
    """The spans of working time by day of the week, 0 for Monday. If the mapping is empty, somebody
    always works."""
    holidays: frozenset[date] = frozenset()
    """Days on which nobody works."""
    workdays: frozenset[date] = frozenset()
    """调休: Saturdays and Sundays on which people work, with the hours of a Monday."""

    def open_at(self, local: datetime | None) -> bool:
        """Return True if somebody works at the company's local time ``local``, otherwise False.

        Return True also if ``local`` is None (unknown) or no working hours are set.
        """
        if not self.week or local is None:
            return True
        day = local.date()
        if day in self.holidays:
            return False
        minute = local.hour * 60 + local.minute
        spans = self.week.get(0 if day in self.workdays else day.weekday(), ())
        return any(begin <= minute < end for begin, end in spans)


def parse_hours(
    week: Mapping[str, str], holidays: Iterable[date] = (), workdays: Iterable[date] = ()
) -> Hours:
    """Return the working hours of settings such as ``{"mon": "09:00-12:00 13:30-18:00"}``.

    ``week`` maps a day, mon to sun, to its hours. If it is empty, somebody always works; otherwise
    nobody works on a day without an entry and on ``holidays``, and ``workdays`` have the hours of a
    Monday. Raise HoursError, which names the day and the remedy, if a day or its hours are wrong.
    """
    for day in week:
        if day not in DAYS:
            raise HoursError(
                tr("week has the day {day}: write one of {days}").format(
                    day=day, days=", ".join(DAYS)
                )
            )
    spans = {DAYS.index(day): tuple(_spans(day, text)) for day, text in week.items()}
    return Hours(spans, frozenset(holidays), frozenset(workdays))


def _spans(day: str, text: str) -> Iterable[MinuteSpan]:
    for piece in text.split():
        found = _SPAN.fullmatch(piece)
        numbers = [int(number) for number in found.groups()] if found else [0, 0, 0, 0]
        begin, end = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
        if not begin < end <= _DAY_MINUTES:
            raise HoursError(
                tr("week.{day} has {piece!r}: write 09:00-18:00, the earlier time first").format(
                    day=day, piece=piece
                )
            )
        yield begin, end
