"""What the settings make of the house, and the dialplan's words of a call."""

from typing import Any

import pytest

from ivr.config import ConfigError, Settings
from ivr.etiquette.house import Transfers
from ivr.etiquette.knowledge import Knowledge
from ivr.service.settings_to_house import arrival_of, house_of, is_back


def settings(**groups: Any) -> Settings:
    return Settings(**groups)


def test_the_house_is_as_it_is_set() -> None:
    house = house_of(
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
        ({"complaints": {"complex": {"gold": 5}}}, "complex.gold is no class of customers"),
    ],
)
def test_a_wrong_setting_is_one_sentence(groups: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        house_of(settings(**groups), Knowledge())


def test_the_dialplan_tells_how_a_call_came() -> None:
    told = {"agi_callerid": "13800001234", "agi_arg_2": "4", "agi_arg_3": "37"}
    arrival = arrival_of(told, 1_795_687_200.0)
    assert (arrival.caller, arrival.rings, arrival.waited) == ("13800001234", 4, 37)
    assert arrival.local is not None
    assert arrival.local.utcoffset() is not None
    assert arrival.was_slow
    assert not is_back(told)
    assert is_back({"agi_arg_4": "back"})


@pytest.mark.parametrize("text", ["", "x", "-1", "٣", "999999"])
def test_what_is_no_number_is_no_wait(text: str) -> None:
    arrival = arrival_of({"agi_callerid": "unknown", "agi_arg_2": text}, 0.0)
    assert (arrival.caller, arrival.was_slow) == ("", False)
