"""``python -m tools.tiny_vosk.graph [--acoustic DIRECTORY]``: words and sentences, packed.

Spells words.txt, phrases.txt, prompts/phrases and the sheet's prompts into a bigram decoding graph
and writes ivr/recognition/tiny-cn.zip. The acoustic model comes from DIRECTORY, as ``train`` left
it, or from the zip that is there: new words need no training. Half a minute.
"""

import argparse
import math
import tempfile
import zipfile
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

from tools.tiny_vosk import text
from tools.tiny_vosk.configuration import DECODING, MFCC
from tools.tiny_vosk.fst import Graph
from tools.tiny_vosk.prefixes import Way, branch
from tools.tiny_vosk.synthesiser import Synthesiser

MODEL = text.HERE.parents[1] / "ivr" / "recognition" / "tiny-cn.zip"
_UNKNOWN_WORD, _START, _END = "[unk]", "<s>", "</s>"
_SILENCE_PHONE, _UNKNOWN_PHONE = 1, 2
_UNKNOWN_PHONES = 3
"""[unk] lasts at least this many frames of 30 ms."""
_UNKNOWN_COST = 6.0
_NEW = 0.4
"""Each kind of word that the sentences put after another makes so many likely that they do not put
there: chosen on a twelfth of prompts/phrases that the graph was not built from."""
_LEAST_BACK_OFF, _MOST_BACK_OFF = 0.1, 0.9
_PAUSE_COST = 0.5
_END_ANYWHERE = 0.05
"""Probability that somebody ends with a word that no sentence ends with."""
_UNSAID = 0.3
"""How often a word that stands in no sentence is said, to one that stands in one."""
_NAME = 0.1
"""Of what a surname's place in sentences counts for it elsewhere: few talk of 董, many say 懂."""
_ACOUSTIC_FILES = ("am/final.mdl", "graph/phones.txt", "graph/phones/word_boundary.int")
_NOTICE = """\
A model for tests, trained on espeak-ng's speech alone by tools/tiny_vosk.
It understands synthetic callers who say what words.txt holds, and no person.
"""
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def main() -> None:
    """Build the graph and pack the model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--acoustic", type=Path)
    parser.add_argument("--out", type=Path, default=MODEL)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        model = arguments.acoustic or Path(scratch)
        if arguments.acoustic is None:
            with zipfile.ZipFile(MODEL) as packed:
                for name in _ACOUSTIC_FILES:
                    packed.extract(name, model)
        build(model)
        _pack(model, arguments.out)
    print(f"{arguments.out.name}: {arguments.out.stat().st_size / 1e6:.2f} MB")


def build(model: Path) -> None:
    """Write everything of ``model`` but its acoustic files."""
    vocabulary = text.words()
    spelling = _spelling(vocabulary, model / "graph" / "phones.txt")
    graph, start = _graph(vocabulary, spelling, _sentences(set(vocabulary)))
    graph.write(model / "graph" / "HCLG.fst", start)
    symbols = ["<eps>", _UNKNOWN_WORD, *vocabulary, "#0", _START, _END]
    (model / "graph" / "words.txt").write_text(
        "".join(f"{symbol} {number}\n" for number, symbol in enumerate(symbols)), encoding="utf-8"
    )
    (model / "conf").mkdir(exist_ok=True)
    for name, options in (("mfcc", MFCC), ("model", DECODING)):
        (model / "conf" / f"{name}.conf").write_text(
            "".join(f"--{option}={value}\n" for option, value in options.items())
        )
    (model / "README").write_text(_NOTICE, encoding="utf-8")
    arcs = sum(map(len, graph.arcs))
    print(f"{len(vocabulary)} words, {len(graph.arcs)} states, {arcs} arcs")


def _spelling(vocabulary: list[str], phones: Path) -> dict[str, list[list[int]]]:
    """The numbered phones of each word as espeak-ng says it alone, and before a title."""
    table = (line.split() for line in phones.read_text(encoding="utf-8").splitlines())
    number = {name: int(value) for name, value in table}
    synthesiser = Synthesiser()
    spelling: dict[str, list[list[int]]] = {}
    for word in vocabulary:
        # A surname such as 曾 is given to the engine in another character before a title.
        forms = {word: None, text.before_a_title(word): None}
        readings = {tuple(synthesiser.pronunciation(form)): None for form in forms}
        if () in readings:
            raise ValueError(f"espeak-ng says nothing for {word!r}")
        try:
            spelling[word] = [_numbered(reading, number) for reading in readings]
        except KeyError as error:
            raise ValueError(f"{word!r} needs the phone {error}: train again") from None
    return spelling


def _numbered(phones: tuple[str, ...], number: dict[str, int]) -> list[int]:
    places = ["S"] if len(phones) == 1 else ["B", *"I" * (len(phones) - 2), "E"]
    return [number[f"{phone}_{place}"] for phone, place in zip(phones, places, strict=True)]


def _sentences(vocabulary: set[str]) -> list[tuple[list[str], float]]:
    """What people and the bot say as words and slots, each with its weight; of prompts/phrases and
    the bot only what the vocabulary covers."""
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
    """A state per word or slot said last; from each to what the sentences put next, or else to what
    they put after its slot, or else anywhere."""
    single, following = _counts(sentences)
    graph = Graph()
    after = {piece: graph.state() for piece in (_START, *vocabulary, *_slots())}
    anywhere = graph.state()
    entry = {piece: graph.state() for piece in (*vocabulary, *_slots())}
    said = {
        word: [Way(number, phones, graph.chain(phones, after[word])) for phones in spelling[word]]
        for number, word in enumerate(vocabulary, 2)
    }
    for word, ways in said.items():
        branch(graph, entry[word], [(0.0, way) for way in ways])
    slot_of: dict[str, str] = {}
    for slot, members in _slots().items():
        for word, share in members.items():
            slot_of.setdefault(word, slot)
            single[word] += share * single[slot] * (_NAME if slot == "{姓}" else 1.0)  # type: ignore[assignment]
        costs = {word: -math.log(share) for word, share in members.items()}
        branch(graph, entry[slot], [(costs[word], way) for word in members for way in said[word]])
    total = sum(single[word] + _UNSAID for word in vocabulary)
    costs = {word: -math.log((single[word] + _UNSAID) / total) for word in vocabulary}
    branch(graph, anywhere, [(costs[word], way) for word in vocabulary for way in said[word]])
    unknown = graph.chain([_UNKNOWN_PHONE] * _UNKNOWN_PHONES, anywhere)
    graph.enter(anywhere, _UNKNOWN_PHONE, 1, _UNKNOWN_COST, unknown[0])
    for piece, state in after.items():
        back_off = _follow(graph, state, following[piece], entry)
        for rest in (anywhere, *([after[slot_of[piece]]] if piece in slot_of else [])):
            graph.step(state, -math.log(back_off), rest)
    graph.final[anywhere] = -math.log(_END_ANYWHERE)
    _pause(graph, anywhere)
    return graph, after[_START]


def _pause(graph: Graph, state: int) -> None:
    graph.enter(state, _SILENCE_PHONE, 0, _PAUSE_COST, graph.chain([_SILENCE_PHONE], state)[0])


def _follow(graph: Graph, state: int, following: Counter[str], entry: dict[str, int]) -> float:
    """Lead from ``state`` to what follows; what is left for everything else (Witten and Bell)."""
    count = sum(following.values())
    new = _NEW * len(following)
    back_off = min(max(new / (count + new), _LEAST_BACK_OFF), 1.0) if following else 1.0
    graph.final[state] = -math.log(_END_ANYWHERE)
    for piece, times in following.items():
        cost = -math.log(times / count * (1 - min(back_off, _MOST_BACK_OFF)))
        if piece == _END:
            graph.final[state] = min(graph.final[state], cost)
        else:
            graph.step(state, cost, entry[piece])
    _pause(graph, state)
    return back_off


def _slots() -> dict[str, dict[str, float]]:
    return {f"{{{name}}}": members for name, members in text.classes().items()}


def _counts(
    sentences: list[tuple[list[str], float]],
) -> tuple[Counter[str], dict[str, Counter[str]]]:
    """How often each word or slot, and each after another."""
    single: Counter[str] = Counter()
    following: dict[str, Counter[str]] = defaultdict(Counter)
    for sentence, weight in sentences:
        for piece in sentence:
            single[piece] += weight  # type: ignore[assignment]
        for before, behind in pairwise((_START, *sentence, _END)):
            following[before][behind] += weight  # type: ignore[assignment]
    return single, following


def _pack(model: Path, out: Path) -> None:
    """One zip with the same octets for the same files."""
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
