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
_SLOT = re.compile(r"\{(.+?)\}")


def words() -> list[str]:
    """The vocabulary, sorted."""
    return sorted({word for line in _lines("words.txt") for word in line.split()})


def classes() -> dict[str, list[str]]:
    """What the names in braces stand for."""
    raw = tomllib.loads((HERE / "classes.toml").read_text(encoding="utf-8"))
    return {name: members.split() for name, members in raw.items()}


def phrases() -> list[str]:
    """The sentences of callers with their slots."""
    return _lines("phrases.txt")


def said(phrase: str, chooser: random.Random) -> str:
    """``phrase`` with every slot filled by chance."""
    kinds = classes()
    return _SLOT.sub(lambda match: chooser.choice(kinds[match[1]]), phrase)


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


def _lines(name: str) -> list[str]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]
