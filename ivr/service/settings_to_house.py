"""Turns settings into a House, and an AGI environment into an Arrival.

The House holds the company's rules, such as working hours. The Arrival holds what is known of a
call when it comes in.
"""

from collections.abc import Mapping
from datetime import datetime

from ivr.config import ConfigError, Settings
from ivr.etiquette.complaints import ANYBODY
from ivr.etiquette.hours import HoursError, parse_hours
from ivr.etiquette.house import Arrival, House, Transfers
from ivr.etiquette.knowledge import Knowledge
from ivr.records.output import SHANGHAI
from ivr.translation import tr

_MOST_HOURS = 99
"""Upper limit for the hours of a service time: the prompts cannot speak larger numbers of hours."""


def house_from_settings(settings: Settings, knowledge: Knowledge) -> House:
    """Return the House (the company's rules) of the settings: transfers, hours, service times.

    ``knowledge`` is added to it. Raise ConfigError, which names setting and remedy, when a setting
    cannot be used.
    """
    transfer, hours, complaints = settings.transfer, settings.hours, settings.complaints
    try:
        worked = parse_hours(hours.week, hours.holidays, hours.workdays)
    except HoursError as error:
        raise ConfigError(f"hours.{error}") from None
    times = {"simple": complaints.simple, "complex": complaints.complex}
    for kind, by_customer in times.items():
        for customer, figure in by_customer.items():
            if not (figure.is_integer() and 1 <= figure <= _MOST_HOURS):
                raise ConfigError(
                    tr(
                        "complaints.{kind}.{customer} = {figure:g} cannot be spoken: give "
                        "whole hours from 1 to {most}"
                    ).format(kind=kind, customer=customer, figure=figure, most=_MOST_HOURS)
                )
            if customer not in (ANYBODY, *complaints.customers):
                raise ConfigError(
                    tr(
                        "complaints.{kind}.{customer} is not a class of customers: list their "
                        "numbers in complaints.customers, or write {anybody}"
                    ).format(kind=kind, customer=customer, anybody=ANYBODY)
                )
    return House(
        Transfers(transfer.human, transfer.supervisor, transfer.automatic),
        worked,
        knowledge,
        times,
        {number: name for name, numbers in complaints.customers.items() for number in numbers},
    )


def arrival_from_environment(environment: Mapping[str, str], wall: float) -> Arrival:
    """Return the Arrival of a call, read from the AGI arguments that ivr-hotline.conf sends.

    ``wall`` is the time of the answer in seconds since 1970 (UTC).
    """
    return Arrival(
        environment.get("agi_callerid", "").removeprefix("unknown"),
        datetime.fromtimestamp(wall, SHANGHAI),
        _number(environment.get("agi_arg_2", "")),
        _number(environment.get("agi_arg_3", "")),
    )


def is_back_from_transfer(environment: Mapping[str, str]) -> bool:
    """Return True if the caller comes back from a transfer that nobody answered, otherwise False.

    ``environment`` holds the variables that Asterisk sends at the start of an AGI session.
    """
    return environment.get("agi_arg_4", "") == "back"


def _number(text: str) -> int:
    """Return an AGI argument of one to five digits as a number; 0 for any other text."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0
