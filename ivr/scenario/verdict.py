"""The verdict on a call: does it go as its scenario says?

The call is compared with the scenario step by step. After some differences it is no longer clear
which parts of the call belong to which step. The comparison then stops.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ivr.scenario.seen import Seen, SpokenPrompt
from ivr.scenario.steps import (
    TOLERANCE_SECONDS,
    Act,
    HangsUp,
    Hears,
    HungUp,
    LineSound,
    Scenario,
    TicketLeft,
)
from ivr.translation import tr

AT_ONCE_SECONDS = 0.6
"""Upper limit, in seconds, for the pause between two prompts; a longer one is a problem. It holds
if the scenario sets no wait. The service can write a ticket in this time."""
_REPLY_SECONDS = 2.5
"""Upper limit, in seconds, from the end of the caller's step to the bot's reply; a longer wait is a
problem. It holds if the scenario sets no wait. Endpointing and recognition take this time."""
LEAST_CORRELATION = 0.9
"""Lower limit for the correlation of a heard prompt with its rendered file; 1.0 is the same sound.
A lower value is a problem: the caller heard something else than was rendered."""
GONE_SECONDS = 1.5
"""Time, in seconds, before the caller hangs up, in which an unexpected prompt may begin. A prompt
that no step asks for is a problem if it begins earlier."""


@dataclass(frozen=True, slots=True)
class Wait:
    """One wait that was measured in a call, before a prompt or before the bot hangs up."""

    step: int
    """Index of the scenario's step before which the wait was measured."""
    start: float
    """Beginning of the wait, in seconds after the answer."""
    seconds: float
    """Measured length of the wait in seconds, from the end of the prompt or step before."""
    wanted: float | None
    """Length of the wait in seconds that the scenario asks for; None if it asks for none."""
    within: float
    """Tolerance in seconds: the wait may be this much shorter or longer than ``wanted``."""
    good: bool

    @property
    def error(self) -> float | None:
        """How much longer the wait was than the scenario asks for, in seconds; negative if shorter.

        None if the scenario asks for no length, or has a tolerance of more than 0.15 s.
        """
        exact = self.wanted is not None and self.within <= TOLERANCE_SECONDS
        return self.seconds - self.wanted if exact and self.wanted is not None else None


@dataclass(slots=True)
class ScenarioVerdict:
    """The result of one scenario: what was observed in its call, and the problems found in it."""

    scenario: Scenario
    seen: Seen
    heard: dict[int, SpokenPrompt] = field(default_factory=dict)
    """The heard prompts, by the index of the step that asks for them."""
    waits: list[Wait] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """All differences between call and scenario. Each is a sentence that begins with file and
    line."""

    @property
    def passed(self) -> bool:
        """True if the call went as the scenario says; False if there are problems."""
        return not self.problems


def judge(scenario: Scenario, seen: Seen, spell: Callable[[Hears], str | None]) -> ScenarioVerdict:
    """Compare ``seen``, the observations of a call, with its scenario; return the verdict.

    ``spell`` is called with a step that waits for a prompt. It returns the text of the prompt with
    the step's values in its slots, or None if the step gives no values.
    """
    walk = _Walk(scenario, seen, spell)
    walk.run()
    return walk.verdict


class _Walk:
    def __init__(
        self, scenario: Scenario, seen: Seen, spell: Callable[[Hears], str | None]
    ) -> None:
        self.verdict = ScenarioVerdict(scenario, seen)
        self._spell = spell
        self._scenario, self._seen = scenario, seen
        self._next = 0
        self._since = 0.0
        self._acted_last = True
        """True if the last thing in the call was a step of the caller or the answer, False if it
        was a prompt."""
        self._acts = {act.step: act for act in seen.acted}

    def run(self) -> None:
        complete = all(self._goes(number) for number in range(len(self._scenario.steps)))
        if complete:
            self._nothing_else()
            self._end()
            self._left()
        for wrong in self._seen.wrong:
            self._problem(None, wrong)

    def _goes(self, number: int) -> bool:
        """Compare step ``number`` (the first is 0) with the call, and note waits and problems.

        Return True if the next step can be compared too. Return False if it is unclear which part
        of the call belongs to it.
        """
        match step := self._scenario.steps[number]:
            case Hears():
                return self._hears(number, step)
            case HungUp(after=after, within=within):
                if self._seen.ended_by != "bot":
                    self._problem(number, tr("the bot did not hang up"))
                    return False
                self._wait(number, self._seen.ended, after, within)
                return True
            case _:
                return self._acts_out(number, step)

    def _hears(self, number: int, step: Hears) -> bool:
        spoken = self._spoken()
        if spoken is None:
            sentence = tr("expected {prompt}, but nothing more was heard")
            self._problem(number, sentence.format(prompt=step.hears))
            return False
        if step.hears not in spoken.ids:
            sentence = tr("expected {prompt}, but heard {heard}")
            self._problem(number, sentence.format(prompt=step.hears, heard=spoken))
            return False
        self._next += 1
        self.verdict.heard[number] = spoken
        self._wait(number, spoken.start, step.after, step.within)
        if step.cut is spoken.complete:
            sentence = tr("{prompt} was heard only in part")
            if step.cut:
                sentence = tr("{prompt} was heard to its end")
            self._problem(number, sentence.format(prompt=step.hears))
        if spoken.correlation < LEAST_CORRELATION:
            sentence = tr("{prompt} is not what was rendered: correlation {correlation:.2f}")
            self._problem(
                number, sentence.format(prompt=step.hears, correlation=spoken.correlation)
            )
        if step.rendering is not None and step.rendering != spoken.rendering:
            sentence = tr("{prompt} was {rendering}, not {wanted}")
            self._problem(
                number,
                sentence.format(
                    prompt=step.hears, rendering=tr(spoken.rendering), wanted=tr(step.rendering)
                ),
            )
        wanted = self._spell(step)
        if wanted is not None and wanted != spoken.text:
            sentence = tr("expected {wanted!r}, but heard {text!r}")
            self._problem(number, sentence.format(wanted=wanted, text=spoken.text))
        self._since, self._acted_last = spoken.end, False
        return True

    def _acts_out(self, number: int, step: Act) -> bool:
        acted = self._acts.get(number)
        if acted is None:
            sentence = tr("the call was over before the caller could do this; nothing was heard")
            if self._seen.spoken:
                sentence = tr(
                    "the call was over before the caller could do this; heard last: {prompt}"
                )
            last = self._seen.spoken[-1] if self._seen.spoken else ""
            self._problem(number, sentence.format(prompt=last))
            return False
        if not isinstance(step, LineSound | HangsUp):
            self._since, self._acted_last = acted.end, True
        if isinstance(step, HangsUp) and self._seen.ended_by == "bot":
            self._problem(number, tr("the bot hung up first"))
        return True

    def _wait(self, number: int, until: float, wanted: float | None, within: float) -> None:
        seconds = until - self._since
        limit = _REPLY_SECONDS if self._acted_last else AT_ONCE_SECONDS
        good = seconds < limit if wanted is None else abs(seconds - wanted) <= within
        self.verdict.waits.append(Wait(number, self._since, seconds, wanted, within, good))
        if not good:
            sentence = tr("the wait was {seconds:.2f} s, not {wanted} ± {within} s")
            if wanted is None:
                sentence = tr("the wait was {seconds:.2f} s, not at most {limit} s")
            told = {"seconds": seconds, "limit": limit, "wanted": wanted, "within": within}
            self._problem(number, sentence.format(**told))

    def _spoken(self) -> SpokenPrompt | None:
        heard = self._seen.spoken
        return heard[self._next] if self._next < len(heard) else None

    def _nothing_else(self) -> None:
        if not isinstance(self._scenario.steps[-1], HangsUp | HungUp):
            return  # the scenario does not say how the call continues
        more = self._spoken()
        gone = self._seen.ended_by == "caller" and more is not None
        if more is not None and not (gone and more.start > self._seen.ended - GONE_SECONDS):
            sentence = tr("{prompt} was heard as well, and no step asks for it")
            self._problem(None, sentence.format(prompt=more))

    def _end(self) -> None:
        wanted = self._scenario.table.outcome
        if None not in (wanted, self._seen.outcome) and wanted != self._seen.outcome:
            sentence = tr("the call ended as {outcome}, not {wanted}")
            self._problem(None, sentence.format(outcome=self._seen.outcome, wanted=wanted))

    def _left(self) -> None:
        wanted, left = self._scenario.table.tickets, self._seen.tickets
        if wanted is None or left is None:
            return
        if len(wanted) != len(left) or not all(map(_fits, wanted, left)):
            sentence = tr("the call left {left}, not {wanted}")
            self._problem(None, sentence.format(left=_listed(left), wanted=_listed(wanted)))

    def _problem(self, number: int | None, sentence: str) -> None:
        self.verdict.problems.append(f"{self._scenario.place(number)}: {sentence}")


def _fits(wanted: TicketLeft, left: TicketLeft) -> bool:
    return all(
        getattr(left, name) == value
        for name, value in wanted.model_dump(exclude_unset=True).items()
    )


def _listed(tickets: Sequence[TicketLeft]) -> str:
    known = [ticket.model_dump(exclude_none=True) for ticket in tickets]
    told = (", ".join(f"{name} {value}" for name, value in of.items()) for of in known)
    return "; ".join(told) or tr("no ticket")
