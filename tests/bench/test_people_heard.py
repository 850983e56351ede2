"""The bench of people counts what it says it counts, and hears recordings as a call would."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from ivr.bench import people
from ivr.bench.commands import bench_app
from ivr.bench.people import HeardRecording, digits_said, in_a_call, people_figures
from ivr.bench.recognition_sounds import UNTRAINED
from ivr.commands.people_corpus import PersonRecording, read_people_corpus
from ivr.dialogue.expected import Expected
from ivr.dialogue.meaning import Certainty, Intent, Meaning
from ivr.hearing.g711 import decode_alaw, encode_alaw
from ivr.recognition.transcript import NotHeard, Reason, Transcript, Word
from tests.caller import understander


def _heard(words: str, text: str, speaker: str = "", sex: str = "") -> HeardRecording:
    return HeardRecording(PersonRecording("", Path(), words, speaker, sex), text)


def _meant(intent: Intent, guess: Intent, certainty: Certainty) -> HeardRecording:
    recording = PersonRecording("", Path(), "喂", intent=intent)
    return HeardRecording(recording, "喂", Meaning("喂", guess, certainty, 0.9))


def test_syllables_are_counted_without_tones_in_all_and_by_group() -> None:
    heard = [
        _heard("投诉", "头数", "张", "f"),  # the second syllable is another
        _heard("打错了", "大措乐", "张", "f"),  # the tones differ
        _heard("你们公司在哪里", "", "王", "m"),
    ]
    figures = people_figures(heard, seed=1)
    assert figures["syllable_error_percent"] == pytest.approx(100 * 8 / 12)
    assert figures["syllable_error_percent_speaker_张"] == pytest.approx(20.0)
    assert figures["syllable_error_percent_sex_m"] == 100.0
    assert figures["recordings_sex_f"] == 2
    assert figures["exact_percent"] == pytest.approx(100 / 3)
    assert figures["character_error_percent"] == pytest.approx(100 * 12 / 12)
    low, high = (figures[f"syllable_error_percent_{end}"] for end in ("low", "high"))
    assert 0 <= low < figures["syllable_error_percent"] < high <= 100
    assert "syllable_error_percent_low_speaker_王" not in figures  # one recording has no interval
    assert people_figures(heard, seed=1) == figures


def test_an_interval_covers_the_error_that_is_known_in_nine_of_ten_corpora() -> None:
    random, covered = np.random.default_rng(5), 0
    for _ in range(40):
        wrong = random.random(80) < 0.3
        heard = [_heard("投诉", "头数" if one else "头诉") for one in wrong]
        figures = people_figures(heard, seed=1)
        ends = [figures[f"syllable_error_percent_{end}"] for end in ("low", "high")]
        covered += ends[0] <= 15.0 <= ends[1]
    assert covered >= 34


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("幺三八", "138"),
        ("1 3 8", "138"),
        ("零〇洞", "000"),
        ("两 二", "22"),
        ("八", ""),
        ("三十八", ""),
        ("我的号码是幺三八", ""),
        ("³²", ""),
    ],
)
def test_only_words_of_digits_are_numbers(words: str, digits: str) -> None:
    assert digits_said(words) == digits


def test_a_number_is_right_if_the_hotline_would_note_its_digits() -> None:
    heard = [
        _heard("幺三八", "一三八"),
        _heard("138", "呃幺三八"),
        _heard("138", "一三"),
        _heard("138", ""),
        _heard("喂", ""),
    ]
    assert [one.number_right for one in heard] == [True, True, False, False, None]
    figures = people_figures(heard, seed=1)
    assert figures["numbers_right_percent"] == 50.0
    assert figures["digit_error_percent"] == pytest.approx(100 * 4 / 12)


def test_intents_are_judged_as_in_the_bench_of_understanding() -> None:
    heard = [
        _meant(Intent.HELLO, Intent.HELLO, Certainty.UNSURE),
        _meant(Intent.HELLO, Intent.GOODBYE, Certainty.LIKELY),
        _meant(Intent.HELLO, Intent.GOODBYE, Certainty.SURE),
        _meant(Intent.OTHER, Intent.OTHER, Certainty.SURE),
        _heard("喂", ""),
    ]
    figures = people_figures(heard, seed=1)
    assert figures["intents"] == 4
    assert figures["intents_right_percent"] == 50.0
    assert figures["surely_wrong_percent"] == 25.0


def test_a_recording_goes_through_a_law_with_silence_around_it() -> None:
    voice = np.random.default_rng(1).normal(0, 3000, 4000).astype(np.int16)
    sound = in_a_call(voice)
    assert len(sound) == 2400 + 4000 + 4000
    assert np.array_equal(sound[2400:6400], decode_alaw(encode_alaw(voice)))
    assert not np.array_equal(sound[2400:6400], voice)
    assert np.abs(sound[:2400]).max() <= 8


def _said(words: str, steered: Transcript | None = None) -> Transcript:
    return Transcript(tuple(Word(word, 0.0, 0.3, 1.0) for word in words), steered)


class _Losing:
    """In place of the workers: loses each recording some times before it gives the words."""

    def __init__(self, times: int, heard: Transcript | None = None) -> None:
        self.left, self.heard = times, heard
        self.expected: list[Expected | None] = []

    async def __aenter__(self) -> "_Losing":
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    def utterance(self, expected: Expected | None) -> "_Losing":
        self.expected.append(expected)
        return self

    def feed(self, samples: object) -> None:
        pass

    async def finish(self) -> Transcript | NotHeard:
        self.left -= 1
        if self.left >= 0:
            return NotHeard(Reason.BUSY)
        return self.heard or _said("喂")


@pytest.mark.parametrize(("times", "lost"), [(0, False), (2, False), (3, True)])
async def test_a_busy_machine_is_not_taken_for_a_deaf_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int, lost: bool
) -> None:
    """A recording is tried three times here; one that is lost has no part in the figures."""
    monkeypatch.setattr(people, "PAUSES", (0.0, 0.0))
    monkeypatch.setattr(people, "Recognisers", lambda *_, **__: _Losing(times))
    soundfile.write(tmp_path / "a.wav", np.zeros(800), 8000)
    (tmp_path / "table.csv").write_text("path,words\na.wav,喂\n", encoding="utf-8")
    corpus = read_people_corpus(tmp_path)
    result = await people.measure(corpus, None, lambda text: pytest.fail(text), max_error=10)
    assert result.passed is not lost
    assert result.problems == (("1 recordings were lost: busy",) if lost else ())
    assert result.figures.get("syllable_error_percent") == (None if lost else 0.0)
    assert result.samples == (0 if lost else 1)


async def test_a_number_is_heard_as_after_a_question_for_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers = _Losing(0, _said("要三吧六", _said("幺三八六")))
    monkeypatch.setattr(people, "Recognisers", lambda *_, **__: workers)
    soundfile.write(tmp_path / "a.wav", np.zeros(800), 8000)
    (tmp_path / "table.csv").write_text("path,words\na.wav,1386\n", encoding="utf-8")
    result = await people.measure(read_people_corpus(tmp_path), None, understander().meaning)
    assert workers.expected == [Expected.NUMBER]
    assert result.figures["numbers_right_percent"] == 100.0
    assert result.figures["digit_error_percent"] == 0.0


@pytest.mark.slow
def test_the_built_in_model_hears_synthetic_callers_and_a_limit_is_kept(tmp_path: Path) -> None:
    """The built-in model knows these words and espeak's voices."""
    table = ["path,words,sex,intent"]
    for sex, voice in zip("fm", UNTRAINED, strict=True):
        for said, intent in (("我要投诉你们客服态度不好", "attitude_complaint"), ("幺三八", "")):
            samples, rate = voice.synthesise(said)
            name = f"{sex}-{said}.wav"
            soundfile.write(tmp_path / name, samples, rate)
            table.append(f"{name},{said},{sex},{intent}")
    (tmp_path / "table.csv").write_text("\n".join(table), encoding="utf-8")
    words = ["recognition", "--json", "--corpus", str(tmp_path), "--model", "built-in"]
    told = CliRunner().invoke(bench_app, words)
    assert told.exit_code == 0, told.output
    result = json.loads(told.stdout)
    assert result["bench"] == "recognition-people"
    assert result["samples"] == 4
    assert result["figures"]["syllable_error_percent"] <= 15
    assert result["figures"]["intents_right_percent"] == 100
    assert result["figures"]["numbers"] == 2
    # A wrong table is heard as wrong.
    spoken = (tmp_path / "table.csv").read_text(encoding="utf-8")
    other = spoken.replace(",幺三八", ",喂喂喂喂喂")
    (tmp_path / "table.csv").write_text(other, encoding="utf-8")
    told = CliRunner().invoke(bench_app, [*words, "--max-error", "15"])
    assert told.exit_code == 1
    result = json.loads(told.stdout)
    assert result["limits"] == {"syllable_error_percent": 15.0}
    assert result["pass"] is False


def test_a_corpus_or_model_that_cannot_be_used_gives_one_sentence(tmp_path: Path) -> None:
    for words in (["--corpus", str(tmp_path / "none")], ["--model", "none"]):
        told = CliRunner().invoke(bench_app, ["recognition", "--json", *words])
        assert told.exit_code == 2
        assert told.stdout == ""
        assert told.stderr.strip().startswith("ivr: ")
