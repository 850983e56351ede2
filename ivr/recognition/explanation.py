"""Choose between the words of two decoders, and find the telephone numbers that they may mean.

One decoder knows all words, the other those of the expected answer.
Recognition workers do not import this module, because it loads the dictionary of syllables.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from math import exp

from ivr.dialogue.expected import Expected
from ivr.dialogue.meaning import HARMLESS, Certainty, Intent, LikelyNumber, Meaning
from ivr.recognition.transcript import UNKNOWN, Transcript
from ivr.understanding.expected import explains
from ivr.understanding.syllables import syllables_of
from ivr.understanding.telephone import numbers


def words_that_count(
    expected: Expected, heard: Transcript, meaning: Callable[[str], Meaning]
) -> tuple[Transcript, Meaning]:
    """Return the transcript that the hotline acts on, of two decoders, and its meaning.

    ``expected`` is the kind of answer that the caller was asked for. ``heard`` is the transcript of
    the decoder of all words, and ``heard.steered`` that of the decoder which knows only such
    answers. ``meaning`` returns the meaning of a text. The second transcript is returned if it
    explains the speech (:func:`explaining`), otherwise the first. The first is also returned if its
    words surely want something else, such as 转人工 (a human agent).
    """
    meant = meaning(heard.text)
    sure = meant.certainty is Certainty.SURE
    wish = sure and meant.intent not in HARMLESS
    vague = not (sure or meant.intent is Intent.NO or heard.unknown)
    if wish or (answer := explaining(expected, heard, vague=vague)) is None:
        return heard, meant
    return answer, meaning(answer.text)


def explaining(expected: Expected, heard: Transcript, *, vague: bool) -> Transcript | None:
    """Return the transcript of the decoder of expected answers if it explains the speech.

    Return None if it does not, or if there is no such decoder. ``expected`` is the kind of answer
    that the caller was asked for. ``heard`` is the transcript of the decoder of all words, and
    ``heard.steered`` that of the decoder of expected answers. The latter explains the speech if it
    has the form of such an answer and sounds like ``heard``. Its [unk], which stand for unknown
    syllables, are left out of the words of the result. ``vague`` is True if ``heard`` has neither a
    sure meaning nor a no, and no unknown syllable.
    """
    answer = heard.steered
    if answer is None:
        return None
    sounds = [
        sound
        for word in answer.words
        for sound in ([None] if word.text == UNKNOWN else syllables_of(word.text).sounds)
    ]
    free = syllables_of(heard.text)
    if not explains(expected, syllables_of(answer.text), sounds, free, vague=vague):
        return None
    return replace(answer, words=tuple(word for word in answer.words if word.text != UNKNOWN))


def likely_numbers(heard: Transcript, meant: Meaning) -> tuple[LikelyNumber, ...]:
    """Return the telephone numbers that an answer may hold, with their probabilities.

    ``heard`` is the transcript that counts and ``meant`` its meaning. The result is empty if they
    hold no telephone number, or if the decoder gave no alternatives.
    """
    if meant.slots.phone is None:
        return ()
    texts: dict[str, float] = defaultdict(float)
    for one in heard.alternatives:
        texts[one.text] += exp(-one.cost)
    found: dict[str, float] = defaultdict(float)
    for text, share in texts.items():
        if (phone := numbers(syllables_of(text)).phone) is not None:
            found[phone] += share / sum(texts.values())
    return tuple(LikelyNumber(phone, probability) for phone, probability in found.items())
