"""Decoders of expected answers: the graphs of the built-in model, and grammars made at run time."""

import shutil
from pathlib import Path

import pytest

from ivr.dialogue.expected import Expected
from ivr.recognition.answer_decoders import grammar, load_answers
from ivr.recognition.files import ModelError, check_files
from ivr.recognition.framing import Frame, Kind
from ivr.recognition.model import Model, load_model
from ivr.recognition.pool import Recognisers
from ivr.recognition.transcript import UNKNOWN, Transcript
from ivr.recognition.worker import Worker
from ivr.understanding.expected_words import DIGIT_WORDS
from tests.recognition.callers import UNTRAINED, says
from tests.recognition.workers import speak, spoken


def steered(model: Model, text: str, expected: Expected, snr_db: float | None = None) -> list[str]:
    heard = model.decode(says(text, UNTRAINED[1], snr_db=snr_db), expected).steered
    assert heard is not None
    return [word.text for word in heard.words]


def test_a_number_is_heard_as_digits(model: Model) -> None:
    assert "".join(steered(model, "幺三六七零九二五四八九", Expected.NUMBER)) == (
        "幺三六七零九二五四八九"
    )


@pytest.mark.parametrize("expected", list(Expected))
def test_another_sentence_leaves_most_syllables_over(model: Model, expected: Expected) -> None:
    words = steered(model, "帮我转技术部", expected)
    assert words.count(UNKNOWN) > len(words) / 2


def test_yes_no_and_names_are_heard(model: Model) -> None:
    assert "".join(steered(model, "对的", Expected.YES_NO)) == "对的"
    assert "".join(steered(model, "不对是三七", Expected.YES_NO)) == "不对是三七"
    assert "".join(steered(model, "我姓郭", Expected.NAME)) == "我姓郭"
    assert "".join(steered(model, "陈先生", Expected.NAME)) == "陈先生"


def test_without_an_expectation_there_is_no_second_decoder(model: Model) -> None:
    assert model.decode(says("二三四五", UNTRAINED[0])).steered is None


def test_a_model_without_such_graphs_hears_all_words_as_before(tiny: Path, tmp_path: Path) -> None:
    bare = Path(shutil.copytree(tiny, tmp_path / "model"))
    shutil.rmtree(bare / "expected")
    heard = load_model(bare).decode(says("二三四五", UNTRAINED[1]), Expected.NUMBER)
    assert (heard.text, heard.steered) == ("二三四五", None)


def test_a_graph_that_is_cut_off_is_named(tiny: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tiny, tmp_path / "model"))
    graph = copy / "expected" / "number" / "HCLG.fst"
    graph.write_bytes(graph.read_bytes()[:5000])
    with pytest.raises(ModelError, match=r"expected/number/HCLG\.fst is cut off"):
        check_files(copy)


def test_loading_leaves_no_files_behind(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert set(load_answers(tiny, None)) == set(Expected)
    assert list(tmp_path.iterdir()) == []


def test_the_worker_hears_the_expected_answer(model: Model) -> None:
    worker = Worker(model, lambda frame: None)
    samples = says("幺三六七零九二五四八九", UNTRAINED[1]).astype("<i2").tobytes()
    answers = [
        worker.answer(Frame(kind, 7, payload)).kind
        for kind, payload in ((Kind.EXPECT, b"number"), (Kind.AUDIO, samples))
    ]
    assert answers == [Kind.DONE, Kind.PARTIAL]
    told = worker.answer(Frame(Kind.FINISH, 7))
    assert told.kind is Kind.TRANSCRIPT
    assert b"steered" in told.payload
    assert worker.answer(Frame(Kind.FINISH, 7)).payload == b'{"result": []}'


@pytest.mark.slow
async def test_the_expectation_reaches_the_worker(tiny: Path) -> None:
    async with Recognisers(tiny) as recognisers:
        utterance = recognisers.utterance(expected=Expected.NUMBER)
        speak(utterance, spoken("二五四六五八", 1))
        heard = await utterance.finish()
    assert isinstance(heard, Transcript)
    assert heard.steered is not None
    assert heard.steered.text == "二五四六五八"


# Grammars for models that take one at run time.

KNOWN = frozenset(
    (
        *"零一二三四五六七八九幺两洞个是我对不的打我姓张李先生转人",
        "电话",
        "我的",
        "对的",
        "不是",
        "先生",
    )
)


def test_a_grammar_has_every_pair_of_digits_and_single_syllables_beside_them() -> None:
    phrases, words = grammar(Expected.NUMBER, KNOWN.__contains__)
    pairs = {f"{one} {two}" for one in DIGIT_WORDS for two in DIGIT_WORDS}
    assert pairs <= set(phrases)
    assert {"我的 电话 是", "两 个 八"} <= set(phrases)
    assert "转" in phrases
    assert "转" not in words
    assert phrases.count("一 二") > 10 * phrases.count("转") > 0


def test_a_grammar_has_only_words_that_the_model_knows() -> None:
    for expected in Expected:
        phrases, words = grammar(expected, KNOWN.__contains__)
        assert {word for phrase in phrases for word in phrase.split()} <= KNOWN
        assert words <= KNOWN
    assert "我 姓 张" in grammar(Expected.NAME, KNOWN.__contains__)[0]
    assert "不是" in grammar(Expected.YES_NO, KNOWN.__contains__)[0]


def test_a_model_that_knows_no_such_words_gets_an_empty_grammar() -> None:
    assert grammar(Expected.NUMBER, lambda word: False) == ([], frozenset())
