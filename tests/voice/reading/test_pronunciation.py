"""The table of pronunciation is checked when it is read."""

import pytest

from ivr.voice import VoiceError
from ivr.voice.reading.pronunciation import Pronunciation, shipped_pronunciation


def test_reads_words_surnames_and_readings() -> None:
    table = Pronunciation.parse(
        '[words]\n"B2B" = "B to B"\n[surnames]\n"曾" = "增"\n'
        '[readings]\n"绿" = "lv4"\nWiFi = "wai1 fai1"'
    )
    assert table.words == {"B2B": "B to B"}
    assert table.surnames == {"曾": "增"}
    assert {word: " ".join(map(str, said)) for word, said in table.readings.items()} == {
        "绿": "lv4",
        "WiFi": "wai1 fai1",
    }


def test_the_shipped_table_has_readings() -> None:
    assert len(shipped_pronunciation().readings) > 300


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[words", "not valid TOML"),
        ("[word]", "unknown table word; use words, surnames, readings"),
        ("readings = 1", "unknown table readings"),
        ('[words]\n"曾" = "zeng1"', "write it in characters"),
        ('[words]\n"曾" = ""', "write it in characters"),
        ('[surnames]\n"曾" = 1', "write it in characters"),
        ('[readings]\n"曾" = "zeng"', "'zeng' is no syllable"),
        ('[readings]\n"曾" = "zeng6"', "'zeng6' is no syllable"),
        ('[readings]\n"曾" = "zyng1"', "'zyng1' is no syllable"),
        ('[readings]\n"曾" = 1', "one syllable for each character"),
        ('[readings]\n"曾经" = "ceng2"', "one syllable for each character"),
        ('[readings]\n"曾" = ""', "one syllable for each character"),
        ('[readings]\n"T恤" = "ti4 xu4"', "Chinese characters only"),
        ('[readings]\n"" = "ti4"', "Chinese characters only"),
        ('[readings]\n"Q2" = "kiu1"', "Chinese characters only"),
    ],
)
def test_a_mistake_in_the_table_is_named(text: str, sentence: str) -> None:
    with pytest.raises(VoiceError, match=sentence):
        Pronunciation.parse(text)
