"""Turn what sherpa-onnx recognised into a transcript as Vosk gives it: words, and nothing else.

Its models add punctuation, spaces, tags and the mark ▁ at the start of words. The rest of the
product compares characters, so each character becomes one word here.
"""

import json
import re
from collections.abc import Iterator, Sequence
from math import exp
from statistics import fmean
from typing import Any

from ivr.recognition.transcript import UNKNOWN, Transcript, Word

_TAG = re.compile(r"<\|[^|>]*\|>")
"""A tag of SenseVoice, such as <|zh|> or <|HAPPY|>."""
_UNKNOWN = "<unk>"
LONGEST_CHARACTER_SECONDS = 0.3
"""Upper limit, in seconds, for how long a character is assumed to last: the models report only when
one begins. Slow speech has three to four syllables in a second."""


def text_of(result: Any) -> str:
    """Return the recognised text in ``result``, a result object of sherpa-onnx.

    The text is read from the JSON form of the object. The attribute ``text`` of sherpa-onnx 2.0.1
    keeps one more reference to the string than it gives, so each use of it loses 110 octets of
    memory: 10 MB in 8,000 utterances with their guesses (measured by `ivr bench worker-memory`). It
    is used only if the JSON cannot be read because the text holds half a character, which the
    attribute leaves out.
    """
    try:
        text: str = json.loads(str(result))["text"]
    except ValueError:
        text = result.text
    return text.strip()


def characters(text: str) -> list[str]:
    """Return the characters of a recognised text, without punctuation and the marks of the model.

    Latin letters become upper case. Each ``<unk>`` (unknown speech) becomes one element [unk].
    """
    return list(_characters(text))


def _characters(text: str) -> Iterator[str]:
    for n, part in enumerate(_TAG.sub("", text).split(_UNKNOWN)):
        if n > 0:
            yield UNKNOWN
        yield from filter(str.isalnum, part.upper())


def plain_text(text: str) -> str:
    """Return the characters of a recognised text as one string.

    Punctuation, the marks of the model and ``<unk>`` (unknown speech) are left out.
    """
    return "".join(each for each in characters(text) if each != UNKNOWN)


def transcript_of(
    text: str, times: Sequence[float], length: float, log_probabilities: Sequence[float] = ()
) -> Transcript:
    """Return the transcript of an utterance of ``length`` seconds, one word per character.

    ``text`` is the recognised text, and ``times`` are the seconds at which its tokens begin. The
    tokens of some models are octets or syllables, so the times are spread over the characters. Each
    word gets the same confidence: the geometric mean of the tokens' probabilities, or 1.0 if
    ``log_probabilities`` (their natural logarithms) is empty.
    """
    found = characters(text)
    if not found:
        return Transcript(())
    known = [min(time, length) for time in times] or [
        n * length / len(found) for n in range(len(found))
    ]
    starts = [known[n * len(known) // len(found)] for n in range(len(found))]
    ends = [*starts[1:], length]
    confidence = min(1.0, exp(fmean(log_probabilities))) if log_probabilities else 1.0
    return Transcript(
        tuple(
            Word(
                character,
                start,
                min(max(end, start), start + LONGEST_CHARACTER_SECONDS),
                confidence,
            )
            for character, start, end in zip(found, starts, ends, strict=True)
        )
    )
