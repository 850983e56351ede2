"""Check how the natural voice reads the prompts: every polyphone, and every word with a reading.

What ``pronunciation.toml`` and ``surnames.toml`` say is the expectation. It is compared with the
syllables that the voice is given in the end, whatever they come from.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby

from ivr.translation import tr
from ivr.voice import VoiceError
from ivr.voice.clip import Clip
from ivr.voice.reading.aloud import read_prompt
from ivr.voice.reading.lexicon import Lexicon, shipped_lexicon
from ivr.voice.reading.pinyin import Toned, syllables_in
from ivr.voice.reading.polyphones import POLYPHONES
from ivr.voice.reading.syllables import Pause, Source, Spoken, Syllable
from ivr.voice.reading.words import occurrences

_NEIGHBOURS = 3
"""Number of syllables whose text is shown on each side of a character."""
_NAME = re.compile(r"name\.([a-z0-9]+)\.")


@dataclass(frozen=True, slots=True)
class Decision:
    """The reading of one polyphone (a character with several readings) in a prompt."""

    clip: str
    """Id of the prompt."""
    character: str
    around: str
    """The character with up to three syllables or pauses on each side."""
    reading: str
    """Pinyin with the tone before tone sandhi: ``zhuan3``."""
    source: Source
    """The rule, table or dictionary that decided the reading."""


@dataclass(frozen=True, slots=True)
class Misread:
    """A word that is read in another way than ``pronunciation.toml`` or ``surnames.toml`` says."""

    clip: str
    """Id of the prompt."""
    word: str
    expected: str
    """The pinyin of the tables."""
    read: str
    """Pinyin of the syllables that the voice is given, with the tones before tone sandhi."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A prompt that cannot be read aloud."""

    clip: str
    """Id of the prompt."""
    reason: str
    """One sentence that names the character and its place."""


@dataclass(frozen=True, slots=True)
class Readings:
    """The result of a check of how the natural voice reads the prompts."""

    decisions: tuple[Decision, ...]
    """All polyphones, in the order of the prompts."""
    misread: tuple[Misread, ...]
    """Words, and surnames in names, whose reading differs from that in the tables of
    pronunciation."""
    crossed: tuple[Misread, ...]
    """Words of the table whose characters were taken for parts of two other words, and are read
    otherwise: 会计 in 不会计较. That is right as a rule. If it is wrong, the table lacks a longer
    word."""
    unreadable: tuple[Unreadable, ...]

    @property
    def undecided(self) -> tuple[Decision, ...]:
        """The polyphones whose reading no word and no rule of the product decides.

        Nobody has checked the reading. It comes from a phrase in pypinyin's dictionary or, if there
        is none, is the first one in the table VARIED of :mod:`ivr.voice.reading.polyphones`.
        """
        return tuple(one for one in self.decisions if one.source is Source.DICTIONARY)

    def summary(self) -> str:
        """Return one sentence with three numbers: polyphones, undecided ones, and misread words."""
        return tr(
            "{decisions} characters with several readings: {undecided} undecided, {misread} misread"
        ).format(
            decisions=len(self.decisions),
            undecided=len(self.undecided),
            misread=len(self.misread),
        )

    def problems(self) -> Iterator[str]:
        """Yield a sentence for each prompt that is misread or cannot be read."""
        for one in self.misread:
            yield tr(
                "{clip}: {word} is read {read}, not {expected}: correct prompts/pronunciation.toml"
            ).format(clip=one.clip, word=one.word, read=one.read, expected=one.expected)
        for prompt in self.unreadable:
            yield f"{prompt.clip}: {prompt.reason}"

    def dump(self) -> dict[str, object]:
        """Return the result as a dictionary for JSON: lists of decisions and faults by name."""
        return {
            "decisions": [asdict(one) for one in self.decisions],
            "undecided": [asdict(one) for one in self.undecided],
            "misread": [asdict(one) for one in self.misread],
            "crossed": [asdict(one) for one in self.crossed],
            "unreadable": [asdict(one) for one in self.unreadable],
        }


def check_readings(clips: Iterable[Clip], lexicon: Lexicon | None = None) -> Readings:
    """Return how the natural voice reads the polyphones of ``clips``, and which words it misreads.

    Each prompt is read once, however many renderings it has. ``lexicon`` has the expected readings;
    None means the shipped one. A prompt that cannot be read is listed in the result; nothing is
    raised for it.
    """
    known = shipped_lexicon() if lexicon is None else lexicon
    anywhere = _pattern(known.readings)
    decisions: list[Decision] = []
    misread: list[Misread] = []
    crossed: list[Misread] = []
    unreadable: list[Unreadable] = []
    for id, text in {clip.prompt.id: clip.prompt.text for clip in clips}.items():
        try:
            spoken = read_prompt(text, known)
        except VoiceError as error:
            unreadable.append(Unreadable(id, str(error)))
            continue
        decisions += _decisions(id, spoken)
        for run in _runs(spoken):
            words = _words(run, known)
            found = {match.span() for match in anywhere.finditer(_text(run))}
            misread += _contradictions(id, run, words, known)
            crossed += _contradictions(id, run, found - words, known)
        misread += _misnamed(id, spoken)
    return Readings(tuple(decisions), tuple(misread), tuple(crossed), tuple(unreadable))


def _decisions(id: str, spoken: Spoken) -> Iterator[Decision]:
    for at, part in enumerate(spoken):
        if isinstance(part, Syllable) and part.text in POLYPHONES:
            near = spoken[max(at - _NEIGHBOURS, 0) : at + _NEIGHBOURS + 1]
            reading = str(part.dictionary_form)
            yield Decision(id, part.text, _written(near), reading, part.source)


def _written(parts: Spoken) -> str:
    """Return the text of ``parts``; a letter with several syllables is written once."""
    written = ""
    for at, part in enumerate(parts):
        before = parts[at - 1] if at else None
        if isinstance(part, Pause):
            written += part.marks
        elif not isinstance(before, Syllable) or before.place != part.place:
            written += part.text
    return written


def _runs(spoken: Spoken) -> Iterator[list[Syllable]]:
    """Yield lists of syllables of Chinese characters that follow each other directly.

    A pause or a Latin letter ends a list.
    """
    for is_run, parts in groupby(
        spoken, lambda part: isinstance(part, Syllable) and not part.text.isascii()
    ):
        if is_run:
            yield [part for part in parts if isinstance(part, Syllable)]


def _words(run: Sequence[Syllable], lexicon: Lexicon) -> set[tuple[int, int]]:
    """Return the words in ``run`` that the lexicon has a reading for, as pairs of start and end.

    Both are indexes in ``run``; the end is exclusive.
    """
    words = lexicon.cutter.words(_text(run))
    return set(occurrences(words, lexicon.readings, lexicon.longest))


def _contradictions(
    id: str, run: Sequence[Syllable], spans: Iterable[tuple[int, int]], lexicon: Lexicon
) -> Iterator[Misread]:
    """Yield the words that are not read as the lexicon says.

    ``spans`` are the words to compare, as pairs of start and end (exclusive) in ``run``. ``id`` is
    that of the prompt.
    """
    for start, end in sorted(spans):
        word = _text(run[start:end])
        expected = lexicon.readings[word]
        read = [syllable.dictionary_form for syllable in run[start:end]]
        if read != list(expected):
            yield Misread(id, word, _joined(expected), _joined(read))


def _misnamed(id: str, spoken: Spoken) -> Iterator[Misread]:
    """Yield the surname in the prompt ``id`` if it is not read as the id says.

    For example, 曾 in ``name.zeng1.sir`` must be read zeng1. An id of another kind yields nothing.
    """
    if name := _NAME.match(id):
        expected = syllables_in(name[1])
        syllables = [part for part in spoken if isinstance(part, Syllable)][: len(expected)]
        read = [syllable.dictionary_form for syllable in syllables]
        if read != list(expected):
            yield Misread(id, _text(syllables), _joined(expected), _joined(read))


def _text(syllables: Iterable[Syllable]) -> str:
    return "".join(syllable.text for syllable in syllables)


def _joined(reading: Iterable[Toned]) -> str:
    return " ".join(map(str, reading))


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that matches any of ``words``; where several fit, the longest."""
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)) or "(?!)")
