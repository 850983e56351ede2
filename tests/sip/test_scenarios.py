"""Shipped scenarios on real calls, one for each kind of caller; and a PBX that rejects calls.

``ivr scenario run`` plays all scenarios.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypedDict

import pytest
import pytest_asyncio

from ivr.config import RecordsSettings
from ivr.lab.lab import Lab
from ivr.lab.voices import OFF_TOPIC
from ivr.scenario.files import SHIPPED, read_scenarios
from ivr.scenario.real import PHONE, Target, TargetError
from ivr.scenario.run import RunContext
from ivr.scenario.stage import Stage
from ivr.scenario.steps import Scenario
from ivr.scenario.verdict import ScenarioVerdict

pytestmark = [
    pytest.mark.sip,
    pytest.mark.timeout(300),
    pytest.mark.asyncio(loop_scope="session"),
]

CHOSEN = (
    "没有声音：一个数据包也没有",
    "打断问候",
    "抱怨我们声音小",
    "客户声音小，一直小",
    "杂音太大",
    "称呼客户",
    "公司地址",
    "电话号码按键输入",
    "投诉态度",
    "道谢",
)
"""Names of the shipped scenarios: silence, barge-in, a louder and a slow rendering, a faint caller,
noise, a name, keys, a ticket, and a goodbye."""
NATURAL = "客户声音小，声音自然"
"""Name of a scenario of our own, whose faint caller has a natural voice."""
SCENARIO = """\
[[scenario]]
name = "NAME"
rows = ["low_volume"]
steps = [
  { line = "room", dbov = -70 },
  { hears = "greeting.ask" },
  { says = "WORDS", voice = "natural 2", dbov = -48 },
  { hears = "low_volume.louder" },
  { hangs_up = true },
]
outcome = "caller_hung_up"
""".replace("NAME", NATURAL).replace("WORDS", OFF_TOPIC)


@pytest.fixture(scope="module")
def stage(root: Path) -> Stage:
    """Return the sheet and the prompts that the laboratory's service uses."""
    return Stage.load(root / "prompts" / "sheet.toml", root / "prompts" / "rendered")


@pytest.fixture(scope="module")
def chosen(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> list[Scenario]:
    """Return the shipped scenarios of CHOSEN, and one with a natural voice."""
    file = tmp_path_factory.mktemp("natural") / "natural.toml"
    file.write_text(SCENARIO, encoding="utf-8")
    read = read_scenarios([SHIPPED, file], stage.sheet)
    return [each for each in read if each.name in (*CHOSEN, NATURAL)]


@pytest.fixture(scope="module")
def target(lab: Lab) -> Target:
    """Return the laboratory's PBX as the target of the calls."""
    return Target(lab.pbx.server, lab.number, PHONE, lab.pbx.password(PHONE))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def verdicts(
    lab: Lab, stage: Stage, chosen: list[Scenario], target: Target
) -> Mapping[str, ScenarioVerdict]:
    """Play the scenarios at once, and return the verdict of each by its name."""
    played = await RunContext(stage, chosen, lambda _: None).on(
        target, RecordsSettings(directory=lab.service.records_directory), len(chosen)
    )
    return {verdict.scenario.name: verdict for verdict in played}


@pytest.mark.parametrize("name", [*CHOSEN, NATURAL])
async def test_the_scenario_passes(verdicts: Mapping[str, ScenarioVerdict], name: str) -> None:
    """Words, waits, renderings, values and tickets are judged, as in virtual time."""
    verdict = verdicts[name]
    assert verdict.passed, [*verdict.problems, *map(str, verdict.seen.spoken)]


async def test_the_report_has_sound_and_transcript(verdicts: Mapping[str, ScenarioVerdict]) -> None:
    """It has the sound of both directions, and the transcript of the call's record."""
    seen = verdicts["投诉态度"].seen
    assert len(seen.bot_sound.samples) > 8000 * 20
    assert len(seen.caller_sound.samples) > 8000 * 20
    assert any("态度太差" in line.says for line in seen.transcript if line.who == "caller")


class Change(TypedDict, total=False):
    """The wrong fields of a target."""

    number: str
    password: str


@pytest.mark.parametrize(
    ("change", "told"),
    [({"number": "999"}, "there is no number 999"), ({"password": "no"}, "does not accept user")],
)
async def test_the_error_of_a_rejected_call_names_the_scenario(
    stage: Stage, chosen: list[Scenario], target: Target, change: Change, told: str
) -> None:
    """It is one sentence that begins with file and line of the scenario."""
    wrong = replace(target, **change)
    with pytest.raises(TargetError, match=told) as caught:
        await RunContext(stage, chosen[:2], lambda _: None).on(wrong, None, 2)
    assert str(caught.value).startswith(chosen[0].place())
