"""What is rendered is what the sheet says: every prompt decoded, its keywords looked for.

Keywords are the vocabulary's words of two characters and more. Reached when this was written:
see tools/tiny_vosk/README.md.
"""

from pathlib import Path

import pytest

from ivr.etiquette.sheet import Sheet, parse_sheet
from ivr.recognition.heard_back import HeardBack, compare, keywords
from ivr.recognition.model import Model
from ivr.voice.espeak import Espeak
from ivr.voice.spoken import spoken
from tests.recognition.callers import says
from tools.tiny_vosk import text

_EACH, _ALL = 0.80, 0.95


@pytest.fixture(scope="module")
def heard_back(model: Model) -> dict[str, HeardBack]:
    """Every prompt of the sheet, said by the bot's own voice on an a-law line, and decoded."""
    vocabulary, voice = set(text.words()), Espeak()
    return {
        id: compare(words, model.decode(says(words, voice)).text, vocabulary)
        for id, words in text.prompts().items()
    }


def test_every_prompt_is_heard_as_written(heard_back: dict[str, HeardBack]) -> None:
    poor = {id: result for id, result in heard_back.items() if result.share < _EACH}
    assert not poor


def test_hardly_a_keyword_is_lost(heard_back: dict[str, HeardBack]) -> None:
    wanted = sum(len(result.keywords) for result in heard_back.values())
    missed = {id: result.missed for id, result in heard_back.items() if result.missed}
    assert sum(map(len, missed.values())) <= (1 - _ALL) * wanted, missed


def test_almost_every_prompt_has_a_keyword(heard_back: dict[str, HeardBack]) -> None:
    assert [id for id, result in heard_back.items() if not result.keywords] == [
        "agent_identity.number.2"  # 号
    ]


def test_a_prompt_with_other_words_is_noticed(model: Model) -> None:
    wanted = "对不起，您的电话声音太小，请您换一部电话再次打来，好吗"
    said = "感谢您的来电，若有问题请再次来电，谢谢再见"
    result = compare(wanted, model.decode(says(said, Espeak())).text, set(text.words()))
    assert result.share < 0.5
