"""Read a text aloud: find the syllables of its characters and letters, and the pauses."""

import re
from collections.abc import Iterator, Sequence

from ivr.translation import tr
from ivr.voice import VoiceError
from ivr.voice.reading.dictionary import dictionary_readings
from ivr.voice.reading.letters import LETTER_NAMES
from ivr.voice.reading.lexicon import Lexicon, shipped_lexicon
from ivr.voice.reading.neutral import NEUTRAL_WORDS
from ivr.voice.reading.pauses import STRENGTHS, UNHEARD, commas_of_spelling
from ivr.voice.reading.pinyin import HAN, Toned
from ivr.voice.reading.polyphones import ALONE, USUAL, VARIED
from ivr.voice.reading.pronunciation import Pronunciation
from ivr.voice.reading.rules import by_rules
from ivr.voice.reading.sandhi import spoken_tones
from ivr.voice.reading.spoken import spoken_text
from ivr.voice.reading.syllables import Pause, Source, Spoken, Syllable
from ivr.voice.reading.words import occurrences

_PIECES = re.compile(rf"[{HAN}]+|[A-Za-z]+|.", re.DOTALL)
_IS_HAN = re.compile(rf"[{HAN}]")
_LONGEST_NEUTRAL = max(map(len, NEUTRAL_WORDS))
_Read = tuple[Toned, Source]


def read_aloud(text: str, lexicon: Lexicon | None = None) -> Spoken:
    """Return ``text`` as syllables and pauses, as a speaker of Mandarin reads it aloud.

    ``text`` is a result of :func:`ivr.voice.reading.spoken.spoken_text`: characters, Latin letters,
    punctuation and spaces, without digits. Each character is one syllable, even a 儿 that people
    merge with the syllable before it. ``lexicon`` has readings that take precedence over the
    dictionary; None means the shipped one. Raise VoiceError, which names the character and its
    place, if something has no reading.
    """
    known = shipped_lexicon() if lexicon is None else lexicon
    spoken: list[Syllable | Pause] = []
    for part in _parts(text, known):
        if isinstance(part, Syllable):
            spoken.append(part)
        elif spoken and isinstance(before := spoken[-1], Pause):
            marks = before.marks + part.marks
            spoken[-1] = Pause(marks, max(before.strength, part.strength))
        elif spoken:
            spoken.append(part)
    if spoken and isinstance(spoken[-1], Pause):
        del spoken[-1]
    return tuple(spoken)


def read_prompt(text: str, lexicon: Lexicon | None = None) -> Spoken:
    """Return the text of a prompt, as the sheet writes it, as syllables and pauses.

    Digits and addresses are spelt out first. ``lexicon`` has readings that take precedence over the
    dictionary; None means the shipped one. Surnames are read by their pinyin; the spellings that
    pronunciation.toml has for them are for other voices. Raise VoiceError as :func:`read_aloud`
    does.
    """
    known = shipped_lexicon() if lexicon is None else lexicon
    return read_aloud(spoken_text(text, Pronunciation(known.spellings)), known)


def _parts(text: str, lexicon: Lexicon) -> Iterator[Syllable | Pause]:
    """Yield the syllables of ``text``, and a pause for each punctuation mark that is a pause.

    Other marks, such as quotation marks, yield nothing. Raise VoiceError if a character or sign has
    no reading.
    """
    lighter = commas_of_spelling(text)
    for piece in _PIECES.finditer(text):
        said, place = piece[0], piece.start()
        if _IS_HAN.match(said):
            yield from _run(said, place, text, lexicon)
        elif said.isascii() and said.isalpha():
            yield from _latin(said, place, lexicon)
        elif said in STRENGTHS:
            yield Pause(said, lighter.get(place, STRENGTHS[said]))
        elif not said.isspace() and said not in UNHEARD:
            raise _no_reading(said, place, text)


def _run(run: str, place: int, text: str, lexicon: Lexicon) -> Iterator[Syllable]:
    """Yield the syllables of ``run``, Chinese characters in ``text`` with nothing between them.

    ``place`` is the index of the first one in ``text``. Raise VoiceError if one has no reading.
    """
    words = lexicon.cutter.words(run)
    found: list[_Read] = []
    for at, read in enumerate(_readings(words, lexicon)):
        if read is None:
            raise _no_reading(run[at], place + at, text)
        found.append(read)
    tones = spoken_tones(words, [reading for reading, _ in found], lexicon.cutter)
    for at, (character, (reading, source), tone) in enumerate(zip(run, found, tones, strict=True)):
        yield Syllable(character, place + at, reading.pinyin, tone, reading.tone, source)


def _readings(words: Sequence[str], lexicon: Lexicon) -> list[_Read | None]:
    """Return for each character its reading before tone sandhi and the source; None if it has none.

    ``words`` are the words of a run of Chinese characters with nothing between them.
    """
    run = "".join(words)
    ruled, phrased = by_rules(words), dictionary_readings(words)
    alone = [len(word) == 1 for word in words for _ in word]
    found = [
        _of_character(character, rule, phrase, in_phrase, single)
        for character, rule, (phrase, in_phrase), single in zip(
            run, ruled, phrased, alone, strict=True
        )
    ]
    for _, end in occurrences(words, NEUTRAL_WORDS, _LONGEST_NEUTRAL):
        if last := found[end - 1]:
            found[end - 1] = last[0]._replace(tone=5), Source.NEUTRAL
    for start, end in occurrences(words, lexicon.addressed, lexicon.longest_addressed):
        for at, reading in enumerate(lexicon.addressed[run[start:end]], start):
            found[at] = reading, Source.SURNAME
    for start, end in occurrences(words, lexicon.readings, lexicon.longest):
        for at, reading in enumerate(lexicon.readings[run[start:end]], start):
            found[at] = reading, Source.TABLE
    return found


def _of_character(
    character: str, rule: Toned | None, phrase: Toned | None, in_phrase: bool, alone: bool
) -> _Read | None:
    """Return the reading of ``character`` and its source; None if it has no reading.

    ``rule`` is the reading by a rule, which takes precedence. ``phrase`` is the reading by the
    dictionary; ``in_phrase`` says that it comes from a phrase of several characters. ``alone`` says
    that the character is a word of its own.
    """
    if rule is not None:
        return rule, Source.RULE
    if character in USUAL:
        usual = USUAL[character][0]
        if phrase is None or not in_phrase or phrase == usual:
            return usual, Source.USUAL
        source = Source.NEUTRAL if phrase == Toned(usual.pinyin, 5) else Source.DICTIONARY
        return phrase, source
    if character in VARIED:
        first = VARIED[character][0]
        if character in ALONE and alone:
            return first, Source.USUAL
        return (phrase if phrase and in_phrase else first), Source.DICTIONARY
    return None if phrase is None else (phrase, Source.ONLY)


def _latin(word: str, place: int, lexicon: Lexicon) -> Iterator[Syllable]:
    """Yield the syllables of a word of Latin letters: as the lexicon says, else letter by letter.

    ``place`` is the index of its first letter in the text.
    """
    if known := lexicon.letters.get(word.lower()):
        for reading in known:
            yield Syllable(word, place, *reading, reading.tone, Source.TABLE)
        return
    for at, letter in enumerate(word):
        for reading in LETTER_NAMES[letter.upper()]:
            yield Syllable(letter, place + at, *reading, reading.tone, Source.LETTER)


def _no_reading(sign: str, place: int, text: str) -> VoiceError:
    return VoiceError(
        tr(
            "{sign!r}, sign {number} of {text!r}, has no reading: write it in Chinese characters"
        ).format(sign=sign, number=place + 1, text=text)
    )
