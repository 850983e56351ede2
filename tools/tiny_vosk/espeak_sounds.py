"""From the phonemes of espeak-ng to the phones of the acoustic model.

espeak-ng has its own phonemes, and it misreads some characters (便宜 as biànyí). Each syllable of
Mandarin has a series of phonemes of its own, so the syllables that espeak-ng really said are found
in what it tells about its speech.
"""

import math
from collections import defaultdict

from pypinyin import Style, pinyin

from ivr.voice.reading.pinyin import INITIAL_AND_FINAL, NO_INITIAL
from tools.tiny_vosk.sounds import SILENCE, Timed, timed_syllable
from tools.tiny_vosk.speech import Speech
from tools.tiny_vosk.synthesiser import Synthesiser

_SHORT_GAP = 0.06
"""Least seconds of a silence between two phonemes for it to be silence; a shorter one belongs to
the sound after it."""
_MISREAD = 1.0
"""Cost of a syllable that is no reading of its character."""
_LETTERS = {"Q": "kiu"}
"""Syllables of the letters that espeak-ng says as people in China do; it says others in English."""
_WRITTEN = {syllable: letter for letter, syllable in _LETTERS.items()}


class EspeakSounds:
    """The syllables of Mandarin as espeak-ng says them."""

    def __init__(self, synthesiser: Synthesiser) -> None:
        self._syllables: dict[tuple[str, ...], str] = {}
        for syllable in INITIAL_AND_FINAL:
            written = _WRITTEN.get(syllable, f"{syllable}1")
            self._syllables[tuple(synthesiser.pronunciation(written))] = syllable
        self._longest = max(map(len, self._syllables))

    def syllables(self, phonemes: list[str], characters: str) -> list[str]:
        """Return the syllables that ``phonemes`` (without silence) consist of, one per character.

        Readings of the characters are preferred. The result is empty if there is no such way to
        divide them.
        """
        best: dict[int, tuple[float, list[str]]] = {0: (0.0, [])}
        for character in characters:
            readings = _readings(character)
            after: dict[int, tuple[float, list[str]]] = defaultdict(lambda: (math.inf, []))
            for at, (cost, said) in best.items():
                for end in range(at + 1, min(at + self._longest, len(phonemes)) + 1):
                    syllable = self._syllables.get(tuple(phonemes[at:end]))
                    if syllable is None:
                        continue
                    whole = cost + (0.0 if syllable in readings else _MISREAD)
                    if whole < after[end][0]:
                        after[end] = whole, [*said, syllable]
            best = dict(after)
        return best.get(len(phonemes), (math.inf, []))[1]

    def with_phones(self, speech: Speech, characters: str) -> Speech | None:
        """Return espeak-ng's ``speech`` of ``characters`` with the phones of the acoustic model.

        Return None if the phonemes are not those of one syllable per character.
        """
        sounds = [(start, name) for start, name in speech.phones if name != SILENCE]
        said = self.syllables([name for _, name in sounds], characters)
        if not said:
            return None
        ends = [start for start, _ in speech.phones[1:]] + [speech.seconds]
        end_of = dict(zip([start for start, _ in speech.phones], ends, strict=True))
        timed: Timed = []
        at, last_end = 0, 0.0
        counts = {syllable: len(phonemes) for phonemes, syllable in self._syllables.items()}
        for syllable in said:
            count = counts[syllable]
            start, end = sounds[at][0], end_of[sounds[at + count - 1][0]]
            if start - last_end >= _SHORT_GAP:
                timed.append((last_end, SILENCE))
            else:
                start = max(last_end, 0.0)
            has_initial = INITIAL_AND_FINAL[syllable][0] != NO_INITIAL
            middle = sounds[at + 1][0] if has_initial and count > 1 else (start + end) / 2
            timed += timed_syllable(syllable, start, middle, end)
            at, last_end = at + count, end
        timed.append((last_end, SILENCE))
        return Speech(speech.samples, speech.rate, timed)


def _readings(character: str) -> set[str]:
    """Return the syllables of a letter or a Chinese character."""
    if character in _LETTERS:
        return {_LETTERS[character]}
    return set(pinyin(character, style=Style.NORMAL, heteronym=True, v_to_u=False)[0])
