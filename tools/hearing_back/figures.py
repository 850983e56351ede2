"""The syllables heard of each sentence, and the figures of all sentences of a kind."""

from collections.abc import Sequence
from dataclasses import dataclass

from tools.hearing_back.score import counted, expected_syllables, interval, wrong_syllables
from tools.hearing_back.sentences import Sentence


@dataclass(frozen=True, slots=True)
class HeardSentence:
    """One sentence and what was heard."""

    prompt: str
    text: str
    expected: str
    """The syllables that should be heard; ``*`` stands for a letter."""
    heard: str
    wrong: int
    count: int
    """Number of expected syllables without the letters, but at least 1."""

    @classmethod
    def of(cls, sentence: Sentence, heard: Sequence[str]) -> "HeardSentence":
        """Compare a sentence with the syllables that were heard."""
        expected = [sound for text in sentence.texts for sound in expected_syllables(text)]
        return cls(
            sentence.prompt,
            "".join(sentence.texts),
            " ".join(expected),
            " ".join(heard),
            wrong_syllables(expected, heard),
            max(counted(expected), 1),
        )

    @property
    def share(self) -> float:
        """Wrong syllables per expected syllable; above 1 if many are heard that nobody said."""
        return self.wrong / self.count


@dataclass(frozen=True, slots=True)
class Figures:
    """The wrong syllables of one kind of sentences in one voice."""

    kind: str
    """``whole prompts`` or ``composed sentences``."""
    share: float
    low: float
    high: float
    """The 95 % interval of ``share`` is from ``low`` to ``high``."""
    syllables: int
    sentences: list[HeardSentence]
    """All sentences; the one that was heard worst is the first."""

    @classmethod
    def of(cls, kind: str, heard: Sequence[HeardSentence]) -> "Figures":
        """Return the figures of ``heard``, which must not be empty."""
        wrong, counts = [one.wrong for one in heard], [one.count for one in heard]
        worst = sorted(heard, key=lambda one: (-one.share, one.prompt))
        return cls(kind, sum(wrong) / sum(counts), *interval(wrong, counts), sum(counts), worst)

    def lines(self, worst: int) -> list[str]:
        """Return the lines to print: the figures, and the ``worst`` sentences with errors."""
        found = [
            f"{self.kind}: {self.share:.1%} of {self.syllables} syllables wrong "
            f"({self.low:.1%} to {self.high:.1%}), {len(self.sentences)} sentences"
        ]
        for one in self.sentences[:worst]:
            if one.wrong:
                found += [
                    f"  {one.wrong}/{one.count} {one.prompt}: {one.text}",
                    f"      expected {one.expected}",
                    f"      heard    {one.heard}",
                ]
        return found
