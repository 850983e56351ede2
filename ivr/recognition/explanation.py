"""Choose between the words of two decoders: all words, or those of the expected answer.

Recognition workers do not import this module, because it loads the dictionary of syllables.
"""

from ivr.dialogue.expected import Expected
from ivr.recognition.transcript import UNKNOWN, Transcript
from ivr.understanding.expected import explains
from ivr.understanding.syllables import syllables_of


def explaining(expected: Expected, heard: Transcript) -> Transcript | None:
    """Return what the decoder of expected answers found, if it explains the speech; else None.

    ``heard`` is what the decoder of all words found, with the other in ``steered``. The [unk] of
    the result are left out: they are hardly any, and the words around them are the answer.
    """
    answer = heard.steered
    if answer is None:
        return None
    sounds = [
        sound
        for word in answer.words
        for sound in ([None] if word.text == UNKNOWN else syllables_of(word.text).sounds)
    ]
    free = syllables_of(heard.text).sounds
    if not explains(expected, syllables_of(answer.text), sounds, free):
        return None
    return Transcript(tuple(word for word in answer.words if word.text != UNKNOWN))
