"""The tiny model's words and sentences.

They come from words.txt, phrases.txt, the callers' sentences in prompts/phrases and the sheet's
prompts.
"""

import random
import re
import tomllib
from collections import defaultdict
from functools import cache
from pathlib import Path

import jieba

from ivr.dialogue.meaning import Intent
from ivr.etiquette.sheet import parse_sheet
from ivr.understanding.phrases import Phrases
from ivr.voice.reading.spoken import spoken_text
from ivr.words import phrase_files as learned
from ivr.words.wording import read_vocabulary
from tools.tiny_vosk.segment import clauses, segment

HERE = Path(__file__).parent
_PROMPTS = HERE.parents[1] / "prompts"
_TONES = re.compile(r"\d")
_RARE = 0.05
"""Weight of a surname that is only in prompts/surnames.toml; one of classes.toml has 1."""
_SLOT = re.compile(r"\{(.+?)\}")
_WORDINGS = 6
"""Largest number of wordings that are taken from one template of a caller's sentences; together
they count as one sentence."""
_OFTEN = 5
"""Least number of callers' sentences with a word at which it enters the vocabulary; rarer words are
recognised as single characters."""
MANDARIN = re.compile(r"[㐀-鿿]+")
_NUMBER, _COUNT = ("{数}" * 8, "{几}")
"""Replacements for the slot {数} in prompts/phrases: the first in the intent give_number, the
second in all others."""


@cache
def words() -> list[str]:
    """Return the sorted vocabulary of the model.

    It holds words.txt, the words of all classes, and from the callers' sentences in prompts/phrases
    the common words and every character.
    """
    said: dict[str, float] = defaultdict(float)
    for phrase, share in callers():
        for part in _SLOT.split(phrase)[::2]:
            for clause in clauses(part):
                for word in dict.fromkeys(_found(clause)):
                    said[word] += share
    common = {word for word, times in said.items() if times >= _OFTEN}
    found = common.union(*said)  # with their characters
    listed = {word for line in _lines("words.txt") for word in line.split()}
    return sorted(listed.union(filter(MANDARIN.fullmatch, found), *classes().values()))


@cache
def callers() -> list[tuple[str, float]]:
    """Return the callers' sentences in prompts/phrases with their slots, and the weight of each."""
    chooser, said = random.Random(0), []
    for intent, templates in _phrases().say.items():
        number = _NUMBER if intent is Intent.GIVE_NUMBER else _COUNT
        for template in templates:
            count = min(len(template.wordings), _WORDINGS)
            for wording in chooser.sample(template.wordings, count):
                said.append((wording.replace("{数}", number), 1 / count))
    return said


@cache
def classes() -> dict[str, dict[str, float]]:
    """Return the words of each class (a name in braces) with their shares, which add up to 1.

    The class 姓 also has the surnames that the hotline can say, except those that sound like one in
    classes.toml: the model does not distinguish tones, and the common surname is the better guess.
    """
    raw = tomllib.loads((HERE / "classes.toml").read_text(encoding="utf-8"))
    kinds = {name: dict.fromkeys(members.split(), 1.0) for name, members in raw.items()}
    departments = [word for words in _phrases().departments.values() for word in words]
    for name, members in {**_phrases().classes, "部门": departments}.items():
        kinds[name] = dict.fromkeys((*kinds.get(name, ()), *members), 1.0)
    table = tomllib.loads((_PROMPTS / "surnames.toml").read_text(encoding="utf-8"))["surnames"]
    sounds = {
        name: _TONES.sub("", pinyin) for pinyin, names in table.items() for name in names.split()
    }
    heard = {sounds[name] for name in kinds["姓"] if name in sounds}
    for name, sound in sounds.items():
        if sound not in heard:
            heard.add(sound)
            kinds["姓"][name] = _RARE
    return {
        name: {member: weight / sum(members.values()) for member, weight in members.items()}
        for name, members in kinds.items()
    }


def phrases() -> list[str]:
    """Return the sentences of phrases.txt with their slots, each once."""
    return list(weighted())


def weighted() -> dict[str, int]:
    """Return the weight of each sentence of phrases.txt; ``*4 sentence`` has the weight 4."""
    counted: dict[str, int] = {}
    for line in _lines("phrases.txt"):
        times, _, phrase = (
            line.removeprefix("*").partition(" ") if line[0] == "*" else ("1", "", line)
        )
        counted[phrase] = int(times)
    return counted


def unseen() -> list[str]:
    """Return the sentences of unseen.txt, which the graph is not built from."""
    return _lines("unseen.txt")


def said(phrase: str, chooser: random.Random) -> str:
    """Return ``phrase`` with a random word in every slot."""
    kinds = classes()
    return _SLOT.sub(lambda match: chooser.choices(*_columns(kinds[match[1]]))[0], phrase)


def prompts() -> dict[str, str]:
    """Return the text that the speech engine is given for each prompt, by the id of the prompt."""
    sheet = parse_sheet(
        (_PROMPTS / "sheet.toml").read_text(encoding="utf-8"),
        (_PROMPTS / "company.toml").read_text(encoding="utf-8"),
    )
    return {prompt.id: spoken_text(prompt.text) for prompt in sheet.fragments()}


def cut(phrase: str, vocabulary: set[str]) -> list[str]:
    """Return ``phrase`` cut into words and slots ("{姓}"); ValueError names unknown parts."""
    pieces = _pieces(phrase, vocabulary)
    if strangers := [piece for piece in pieces if not _known(piece, vocabulary)]:
        raise ValueError(f"{phrase!r} holds {strangers}: add them to words.txt")
    return pieces


def covered(phrase: str, vocabulary: set[str]) -> list[str] | None:
    """Return ``phrase`` cut into words and slots; None if ``vocabulary`` lacks a part of it."""
    pieces = _pieces(phrase, vocabulary)
    return pieces if all(_known(piece, vocabulary) for piece in pieces) else None


def _pieces(phrase: str, vocabulary: set[str]) -> list[str]:
    pieces: list[str] = []
    for index, part in enumerate(_SLOT.split(phrase)):
        pieces += [f"{{{part}}}"] if index % 2 else segment(part, vocabulary)
    return pieces


def _known(piece: str, vocabulary: set[str]) -> bool:
    return piece.startswith("{") or piece in vocabulary


@cache
def _phrases() -> Phrases:
    files = learned.read_files(_PROMPTS / "sheet.toml")
    return Phrases.parse(files, tuple(read_vocabulary(_PROMPTS).departments), proved=True)


def _found(clause: str) -> list[str]:
    """Return the words of a clause, cut by jieba's dictionary of Mandarin."""
    jieba.setLogLevel("WARNING")
    return list(jieba.cut(clause, HMM=False))


def _columns(shares: dict[str, float]) -> tuple[list[str], list[float]]:
    return list(shares), list(shares.values())


def _lines(name: str) -> list[str]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]
