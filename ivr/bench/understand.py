"""``ivr bench understand``: how often callers are understood, and how often the bot acts wrongly.

The understander has not learned from the sentences. It gets them as text with errors, as good and
bad recognisers make them. A sentence is understood when the best guess is its intent. A false
action is a wrong guess on which the hotline would act without asking.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from rich.table import Table

from ivr.bench.mishearing import misheard
from ivr.bench.paraphrases_file import Corpus
from ivr.bench.plots import picture
from ivr.bench.result import BenchResult, measured
from ivr.bench.tally import confusion, share
from ivr.dialogue.meaning import Certainty, Intent, Meaning
from ivr.etiquette.contact import NUMBER_ATTEMPTS
from ivr.understanding.numerals import digit_by_digit
from ivr.understanding.understander import Understander

RATES = (0, 10, 20, 30, 40)
"""Shares of misheard characters, in percent. All sentences are measured once with each share."""
TELLINGS = 10
"""Number of callers who say each telephone number. With one caller for each number, a single
failure would be more than one percent."""
NUMBER_RATE = 0.1
"""Share of wrong characters in telephone numbers, 0 to 1. It is low, because digits are recognised
better than sentences."""
_AT_LEAST = {
    "intent_accuracy_cer0": 0.97,
    "intent_accuracy_cer20": 0.92,
    "intent_accuracy_cer30": 0.85,
    "phone_accuracy": 0.98,
}
_AT_MOST = {"false_action_rate_max": 0.02, "false_action_out_of_domain": 0.01}
"""Upper limits of figures; the bench fails above them. _AT_LEAST holds the lower limits of other
figures, such as ``phone_accuracy`` (at least 0.98)."""


@dataclass(frozen=True, slots=True)
class UnderstoodSentence:
    """One sentence with a recogniser's errors: its right intent, and the meaning that was found."""

    rate: int
    """Share of the sentence's characters that were misheard, in percent."""
    label: Intent
    meaning: Meaning

    @property
    def right(self) -> bool:
        """True if the understander's best guess is the right intent, False otherwise."""
        return self.meaning.intent is self.label

    @property
    def false_action(self) -> bool:
        """True if the hotline would act on a wrong guess without asking the caller; else False."""
        return self.meaning.certainty is Certainty.SURE and not self.right


@dataclass(slots=True)
class UnderstandingReport:
    """The figures of the bench ``understand``, and the sentences that they are computed from."""

    result: BenchResult
    heard: list[UnderstoodSentence] = field(default_factory=list)

    def confusions(self) -> Table:
        """Return a table of the mistakes: for each intent, the intents that were guessed instead.

        Only sentences without misheard characters are counted.
        """
        table = Table("is", "right", "taken for", title="confusions without errors")
        pairs = [(h.label.value, h.meaning.intent.value) for h in self.heard if h.rate == RATES[0]]
        for label, called in sorted(confusion(pairs).items()):
            wrong = [f"{name} {n}" for name, n in called.most_common() if name != label]
            table.add_row(label, f"{called[label]}/{called.total()}", ", ".join(wrong))
        return table

    def draw(self, directory: Path) -> None:
        """Draw how accuracy and false actions depend on the share of misheard characters.

        The picture is ``understand.png`` in ``directory``.
        """
        figures = self.result.figures
        with picture(directory / "understand.png", (6, 3.5)) as axes:
            for name in ("intent_accuracy", "false_action_rate"):
                axes.plot(RATES, [figures[f"{name}_cer{r}"] for r in RATES], "o-", label=name)
            axes.set_xlabel("wrong characters, %")
            axes.set_ylabel("share of sentences")
            axes.legend()
            axes.grid(alpha=0.3)


def measure(
    understander: Understander, corpus: Corpus, seed: int, done: Callable[[], None]
) -> UnderstandingReport:
    """Measure how well ``understander`` finds the meaning of the sentences of ``corpus``.

    It gets the sentences that have an intent as text in which characters are misheard, once at each
    rate of RATES (percent). In sentences with a telephone number, 10 % (NUMBER_RATE) are misheard,
    in sentences with a surname none. ``seed`` is the random seed of these errors. ``done`` is
    called after each rate.
    """
    random = np.random.default_rng([seed, 271])
    heard = []
    for rate in RATES:
        heard += [
            UnderstoodSentence(
                rate, label, understander.meaning(misheard(text, rate / 100, random))
            )
            for text, label in corpus.intents
        ]
        done()
    inside = [one for one in heard if one.label is not Intent.OTHER]
    strange = [one for one in heard if one.label is Intent.OTHER]
    figures: dict[str, float] = {}
    for rate in RATES:
        here = [one for one in inside if one.rate == rate]
        figures[f"intent_accuracy_cer{rate}"] = share([one.right for one in here])
        figures[f"false_action_rate_cer{rate}"] = share([one.false_action for one in here])
        figures[f"sure_cer{rate}"] = share(
            [one.meaning.certainty is Certainty.SURE for one in here]
        )
    figures["false_action_rate_max"] = max(figures[f"false_action_rate_cer{r}"] for r in RATES)
    figures["false_action_out_of_domain"] = share([one.false_action for one in strange])
    figures["phone_accuracy"] = _phones(understander, corpus.numbers, random)
    figures["name_accuracy"] = share(
        [understander.meaning(text).slots.surname == name for text, name in corpus.names]
    )
    figures = measured(figures)
    limits = {name: v for name, v in {**_AT_LEAST, **_AT_MOST}.items() if name in figures}
    samples = len(heard) + len(corpus.names) + TELLINGS * len(corpus.numbers)
    result = BenchResult(
        "understand", figures, limits, samples, seed, at_least=frozenset(_AT_LEAST) & set(limits)
    )
    return UnderstandingReport(result, heard)


def _phones(
    understander: Understander, said: Sequence[tuple[str, str]], random: np.random.Generator
) -> float:
    """Return the share (0 to 1) of callers whose telephone number is understood in the end.

    ``said`` holds pairs: a sentence, and the number in it. Each sentence is said by 10 (TELLINGS)
    callers, who hear the number read back and may repeat it. ``random`` makes the errors in the
    recognised text.
    """
    return share(
        [
            _agreed(understander, text, number, random)
            for text, number in said
            for _ in range(TELLINGS)
        ]
    )


def _agreed(
    understander: Understander, text: str, number: str, random: np.random.Generator
) -> bool:
    """Return True if a caller's number is understood within the allowed attempts, False otherwise.

    The caller first says ``text`` and hears the number read back. If it is wrong, the caller says
    the digits of ``number`` one by one, up to NUMBER_ATTEMPTS attempts in all (row 12 of the
    etiquette sheet). The caller never types the number. ``random`` makes the errors in the
    recognised text.
    """
    wanted = "".join(filter(str.isdigit, number))
    again = digit_by_digit(wanted)
    return any(
        understander.meaning(misheard(said, NUMBER_RATE, random)).slots.phone == wanted
        for said in (text, *[again] * (NUMBER_ATTEMPTS - 1))
    )
