"""Every sign has a reading in the lexicon of a sherpa-onnx voice, or the error names it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.voice import VoiceError
from ivr.voice.lexicon import VoiceLexicon

CHINESE = VoiceLexicon(frozenset("您好请加群恩扣达不溜"), frozenset())
MIXED = VoiceLexicon(frozenset("您好请加群qvip"), frozenset({"email", "vip"}))


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("您好！请加群。", "您好！请加群。"),
        ("您好；请加：群、您", "您好，请加，群，您"),
        ("“您好”（群）", "您好群"),
        ("您好…——请", "您好，请"),
        ("，您好，，。", "您好。"),
        ("您好?", "您好？"),
        ("嗯，您好", "恩，您好"),
        ("QQ群", "扣扣群"),
        ("w，w，w", "达不溜，达不溜，达不溜"),
        ("", ""),
    ],
)
def test_a_chinese_voice_gets_characters_and_pauses(words: str, text: str) -> None:
    assert CHINESE.text(words) == text


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("加QQ群", "加 Q Q 群"),
        ("Q，Q", "Q，Q"),
        ("请email您", "请 email 您"),
        ("VIP您好", "V I P 您好"),
    ],
)
def test_a_voice_of_two_languages_keeps_words_and_spells_capitals(words: str, text: str) -> None:
    assert MIXED.text(words) == text


@pytest.mark.parametrize(
    ("words", "sign"), [("您谢", "谢"), ("您5", "5"), ("Zoo", "Z"), ("¥", "¥"), ("您é", "é")]
)
def test_a_sign_without_a_reading_is_named(words: str, sign: str) -> None:
    with pytest.raises(VoiceError, match=f"no reading for '{sign}' in '{words}'"):
        CHINESE.text(words)


@given(st.text())
def test_the_text_has_only_what_the_voice_says(words: str) -> None:
    try:
        text = MIXED.text(words)
    except VoiceError:
        return
    assert set(text.lower()) <= MIXED.signs | set("，。！？ emailvip")
    assert not text.startswith("，")
    assert "，，" not in text


def written(tmp_path: Path, lexicon: str, tokens: str) -> VoiceLexicon:
    (tmp_path / "lexicon.txt").write_text(lexicon, encoding="utf-8")
    (tmp_path / "tokens.txt").write_text(tokens, encoding="utf-8")
    return VoiceLexicon.read([tmp_path / "lexicon.txt"], tmp_path / "tokens.txt")


def test_words_count_if_the_model_has_all_their_sounds(tmp_path: Path) -> None:
    lexicon = written(
        tmp_path,
        "您 n in2\n好 h ao 3 3\n谢 x ie4\n请 q 3 in2\n您好 n in2\nQ q\nEmail q h\n\n空\n",
        "n 0\nin2 1\nh 2\nao 3\nq 4\n 5\n",
    )
    assert lexicon.signs == set("您好q")
    assert lexicon.latin_words == {"email"}


def test_a_line_of_tokens_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(VoiceError, match=r"tokens\.txt, line 2: not a sound and its number"):
        written(tmp_path, "您 n\n", "n 0\nnonsense\n")


def test_tokens_of_another_voice_are_named(tmp_path: Path) -> None:
    with pytest.raises(VoiceError, match=r"tokens\.txt has the sounds of no word"):
        written(tmp_path, "您 n in2\n", "a 0\nb 1\n")


def test_a_lexicon_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "lexicon.txt").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "tokens.txt").write_text("n 0\n")
    with pytest.raises(VoiceError, match=r"lexicon\.txt is not a readable text file"):
        VoiceLexicon.read([tmp_path / "lexicon.txt"], tmp_path / "tokens.txt")
