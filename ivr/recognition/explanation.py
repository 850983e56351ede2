"""Choose between the words of two decoders: of all words, or of the expected answer.

Recognition workers do not import this module, because it loads the dictionary of syllables.
"""

from collections.abc import Callable

from ivr.dialogue.expected import Expected
from ivr.dialogue.meaning import HARMLESS, Certainty, Meaning
from ivr.recognition.transcript import UNKNOWN, Transcript
from ivr.understanding.expected import explains
from ivr.understanding.syllables import syllables_of


def words_that_count(
    expected: Expected, heard: Transcript, meaning: Callable[[str], Meaning]
) -> tuple[Transcript, Meaning]:
    """Return the words that count, and their meaning.

    ``heard`` is what the decoder of all words found; its ``steered`` is what the decoder of
    expected answers found. The latter counts if it explains the speech. But a caller who surely
    wants something else, such as 转人工, is believed: then the words of the former count.
    """
    meant = meaning(heard.text)
    wish = meant.certainty is Certainty.SURE and meant.intent not in HARMLESS
    if wish or (answer := explaining(expected, heard)) is None:
        return heard, meant
    return answer, meaning(answer.text)


def explaining(expected: Expected, heard: Transcript) -> Transcript | None:
    """Return what the decoder of expected answers found, if it explains the speech; else None.

    The result has no [unk]: these are hardly any, and the words around them are the answer.
    """
    answer = heard.steered
    if answer is None:
        return None
    sounds = [
        sound
        for word in answer.words
        for sound in ([None] if word.text == UNKNOWN else syllables_of(word.text).sounds)
    ]
    if not explains(expected, syllables_of(answer.text), sounds, syllables_of(heard.text)):
        return None
    return Transcript(tuple(word for word in answer.words if word.text != UNKNOWN))
