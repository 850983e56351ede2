"""The house made of the settings, and the arrival made of the dialplan's arguments."""

from typing import Any

import pytest

from ivr.config import ConfigError, Settings
from ivr.etiquette.house import Transfers
from ivr.etiquette.knowledge import Knowledge
from ivr.service.settings_to_house import (
    arrival_from_environment,
    house_from_settings,
    is_back_from_transfer,
)


def settings(**groups: Any) -> Settings:
    return Settings(**groups)


def test_the_house_has_the_values_of_the_settings() -> None:
    house = house_from_settings(
        settings(
            transfer={"human": "human"},
            hours={"week": {"mon": "09:00-18:00"}, "holidays": ["2026-10-01"]},
            complaints={"simple": {"vip": 1, "default": 2}, "customers": {"vip": ["138", "139"]}},
        ),
        Knowledge(),
    )
    assert house.transfers == Transfers("human")
    assert house.hours.week == {0: ((540, 1080),)}
    assert house.service_times["simple"] == {"vip": 1.0, "default": 2.0}
    assert house.customers == {"138": "vip", "139": "vip"}


@pytest.mark.parametrize(
    ("groups", "sentence"),
    [
        ({"hours": {"week": {"mon": "9"}}}, "hours.week.mon has '9'"),
        ({"complaints": {"simple": {"default": 1.5}}}, "simple.default = 1.5 cannot be spoken"),
        ({"complaints": {"complex": {"gold": 5}}}, "complex.gold is not a class of customers"),
    ],
)
def test_the_error_about_a_wrong_setting_names_it(groups: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        house_from_settings(settings(**groups), Knowledge())


def test_the_arguments_of_the_dialplan_say_how_a_call_came() -> None:
    told = {"agi_callerid": "13800001234", "agi_arg_2": "4", "agi_arg_3": "37"}
    arrival = arrival_from_environment(told, 1_795_687_200.0)
    assert (arrival.caller, arrival.rings, arrival.waited) == ("13800001234", 4, 37)
    assert arrival.local is not None
    assert arrival.local.utcoffset() is not None
    assert arrival.was_slow
    assert not is_back_from_transfer(told)
    assert is_back_from_transfer({"agi_arg_4": "back"})


@pytest.mark.parametrize("text", ["", "x", "-1", "٣", "999999"])
def test_an_argument_that_is_no_number_counts_as_zero(text: str) -> None:
    arrival = arrival_from_environment({"agi_callerid": "unknown", "agi_arg_2": text}, 0.0)
    assert (arrival.caller, arrival.was_slow) == ("", False)
