"""The stage that all scenarios are played on, and scenario files as testers write them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.scenario.files import read_scenarios
from ivr.scenario.stage import Stage
from ivr.scenario.steps import Scenario
from ivr.scenario.verdict import ScenarioVerdict, judge
from ivr.scenario.virtual import play_virtually
from tests.caller import understander

Write = Callable[[str], Path]
Played = Callable[[str], ScenarioVerdict]


@pytest.fixture(scope="session")
def stage(root: Path) -> Stage:
    """The shipped sheet with its rendered prompts."""
    return Stage.load(root / "prompts" / "sheet.toml", root / "prompts" / "rendered")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A function that writes a text into a scenario file and returns its path."""

    def written(text: str) -> Path:
        path = tmp_path / "calls.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


@pytest.fixture
def played(stage: Stage, write: Write) -> Played:
    """A function that plays the only scenario of a text in virtual time."""

    def verdict(text: str) -> ScenarioVerdict:
        (scenario,) = read_scenarios([write(text)], stage.sheet)
        return verdict_of(scenario, stage)

    return verdict


def verdict_of(scenario: Scenario, stage: Stage) -> ScenarioVerdict:
    """Play a scenario in virtual time and return its verdict."""
    return judge(scenario, play_virtually(scenario, stage, understander().meaning), stage.spelled)
