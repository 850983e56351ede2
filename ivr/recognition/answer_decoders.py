"""Vosk's decoders of expected answers: small graphs of the model, or grammars made at run time.

The built-in model has a graph for each kind of answer in its directory ``expected``. The official
small model has none, but Vosk can give it another grammar (a model with HCLr.fst and Gr.fst). In
both, single syllables stand beside the words of the answer. They take up speech of another kind,
which would otherwise come out as the words that sound most like it.
"""

import json
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import vosk

from ivr.dialogue.expected import Expected
from ivr.understanding import expected_words as answers

_PHRASES = 6000
"""About so many phrases of an answer are in a grammar, each as often as the others; other syllables
are in it once. So a syllable that belongs to no answer costs about ln 6000 = 8.7 more than one that
does. Vosk needs 5 ms to make such a grammar, for each decoder of an utterance."""
_LONGEST_WORD = 4
"""Upper limit for the characters of a word when a phrase is cut into a model's words."""


@dataclass(frozen=True, slots=True)
class AnswerDecoder:
    """A decoder that knows only the words of one kind of answer, such as a number or a yes.

    It decodes the same utterance as the decoder of all words, for a better result if the caller
    gives such an answer.
    """

    recogniser: Callable[[int], Any]
    """Function that returns a new Vosk recogniser of this kind, for one utterance at the given
    sampling rate in Hz."""
    words: Collection[str] | None
    """The words of such answers. All other words of the recogniser stand for speech of another
    kind. None: the recogniser itself writes [unk] (unknown) for such speech."""


AnswerDecoders = Mapping[Expected, AnswerDecoder]


def load_answers(directory: Path, model: Any) -> AnswerDecoders:
    """Return the decoders of a Vosk model for expected answers, by the kind of answer.

    ``model`` is the loaded ``vosk.Model``, and ``directory`` the directory that it was loaded from.
    Kinds for which the model has no decoder are left out; the result may be empty.
    """
    if (directory / "graph" / "HCLr.fst").exists():
        grammars = {expected: _with_grammar(model, expected) for expected in Expected}
        return {expected: made for expected, made in grammars.items() if made.words}
    graphs = {e: directory / "expected" / e.value / "HCLG.fst" for e in Expected}
    present = {expected: graph for expected, graph in graphs.items() if graph.exists()}
    with ThreadPoolExecutor() as threads:
        loaded = threads.map(partial(_with_graph, directory), present.values())
        return {
            expected: AnswerDecoder(partial(vosk.KaldiRecognizer, one), None)
            for expected, one in zip(present, loaded, strict=True)
        }


def _with_graph(directory: Path, graph: Path) -> Any:
    """Return the ``vosk.Model`` in ``directory``, loaded with another decoding graph.

    ``graph`` is the path of the file HCLG.fst that is used in place of the model's own.
    """
    with TemporaryDirectory(prefix="ivr-model-") as scratch:
        place = Path(scratch)
        (place / "graph").mkdir()
        parts = [part for part in directory.iterdir() if part.name not in ("graph", "expected")]
        parts += [part for part in (directory / "graph").iterdir() if part.name != graph.name]
        for part in [*parts, graph]:
            inside = place if part.parent == directory else place / "graph"
            (inside / part.name).symlink_to(part.resolve())
        return vosk.Model(scratch)


def _with_grammar(model: Any, expected: Expected) -> AnswerDecoder:
    phrases, words = grammar(expected, lambda word: model.vosk_model_find_word(word) >= 0)
    told = json.dumps(phrases, ensure_ascii=False)
    return AnswerDecoder(lambda rate: vosk.KaldiRecognizer(model, rate, told), words)


def grammar(
    expected: Expected, is_known: Callable[[str], bool]
) -> tuple[list[str], frozenset[str]]:
    """Return Vosk's grammar for a kind of answer, and the words that occur in such answers.

    The grammar is a list of phrases with spaces between their words. Single syllables in it stand
    for any other speech. ``is_known`` returns True for a word that the model knows. A phrase that
    cannot be cut into such words is left out.
    """
    cut = [pieces for phrase in _phrases(expected) if (pieces := _cut(phrase, is_known))]
    words = frozenset(word for pieces in cut for word in pieces)
    others = [sound for sound in answers.SYLLABLES if sound not in words and is_known(sound)]
    phrases = [" ".join(pieces) for pieces in cut]
    return phrases * max(1, _PHRASES // max(len(phrases), 1)) + others, words


def _phrases(expected: Expected) -> list[str]:
    match expected:
        case Expected.NUMBER:
            # Vosk learns which word may follow which, so every pair of digits is written once.
            pairs = map("".join, product(answers.DIGIT_WORDS, repeat=2))
            times = map("".join, product("两三四", answers.TIMES_WORD, answers.DIGIT_WORDS))
            rare = answers.RARE_DIGIT_WORDS
            return [*pairs, *times, *rare, *answers.BEFORE_DIGITS, *answers.CORRECTIONS]
        case Expected.YES_NO:
            corrected = (f"{before}{digit}" for before, digit in product(
                answers.CORRECTIONS, answers.DIGIT_WORDS))  # fmt: skip
            pairs = map("".join, product(answers.DIGIT_WORDS, repeat=2))
            return [*answers.YES, *answers.NO, *corrected, *pairs]
        case Expected.NAME:
            told = map("".join, product(answers.BEFORE_SURNAME, answers.SURNAMES))
            titled = map("".join, product(answers.SURNAMES, answers.SPOKEN_TITLES))
            return [*told, *titled, *answers.SURNAMES]


def _cut(phrase: str, is_known: Callable[[str], bool]) -> list[str]:
    """Return ``phrase`` cut into words that the model knows; an empty list if that is impossible.

    Long words are preferred to short ones. ``is_known`` returns True for a word that the model
    knows.
    """
    if not phrase:
        return []
    for size in range(min(_LONGEST_WORD, len(phrase)), 0, -1):
        if is_known(phrase[:size]):
            if size == len(phrase):
                return [phrase]
            if rest := _cut(phrase[size:], is_known):
                return [phrase[:size], *rest]
    return []
