"""A run of scenarios: which, where, how many at once, and what came of each."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ivr.config import RecordsSettings
from ivr.lab.lab import laboratory
from ivr.scenario import real, virtual
from ivr.scenario.real import Target
from ivr.scenario.records import RecordedCall, check_readable, records_of
from ivr.scenario.sounds import prepare
from ivr.scenario.stage import Stage
from ivr.scenario.steps import Scenario
from ivr.scenario.verdict import ScenarioVerdict, judge
from ivr.words.phrase_files import read_understander

AT_ONCE = 8
"""Calls at once. On two cores that carry the service, too, replies take 0.45 s with 6 of them and
0.49 s with 10; the shipped set takes four minutes with 8."""

Done = Callable[[Scenario], None]


@dataclass(frozen=True, slots=True)
class RunContext:
    """What every way to run scenarios needs."""

    stage: Stage
    scenarios: Sequence[Scenario]
    done: Done
    """Told of each scenario when it has been played."""

    def fast(self, sheet: Path) -> list[ScenarioVerdict]:
        """In virtual time; PhraseError when nobody can understand the caller of ``sheet``."""
        understander = read_understander(sheet)
        verdicts = []
        for scenario in self.scenarios:
            seen = virtual.play_virtually(scenario, self.stage, understander.meaning)
            verdicts.append(judge(scenario, seen, self.stage.spelled))
            self.done(scenario)
        return verdicts

    async def in_docker(self, checkout: Path, at_once: int) -> list[ScenarioVerdict]:
        """Through Asterisk in Docker; LabError when that cannot be built."""
        async with laboratory(checkout, max_calls=at_once + 5) as lab:
            phone = real.PHONE
            target = Target(lab.pbx.server, lab.number, phone, lab.pbx.password(phone))
            return await self.on(
                target, RecordsSettings(directory=lab.service.records_directory), at_once
            )

    async def on(
        self, target: Target, records: RecordsSettings | None, at_once: int
    ) -> list[ScenarioVerdict]:
        """Through any PBX; without ``records`` tickets and outcomes are not looked at.

        TargetError when it does not take the calls, ScenarioError when a sound cannot be made,
        NoRecordsError when the records cannot be looked into.
        """
        if records is not None:
            check_readable(records)
        for scenario in self.scenarios:
            prepare(scenario)
        made = await real.call_all(target, self.scenarios, at_once, self.done)
        found = [None] * len(made) if records is None else await records_of(
            records, [one.started for one in made]
        )  # fmt: skip
        return await asyncio.to_thread(self._judged, made, found)

    def _judged(
        self, made: Sequence[real.PlacedCall], found: Sequence[RecordedCall | None]
    ) -> list[ScenarioVerdict]:
        return [
            judge(one.scenario, real.seen(one, record, self.stage), self.stage.spelled)
            for one, record in zip(made, found, strict=True)
        ]
