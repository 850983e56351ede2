"""What the model's words and sentences are: words.txt, phrases.txt and the sheet's prompts."""

import random
import re
import tomllib
from pathlib import Path

from ivr.etiquette.sheet import parse_sheet
from ivr.recognition.segment import segment
from ivr.voice.spoken import spoken

HERE = Path(__file__).parent
_PROMPTS = HERE.parents[1] / "prompts"
_TONES = re.compile(r"\d")
_RARE = 0.05
"""How often a surname that is only in prompts/surnames.toml is said, to one of classes.toml."""
_SLOT = re.compile(r"\{(.+?)\}")


def words() -> list[str]:
    """The vocabulary, sorted: words.txt, and the surnames of prompts/surnames.toml."""
    listed = {word for line in _lines("words.txt") for word in line.split()}
    return sorted(listed.union(classes()["姓"]))


def classes() -> dict[str, dict[str, float]]:
    """What the names in braces stand for, each with its share; the shares of a class make 1.

    The surnames that the hotline can say belong to 姓, as far as they sound like none of those
    in classes.toml: tones are not heard, and the common one is the better guess.
    """
    raw = tomllib.loads((HERE / "classes.toml").read_text(encoding="utf-8"))
    kinds = {name: dict.fromkeys(members.split(), 1.0) for name, members in raw.items()}
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
    """The sentences of callers with their slots, each once."""
    return list(weighted())


def weighted() -> dict[str, int]:
    """The sentences of callers, and how often each counts: ``*4 sentence`` counts four times."""
    counted: dict[str, int] = {}
    for line in _lines("phrases.txt"):
        times, _, phrase = (
            line.removeprefix("*").partition(" ") if line[0] == "*" else ("1", "", line)
        )
        counted[phrase] = int(times)
    return counted


def unseen() -> list[str]:
    """Sentences that the graph is not built from."""
    return _lines("unseen.txt")


def said(phrase: str, chooser: random.Random) -> str:
    """``phrase`` with every slot filled by chance."""
    kinds = classes()
    return _SLOT.sub(lambda match: chooser.choices(*_columns(kinds[match[1]]))[0], phrase)


def prompts() -> dict[str, str]:
    """What the bot says, as the engine is given it, by prompt id."""
    sheet = parse_sheet(
        (_PROMPTS / "sheet.toml").read_text(encoding="utf-8"),
        (_PROMPTS / "company.toml").read_text(encoding="utf-8"),
    )
    return {prompt.id: spoken(prompt.text) for prompt in sheet.fragments()}


def before_a_title(word: str) -> str:
    """``word`` as the engine is given it in front of 先生, for surnames it would misread."""
    title = "先生"
    return spoken(word + title).removesuffix(title)


def cut(phrase: str, vocabulary: set[str]) -> list[str]:
    """``phrase`` as words and slots ("{姓}"); ValueError names what no word covers."""
    pieces: list[str] = []
    for index, part in enumerate(_SLOT.split(phrase)):
        if index % 2:
            pieces.append(f"{{{part}}}")
        else:
            pieces += segment(part, vocabulary)
    strangers = [p for p in pieces if not p.startswith("{") and p not in vocabulary]
    if strangers:
        raise ValueError(f"{phrase!r} holds {strangers}, which words.txt does not")
    return pieces


def _columns(shares: dict[str, float]) -> tuple[list[str], list[float]]:
    return list(shares), list(shares.values())


def _lines(name: str) -> list[str]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]
