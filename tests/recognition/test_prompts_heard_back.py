"""Rendered prompts say the words of the sheet: each is decoded and its keywords are looked for.

Keywords are the words of the vocabulary with two or more characters. tools/tiny_vosk/README.md
gives the shares that were reached.
"""

import pytest

from ivr.hearing.g711 import Samples, decode_alaw, encode_alaw
from ivr.recognition.model import Model
from ivr.voice.espeak import Espeak
from ivr.voice.mastering import master
from tools.tiny_vosk import text
from tools.tiny_vosk.heard_back import HeardBack, hear_back, vocabulary

_EACH, _ALL = 0.80, 0.95


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def heard_back(model: Model) -> dict[str, HeardBack]:
    """The result for each prompt of the sheet, rendered as it is played on an a-law line."""
    known = vocabulary()
    return {
        id: hear_back(model, words, _rendered(words), known) for id, words in text.prompts().items()
    }


def _rendered(words: str) -> Samples:
    return decode_alaw(encode_alaw(master(*Espeak().synthesise(words))))


def test_most_keywords_of_each_prompt_are_recognised(heard_back: dict[str, HeardBack]) -> None:
    poor = {id: result for id, result in heard_back.items() if result.share < _EACH}
    assert not poor


def test_nearly_all_keywords_are_recognised(heard_back: dict[str, HeardBack]) -> None:
    wanted = sum(len(result.keywords) for result in heard_back.values())
    missed = {id: result.missed for id, result in heard_back.items() if result.missed}
    assert sum(map(len, missed.values())) <= (1 - _ALL) * wanted, missed


def test_almost_every_prompt_has_a_keyword(heard_back: dict[str, HeardBack]) -> None:
    assert [id for id, result in heard_back.items() if not result.keywords] == [
        "agent_identity.number.2",  # 号
        "system.number_check.2",  # 对吗
        *(
            f"system.status_{state}.1" for state in ("open", "assigned", "done", "cancelled")
        ),  # 单号
    ]


def test_a_prompt_with_other_words_is_noticed(model: Model) -> None:
    wanted = "对不起，您的电话声音太小，请您换一部电话再次打来，好吗"
    said = "感谢您的来电，若有问题请再次来电，谢谢再见"
    result = hear_back(model, wanted, _rendered(said), vocabulary())
    assert result.share < 0.5
