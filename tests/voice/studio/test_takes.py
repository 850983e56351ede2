"""The takes of a session are those that the speaker meant, and doubts are told."""

from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest

from ivr.etiquette.sheet import Sheet
from ivr.voice import VoiceError
from ivr.voice.studio.result import FoundSession, LineStatus
from ivr.voice.studio.script import ScriptLine, studio_script
from ivr.voice.studio.takes import WordsIn, find_takes
from tests.voice.studio.sessions import RATE, broken_off, click, cough, record, said, silence

pytestmark = pytest.mark.slow  # sessions of a minute and more are made and cut

Lines = Sequence[ScriptLine]

EXTRA = "今天天气很好，我们中午去吃面条。"
"""A sentence that is in no script."""


def ids(found: FoundSession, status: LineStatus) -> list[str]:
    return [one.line.id for one in found.with_status(status)]


def starts(found: FoundSession) -> list[float]:
    """Return where the take that counts begins, for each line that has one."""
    return [one.counted.start for one in found.lines if one.counted]


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    return tmp_path / "session.wav"


@pytest.mark.parametrize("noise_dbov", [-75, -55, -45])
def test_every_line_of_a_plain_session_is_sure(
    wav: Path, lines: Lines, words_in: WordsIn, noise_dbov: float
) -> None:
    began = record(wav, [said(line.words) for line in lines], noise_dbov=noise_dbov)
    found = find_takes([wav], lines, words_in)
    assert ids(found, LineStatus.SURE) == [line.id for line in lines]
    assert starts(found) == pytest.approx(began, abs=0.1)
    assert (found.repeated, found.strays, found.complete) == ([], (), True)
    assert found.files[0].understood


def test_a_messy_session_gives_every_line_its_own_take(
    wav: Path, lines: Lines, words_in: WordsIn
) -> None:
    """With a cough, clicks, a wrong line, a line said twice, one left out, and one too many."""
    words = [said(line.words) for line in lines]
    wrong = said("对不起，现在线路忙，请您稍后再拨。")
    parts = [words[0], cough(), words[1], click(), wrong, words[2], words[3], words[3], words[4]]
    parts += [said(EXTRA), click(), words[5], cough(2), *words[7:]]
    began = record(wav, parts)
    found = find_takes([wav], lines, words_in)
    assert ids(found, LineStatus.MISSING) == [lines[6].id]
    # The recogniser may mishear one of the two syllables of 对吗？; a person must then listen.
    assert set(ids(found, LineStatus.UNSURE)) <= {"system.number_check.2"}
    assert [one.line.id for one in found.repeated] == [lines[3].id]
    places = [0, 2, 5, 7, 8, 11, *range(13, len(parts))]
    assert starts(found) == pytest.approx([began[place] for place in places], abs=0.05)
    extra = [one.start for one in found.strays if not one.noise]
    assert extra == pytest.approx([began[4], began[9]], abs=0.05)


@pytest.mark.parametrize("share", [0.4, 0.65])
def test_a_take_that_is_broken_off_does_not_count(
    wav: Path, lines: Lines, words_in: WordsIn, share: float
) -> None:
    """The speaker breaks off before the good take, and again after it."""
    words = [said(line.words) for line in lines[:4]]
    long = max(range(4), key=lambda place: len(words[place]))
    broken = broken_off(words[long], share)
    began = record(wav, [*words[:long], broken, words[long], broken, *words[long + 1 :]])
    found = find_takes([wav], lines[:4], words_in)
    assert ids(found, LineStatus.SURE) == [line.id for line in lines[:4]]
    assert starts(found)[long] == pytest.approx(began[long + 1], abs=0.05)


@pytest.mark.slow
def test_a_line_read_with_long_pauses_is_one_take(
    wav: Path, lines: Lines, words_in: WordsIn
) -> None:
    clauses = [said("您好！"), silence(0.7), said("请问有什么可以帮助您？")]
    spoken = next(place for place, line in enumerate(lines) if line.id == "no_sound.ask")
    parts = [said(line.words) for line in lines]
    parts[spoken] = np.concatenate(clauses)
    began = record(wav, parts, pause=1.5)
    found = find_takes([wav], lines, words_in)
    assert found.complete
    take = found.lines[spoken].counted
    assert take is not None
    assert (take.start, take.end - take.start) == pytest.approx(
        (began[spoken], len(parts[spoken]) / RATE), abs=0.06
    )


@pytest.mark.slow
def test_a_session_may_be_in_several_files(tmp_path: Path, lines: Lines, words_in: WordsIn) -> None:
    """The second file goes on after the first, and the third repeats one line."""
    parts = [said(line.words) for line in lines]
    files = [tmp_path / f"{number}.wav" for number in (1, 2, 3)]
    record(files[0], parts[:5])
    record(files[1], parts[5:])
    record(files[2], [parts[2]])
    found = find_takes(files, lines, words_in)
    assert found.complete
    counted = [one.counted.file for one in found.lines if one.counted]
    assert counted == [*files[:1] * 2, files[2], *files[:1] * 2, *files[1:2] * (len(lines) - 5)]


@pytest.mark.parametrize(
    "nonsense", [[""], ["您好", "不知道", "发票", "再见谢谢", "我想问价格", "公司地址在哪里"]]
)
def test_an_unknown_voice_is_placed_by_its_lengths_and_unsure(
    wav: Path, lines: Lines, nonsense: list[str]
) -> None:
    began = record(wav, [said(line.words) for line in lines])
    words = cycle(nonsense)
    found = find_takes([wav], lines, lambda samples: next(words))
    assert starts(found) == pytest.approx(began, abs=0.05)
    assert ids(found, LineStatus.UNSURE) == [line.id for line in lines]
    assert not found.files[0].understood
    counted = found.lines[0].counted
    assert counted is not None
    assert counted.doubts == (
        "placed by its length alone: the recogniser does not know this voice",
    )


@pytest.mark.slow
def test_a_session_of_another_script_is_refused(
    wav: Path, excerpt_sheet: Sheet, lines: Lines, words_in: WordsIn
) -> None:
    others = studio_script(excerpt_sheet, only="hours").lines
    record(wav, [said(line.words) for line in lines])
    with pytest.raises(VoiceError, match="is no session of this script"):
        find_takes([wav], others, words_in)


def test_fragments_are_found_by_their_words(
    wav: Path, excerpt_sheet: Sheet, words_in: WordsIn
) -> None:
    departments = studio_script(excerpt_sheet, only="department").lines
    parts = [said(line.words) for line in departments]
    began = record(wav, [*parts[:3], *parts[4:]])
    found = find_takes([wav], departments, words_in)
    assert ids(found, LineStatus.MISSING) == [departments[3].id]
    assert starts(found) == pytest.approx(began, abs=0.05)


@pytest.mark.slow
def test_an_overdriven_take_is_unsure(wav: Path, lines: Lines, words_in: WordsIn) -> None:
    parts = [said(line.words) for line in lines]
    parts[3] = np.clip(parts[3] * 40, -32768, 32767)
    record(wav, parts)
    found = find_takes([wav], lines, words_in)
    assert lines[3].id in ids(found, LineStatus.UNSURE)
    counted = found.lines[3].counted
    assert counted is not None
    assert "overdriven: record it again at a lower level" in counted.doubts


@pytest.mark.parametrize("pause", [0.6, 2.5])
def test_pauses_between_lines_may_be_shorter_or_longer_than_asked(
    wav: Path, lines: Lines, words_in: WordsIn, pause: float
) -> None:
    record(wav, [said(line.words) for line in lines[:6]], pause=pause)
    assert find_takes([wav], lines[:6], words_in).complete


@pytest.mark.slow
def test_a_slow_session_is_placed_by_its_lengths(wav: Path, lines: Lines) -> None:
    began = record(wav, [said(line.words, 150) for line in lines])
    found = find_takes([wav], lines, lambda samples: "", slow=True)
    assert starts(found) == pytest.approx(began, abs=0.1)
