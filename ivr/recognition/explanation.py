"""Choose between the words of two decoders: of all words, or of the expected answer.

Recognition workers do not import this module, because it loads the dictionary of syllables.
"""

from collections.abc import Callable
from dataclasses import replace

from ivr.dialogue.expected import Expected
from ivr.dialogue.meaning import HARMLESS, Certainty, Meaning
from ivr.recognition.transcript import UNKNOWN, Transcript
from ivr.understanding.expected import explains
from ivr.understanding.syllables import syllables_of


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
    if wish or (answer := explaining(expected, heard, sure=sure)) is None:
        return heard, meant
    return answer, meaning(answer.text)


def explaining(expected: Expected, heard: Transcript, *, sure: bool) -> Transcript | None:
    """Return the transcript of the decoder of expected answers if it explains the speech.

    Return None if it does not, or if there is no such decoder. ``expected`` is the kind of answer
    that the caller was asked for. ``heard`` is the transcript of the decoder of all words, and
    ``heard.steered`` that of the decoder of expected answers. The latter explains the speech if it
    has the form of such an answer and sounds like ``heard``. Its [unk], which stand for unknown
    syllables, are left out of the result. ``sure`` says whether the meaning of ``heard`` is sure.
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
    if not explains(expected, syllables_of(answer.text), sounds, free, sure=sure):
        return None
    return replace(answer, words=tuple(word for word in answer.words if word.text != UNKNOWN))
