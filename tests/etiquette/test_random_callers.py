"""Random callers of every kind: no call loops, and every call ends with a proper outcome.

The acts of each caller are drawn from a seed, which is printed when a call goes wrong.
``IVR_RANDOM_SEED=7 IVR_RANDOM_CALLS=1 pytest tests/etiquette/test_random_callers.py`` repeats
that call.
"""

import os
import random
import tomllib
from collections import Counter
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from ivr.dialogue.call import Limits
from ivr.dialogue.events import Condition
from ivr.dialogue.look_up import FAILED, Found, Query
from ivr.dialogue.meaning import Words
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.ticket import TicketKind
from ivr.etiquette.hours import parse_hours
from ivr.etiquette.house import Arrival, House, Transfers
from ivr.etiquette.sheet import Sheet
from ivr.voice.clip import clips_of
from tests.caller import Caller, mumbled, understander

SEED = int(os.environ.get("IVR_RANDOM_SEED", "1"))
CALLS = int(os.environ.get("IVR_RANDOM_CALLS", "100"))
"""The number of calls: 500 in ``make test``; 10,000 take a minute."""
SECONDS = Limits().call_seconds + 60.0
"""Seconds after which a call must have ended: its limit and its last words."""
IMPROPER = {Outcome.FAILED, Outcome.LINE_LOST, Outcome.SERVICE_DIED, Outcome.DRAINED}
ANSWERS = (
    "好的", "不用了", "是的", "不对", "没有", "一三八零零零零一二三四", "我姓张", "李小姐",
    "五八二三六九", "五个", "企业名义", "他骂我，还挂我电话", "你们多收了我的钱", "老是掉线",
    "不明白", "嗯", "再见", "谢谢", "请再说一遍",
)  # fmt: skip
"""Answers of callers to questions."""
CONDITIONS = (
    Condition.OK, Condition.OK, Condition.OK, Condition.NOBODY, Condition.NOISE, Condition.MUSIC,
    Condition.TOO_QUIET, Condition.HANDS_FREE, Condition.TONE, Condition.NO_RTP,
    Condition.UNHEARD, Condition.FAX,
)  # fmt: skip
PROMISES = {
    "cannot_answer_now.farewell": TicketKind.CALLBACK,
    "complaint_accepted.farewell": TicketKind.COMPLAINT,
    "complaint_deferred.simple": TicketKind.COMPLAINT,
    "complaint_deferred.complex": TicketKind.COMPLAINT,
    "purchase_intent.number_list": TicketKind.SALES_LEAD,
}
"""Prompts that a caller hears only if a ticket of this kind is made before or after."""


@cache
def sayings(root: Path) -> tuple[tuple[str, Words], ...]:
    """Return sentences for every intent, with the words that are understood from them."""
    texts: list[str] = []
    for path in sorted((root / "ivr" / "bench" / "paraphrases").glob("*.toml")):
        for table in tomllib.loads(path.read_text(encoding="utf-8")).values():
            sentences = table.get("say", []) if isinstance(table, dict) else []
            texts += [one for one in sentences[::5] if "{" not in one]
    texts += ANSWERS * (len(texts) // len(ANSWERS))
    return tuple((text, Words(understander().meaning(text))) for text in texts)


class RandomCaller(Caller):
    """A caller who acts at random until the call is over."""

    def __init__(self, sheet: Sheet, seed: int, says: tuple[tuple[str, Words], ...]) -> None:
        self.chance = random.Random(seed)
        self.sayings = says
        self.patience = self.chance.choice((0.0, 0.01, 0.05, 0.2))
        """The probability to hang up at each turn."""
        self.rudeness = self.chance.choice((0.0, 0.2, 0.6))
        """The probability to interrupt a prompt."""
        chance = self.chance
        transfers = Transfers(*(chance.choice(("", name)) for name in ("human", "boss", "desk")))
        hours = parse_hours({"mon": "09:00-18:00"} if chance.random() < 0.5 else {})
        moment = datetime(2026, 11, chance.randint(1, 30), chance.randint(0, 23))  # noqa: DTZ001
        caller = chance.choice(("", "13800001234"))
        super().__init__(
            sheet,
            house=House(transfers, hours, sheet.knowledge),
            arrival=Arrival(caller, moment, chance.randint(0, 5)),
            returned=chance.random() < 0.05,
        )
        self.number = chance.choice((self.number, self.number, self.number, None))
        self.finds = self._finds

    def _finds(self, query: Query) -> tuple[float, Found]:
        found = self.chance.choice(("open", "done", "unknown", "nonsense", "known"))
        return self.chance.choice((0.0, 1.0, 7.0, 500.0)), self.chance.choice(
            (FAILED, Found(found, {"nuisance": "9", "abuse": "9"}))
        )

    def goes_on(self) -> None:
        """Take one turn: mostly hear the prompt out, then speak, type or do another thing."""
        chance = self.chance
        if self._line.playing is not None and chance.random() > self.rudeness:
            self._until(self._line.prompt_end)
        elif self._line.playing is not None:
            self.waits(chance.uniform(0.0, self._line.prompt_end - self.now))
        if chance.random() < self.patience:
            self.hangs_up()
            return
        deed = chance.choices(
            (self.speaks, self.is_silent, self.mutters, self.types, self.coughs, self.moves),
            (60, 15, 10, 8, 4, 5),
        )[0]
        deed()

    def speaks(self) -> None:
        """Say one of the sentences after a pause; at times the recogniser loses it."""
        self.waits(self.chance.uniform(0.0, 4.0))
        text, words = self.chance.choice(self.sayings)
        self.says(text, seconds=0.2 * len(text), words=words, lost=self.chance.random() < 0.03)

    def is_silent(self) -> None:
        """Say nothing for up to half a minute."""
        self.waits(self.chance.uniform(0.0, 30.0))

    def mutters(self) -> None:
        """Say something that fits no intent, well or badly recognised."""
        unknown = self.chance.choice((0.0, 0.5))
        words = Words(mumbled().meaning, self.chance.choice((0.8, 0.98)), unknown)
        self.says("……", seconds=self.chance.uniform(0.3, 8.0), words=words)

    def types(self) -> None:
        """Press a key, or the keys of a number."""
        for key in self.chance.choice(("0", "1", "13800001234#", "582369#", "##", "*")):
            if not self.over:
                self.presses(key)
                self.waits(self.chance.uniform(0.0, 1.0))

    def moves(self) -> None:
        """Change the condition of the line."""
        self.is_on(self.chance.choice(CONDITIONS))


def played(caller: Caller) -> list[tuple[str, str]]:
    """Return the prompts that were begun, by id and words."""
    lines = [line[10:].removeprefix("bot    ") for line in caller.transcript if "  bot    " in line]
    parts = [line.partition(": ") for line in lines if not line.startswith("hangs up")]
    return [(id, text) for id, _, text in parts]


@pytest.mark.no_cover
def test_every_random_call_ends_properly(sheet: Sheet, root: Path) -> None:
    """It keeps the limits, says no forbidden phrase, and has a ticket for every promise."""
    says = sayings(root)
    known = {clip.prompt.id for clip in clips_of(sheet)}
    checked: set[str] = set()
    outcomes: Counter[Outcome] = Counter()
    for seed in range(SEED, SEED + CALLS):
        caller = RandomCaller(sheet, seed, says)
        while not caller.over and caller.now <= SECONDS:
            caller.goes_on()
        story = "\n".join([f"seed {seed}", *caller.transcript])
        assert caller.over, f"{story}\nthe call does not end"
        outcome = caller.never_speaks()
        assert outcome not in IMPROPER, f"{story}\n{outcome}"
        outcomes[outcome] += 1
        spoken = played(caller)
        for _, text in spoken:
            if text not in checked:
                assert sheet.forbidden_in(text) is None, f"{story}\n{text} is forbidden"
                assert "{" not in text, f"{story}\n{text} is not filled"
                checked.add(text)
        for clip in caller.clips - known:
            raise AssertionError(f"{story}\n{clip} is no clip")
        for id, kind in PROMISES.items():
            promised = sum(one == id for one, _ in spoken)
            kept = sum(ticket.kind is kind for ticket in caller.tickets)
            assert (promised > 0) <= (kept > 0), f"{story}\n{id} without a ticket"
        told = sum(id == "system.ticket" for id, _ in spoken)
        assert told <= len(caller.tickets), f"{story}\na number without a ticket"
    print(f"seeds {SEED} to {SEED + CALLS - 1}: {dict(outcomes)}, {len(checked)} sentences")
    assert len(outcomes) > 6
