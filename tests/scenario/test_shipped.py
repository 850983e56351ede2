"""The scenarios that come with the product, in virtual time."""

from itertools import chain

import pytest

from ivr.paths import SHARE
from ivr.scenario.files import SHIPPED, read_scenarios
from ivr.scenario.stage import Stage
from ivr.scenario.steps import Scenario
from ivr.words.wording import read_sheet

from .conftest import verdict_of

SCENARIOS = read_scenarios([SHIPPED], read_sheet(SHARE / "sheet.toml"))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_shipped_scenario_goes_as_written(stage: Stage, scenario: Scenario) -> None:
    verdict = verdict_of(scenario, stage)
    transcript = "\n".join(
        f"{line.at:7.2f} {line.who} {line.says}" for line in verdict.seen.transcript
    )
    assert verdict.passed, "\n".join([*verdict.problems, transcript])


def test_every_row_of_the_sheet_is_proven_by_a_scenario(stage: Stage) -> None:
    proven = set(chain.from_iterable(scenario.table.rows for scenario in SCENARIOS))
    assert proven == set(stage.sheet)
