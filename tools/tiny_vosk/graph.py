"""``python -m tools.tiny_vosk.graph [--acoustic DIRECTORY]``: build and pack the model.

The trigram decoding graph is built from words.txt, phrases.txt, prompts/phrases and the sheet's
prompts, and packed as ivr/recognition/tiny-cn.zip. The acoustic model comes from DIRECTORY, where
``train`` has written it, or from the existing zip, so new words need no training. It takes half a
minute.
"""

import argparse
import math
import shutil
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from ivr.recognition.embedded import HEARS, PACKED
from ivr.recognition.manifest import ModelManifest
from tools.tiny_vosk import text
from tools.tiny_vosk.configuration import DECODING, MFCC, WEIGHTS_LICENCE
from tools.tiny_vosk.expected import write_expected
from tools.tiny_vosk.fst import Graph
from tools.tiny_vosk.prefixes import Way, branch
from tools.tiny_vosk.readings import Readings

_UNKNOWN_WORD, _START, _END = "[unk]", "<s>", "</s>"
_SILENCE_PHONE, _UNKNOWN_PHONE = 1, 2
_UNKNOWN_PHONES = 3
"""Least number of frames of 30 ms that [unk], the word for unknown speech, lasts."""
_UNKNOWN_COST = 6.0
"""Cost (negative logarithm of a probability) of [unk] in place of a word."""
_NEW = 0.4
"""Weight of the unseen successors of a word for each different successor that is seen in the
sentences (Witten and Bell).

The value was chosen on a twelfth of prompts/phrases that the graph was not built from."""
_LEAST_BACK_OFF, _MOST_BACK_OFF = 0.1, 0.9
"""Least and largest probability that is left for the unseen successors of a word."""
_PAUSE_COST = 0.5
"""Cost (negative logarithm of a probability) of a silence between two words."""
_END_ANYWHERE = 0.05
"""Probability that a caller stops after a word with which no sentence ends."""
_UNSAID = 0.3
"""Weight of a word that is in no sentence; each sentence with the word adds its own weight."""
_NAME = 0.1
"""Factor of a surname's weight outside the slot for names: few callers say 董, many say 懂."""
_ACOUSTIC_FILES = ("am/final.mdl", "graph/phones.txt", "graph/phones/word_boundary.int")
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""Date of every packed file, the earliest that a zip can have: the same files give the same
octets."""
_COMMON = 2.0
"""Least weight of the sentences in which two words follow each other, for the two to have a state
of their own. With 5.0, four rows of phrases came out 0.5 to 1.6 points worse; with 1.0, the packed
model had 8.8 MB, and 8 are the limit."""
Weights = dict[str, float]
"""Weight of each word or slot; 0.0 for one that is not in the table."""
History = tuple[str, ...]
"""The words or slots that were said last: one, or two that are common together."""
States = dict[History, int]
"""The number of a state for each history."""


def main() -> None:
    """Build the decoding graph and pack the model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--acoustic", type=Path)
    parser.add_argument("--out", type=Path, default=PACKED)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        model = Path(scratch)
        if arguments.acoustic is None:
            with zipfile.ZipFile(PACKED) as file:
                for name in _ACOUSTIC_FILES:
                    file.extract(name, model)
        else:
            for name in _ACOUSTIC_FILES:
                (model / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(arguments.acoustic / name, model / name)
        build(model)
        manifest = ModelManifest(PACKED.stem, "vosk", licence=WEIGHTS_LICENCE, published=HEARS)
        manifest.write(model)
        _pack(model, arguments.out)
    out = arguments.out
    print(f"{out.name}: {out.stat().st_size / 1e6:.2f} MB")


def build(model: Path) -> None:
    """Write all files of the model into its directory, which must have the acoustic ones already.

    Raise ValueError for a word that cannot be spelt with the phones of the acoustic model.
    """
    vocabulary = text.words()
    spelling = _spelling(vocabulary, model / "graph" / "phones.txt")
    graph, start = _graph(vocabulary, spelling, _sentences(set(vocabulary)))
    graph.write(model / "graph" / "HCLG.fst", start)
    write_expected(model, vocabulary, spelling)
    symbols = ["<eps>", _UNKNOWN_WORD, *vocabulary, "#0", _START, _END]
    (model / "graph" / "words.txt").write_text(
        "".join(f"{symbol} {number}\n" for number, symbol in enumerate(symbols)), encoding="utf-8"
    )
    (model / "conf").mkdir(exist_ok=True)
    for name, options in (("mfcc", MFCC), ("model", DECODING)):
        (model / "conf" / f"{name}.conf").write_text(
            "".join(f"--{option}={value}\n" for option, value in options.items())
        )
    arcs = sum(map(len, graph.arcs))
    print(f"{len(vocabulary)} words, {len(graph.arcs)} states, {arcs} arcs")


def _spelling(vocabulary: list[str], phones: Path) -> dict[str, list[list[int]]]:
    """Return the pronunciations of each word as numbers of phones.

    ``phones`` is the path of phones.txt. Raise ValueError for a word that has no reading, and
    KeyError for a phone that the acoustic model lacks.
    """
    table = (line.split() for line in phones.read_text(encoding="utf-8").splitlines())
    number = {name: int(value) for name, value in table}
    readings = Readings()
    return {
        word: [_numbered(reading, number) for reading in readings.phones(word)]
        for word in vocabulary
    }


def _numbered(phones: Sequence[str], number: dict[str, int]) -> list[int]:
    places = ["S"] if len(phones) == 1 else ["B", *"I" * (len(phones) - 2), "E"]
    return [number[f"{phone}_{place}"] for phone, place in zip(phones, places, strict=True)]


def _sentences(vocabulary: set[str]) -> list[tuple[list[str], float]]:
    """Return the sentences of callers and of the bot as words and slots, each with its weight.

    Sentences of prompts/phrases and of the bot are left out if a word of theirs is not in
    ``vocabulary``.
    """
    heard = [(text.cut(phrase, vocabulary), float(n)) for phrase, n in text.weighted().items()]
    others = [*text.callers(), *((words, 1.0) for words in sorted(set(text.prompts().values())))]
    return heard + [
        (words, weight)
        for phrase, weight in others
        if (words := text.covered(phrase, vocabulary)) is not None
    ]


def _graph(
    vocabulary: list[str],
    spelling: dict[str, list[list[int]]],
    sentences: list[tuple[list[str], float]],
) -> tuple[Graph, int]:
    """Return the decoding graph and the number of its first state.

    There is a state after each word and slot, and after two words that are common together. It
    leads to the words and slots that follow in the sentences. After two words it backs off to those
    that follow the second; after one, to those that follow the word's slot, and to all words.
    """
    single, following = _counts(sentences)
    graph = Graph()
    after: States = {(piece,): graph.state() for piece in (_START, *vocabulary, *_slots())}
    anywhere = graph.state()
    entry: States = {(piece,): graph.state() for piece in (*vocabulary, *_slots())}
    numbers = {word: number for number, word in enumerate(vocabulary, 2)}
    said = {word: _ways(graph, numbers[word], spelling[word], after[word,]) for word in vocabulary}
    for word, ways in said.items():
        branch(graph, entry[word,], [(0.0, way) for way in ways])
    for pair in _common_pairs(following, spelling):
        word = pair[1]
        after[pair], entry[pair] = graph.state(), graph.state()
        ways = _ways(graph, numbers[word], spelling[word], after[pair])
        branch(graph, entry[pair], [(0.0, way) for way in ways])
    slot_of: dict[str, str] = {}
    for slot, members in _slots().items():
        for word, share in members.items():
            slot_of.setdefault(word, slot)
            single[word] += share * single[slot] * (_NAME if slot == "{姓}" else 1.0)
        costs = {word: -math.log(share) for word, share in members.items()}
        branch(graph, entry[slot,], [(costs[word], way) for word in members for way in said[word]])
    total = sum(single[word] + _UNSAID for word in vocabulary)
    costs = {word: -math.log((single[word] + _UNSAID) / total) for word in vocabulary}
    branch(graph, anywhere, [(costs[word], way) for word in vocabulary for way in said[word]])
    unknown = graph.chain([_UNKNOWN_PHONE] * _UNKNOWN_PHONES, anywhere)
    graph.enter(anywhere, _UNKNOWN_PHONE, 1, _UNKNOWN_COST, unknown[0])
    for history, state in after.items():
        last = history[-1]
        of_slot = [after[slot_of[last],]] if last in slot_of else []
        rests = [after[last,]] if len(history) == 2 else [anywhere, *of_slot]
        _follow(graph, state, last, following[history], entry, rests)
    graph.final[anywhere] = -math.log(_END_ANYWHERE)
    _pause(graph, anywhere)
    return graph, after[_START,]


def _ways(graph: Graph, number: int, spelling: list[list[int]], target: int) -> list[Way]:
    """Add a path to ``target`` for each pronunciation of a word, and return the pronunciations."""
    return [Way(number, phones, graph.chain(phones, target)) for phones in spelling]


def _common_pairs(
    following: dict[History, Weights], spelling: dict[str, list[list[int]]]
) -> list[tuple[str, str]]:
    """Return the pairs of words, or of a slot and a word, after which a state of its own pays."""
    return [
        (history[0], history[1])
        for history, weights in following.items()
        if len(history) == 2 and history[1] in spelling and sum(weights.values()) >= _COMMON
    ]


def _pause(graph: Graph, state: int) -> None:
    """Add a loop to ``state`` in which the speaker may be silent."""
    graph.enter(state, _SILENCE_PHONE, 0, _PAUSE_COST, graph.chain([_SILENCE_PHONE], state)[0])


def _follow(
    graph: Graph, state: int, last: str, following: Weights, entry: States, rests: list[int]
) -> None:
    """Add arcs from ``state`` to the words and slots that follow it, and to all others.

    ``last`` is the word or slot before ``state``. ``entry`` has the states in which words, slots
    and common pairs' second words begin. ``rests`` are the states that lead to all other words;
    they get the rest of the probability (Witten and Bell).
    """
    count = sum(following.values())
    new = _NEW * len(following)
    back_off = min(max(new / (count + new), _LEAST_BACK_OFF), 1.0) if following else 1.0
    graph.final[state] = -math.log(_END_ANYWHERE)
    for piece, times in following.items():
        cost = -math.log(times / count * (1 - min(back_off, _MOST_BACK_OFF)))
        if piece == _END:
            graph.final[state] = min(graph.final[state], cost)
        else:
            pair = last, piece
            graph.step(state, cost, entry[pair] if pair in entry else entry[piece,])
    _pause(graph, state)
    for rest in rests:
        graph.step(state, -math.log(back_off), rest)


def _slots() -> dict[str, dict[str, float]]:
    """Return the slots, such as "{姓}", each with the words that may fill it and their shares."""
    return {f"{{{name}}}": members for name, members in text.classes().items()}


def _counts(
    sentences: list[tuple[list[str], float]],
) -> tuple[Weights, dict[History, Weights]]:
    """Return the weight of each word or slot, and what follows each of them and each pair."""
    single: Weights = defaultdict(float)
    following: dict[History, Weights] = defaultdict(lambda: defaultdict(float))
    for sentence, weight in sentences:
        for piece in sentence:
            single[piece] += weight
        pieces = (_START, *sentence, _END)
        for before, behind in pairwise(pieces):
            following[before,][behind] += weight
        for first, second, third in zip(pieces, pieces[1:], pieces[2:], strict=False):
            following[first, second][third] += weight
    return single, following


def _pack(model: Path, out: Path) -> None:
    """Write the files below ``model`` as one zip; the same files give the same octets."""
    draft = out.with_suffix(".draft")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for path in sorted(model.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(model).as_posix(), _LONG_AGO)
                entry.compress_type = zipfile.ZIP_DEFLATED
                packed.writestr(entry, path.read_bytes())
    draft.replace(out)


if __name__ == "__main__":
    main()
