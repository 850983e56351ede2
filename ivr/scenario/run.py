"""A run of scenarios, in virtual time or on real calls, and its verdicts."""

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
"""Default number of calls at the same time. On two cores that also run the service, replies take
0.45 s with 6 calls and 0.49 s with 10. With 8, calls therefore hardly delay each other, and the
shipped set takes four minutes."""

Done = Callable[[Scenario], None]
"""A function that is called with each scenario after it has been played."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """The scenarios of one run, with the sheet and the prompts (``stage``) that they need.

    ``done`` is called with each scenario after it has been played.
    """

    stage: Stage
    scenarios: Sequence[Scenario]
    done: Done

    def fast(self, sheet: Path) -> list[ScenarioVerdict]:
        """Play the scenarios in virtual time, without a PBX and sound, and return the verdicts.

        ``sheet`` is the file of the etiquette sheet. The phrases by which callers are understood
        are in its directory; raise PhraseError when they cannot be used.
        """
        understander = read_understander(sheet)
        verdicts = []
        for scenario in self.scenarios:
            seen = virtual.play_virtually(scenario, self.stage, understander.meaning)
            verdicts.append(judge(scenario, seen, self.stage.spelled))
            self.done(scenario)
        return verdicts

    async def in_docker(self, checkout: Path, at_once: int) -> list[ScenarioVerdict]:
        """Play the scenarios as real calls through Asterisk in Docker, and return the verdicts.

        ``checkout`` is the directory of the project's checkout. ``at_once`` is the number of calls
        at the same time. Raise LabError when Asterisk or the service beside it cannot be started,
        and the errors of :meth:`on`.
        """
        async with laboratory(checkout, max_calls=at_once + 5) as lab:
            phone = real.PHONE
            target = Target(lab.pbx.server, lab.number, phone, lab.pbx.password(phone))
            return await self.on(
                target, RecordsSettings(directory=lab.service.records_directory), at_once
            )

    async def on(
        self, target: Target, records: RecordsSettings | None, at_once: int
    ) -> list[ScenarioVerdict]:
        """Play the scenarios as real calls through the PBX of ``target``, and return the verdicts.

        ``records`` are the settings by which the service's records are read; if None, tickets and
        outcomes are not judged. ``at_once`` is the number of calls at the same time. Raise
        TargetError when the PBX does not take a call, ScenarioError when a sound cannot be made,
        NoRecordsError when the records cannot be read.
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
