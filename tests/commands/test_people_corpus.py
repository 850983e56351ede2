"""A corpus of people is read as its table says, and each mistake in it is named in one sentence."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from ivr.commands.people_corpus import PeopleCorpusError, read_people_corpus
from ivr.dialogue.meaning import Intent


def _tone(path: Path, seconds: float = 0.5, rate: int = 8000, channels: int = 1) -> None:
    at = np.arange(round(seconds * rate)) / rate
    sound = np.repeat(0.5 * np.sin(2 * np.pi * 440 * at)[:, None], channels, axis=1)
    path.parent.mkdir(exist_ok=True)
    soundfile.write(path, sound, rate)


def _table(directory: Path, text: str, name: str = "table.csv") -> Path:
    (directory / name).write_text(text, encoding="utf-8")
    return directory


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "table.csv",
            'path,words,speaker,sex,intent\na.flac,"喂，你好",张,f,hello\nsub/b.wav,138,,,\n',
        ),
        (
            "table.csv",
            "\ufeffWords,Path,Intent,Sex,Speaker\r\n喂，你好,a.flac,hello,f,张\r\n\r\n"
            "138,sub\\b.wav\r\n".replace("喂，你好", '"喂，你好"'),
        ),
        ("table.tsv", "path\twords\tspeaker\tsex\tintent\na.flac\t喂，你好\t张\tf\thello\n"
                      "sub/b.wav\t138\t\t\t\n"),
    ],
)  # fmt: skip
def test_a_table_may_have_many_forms(tmp_path: Path, name: str, text: str) -> None:
    _tone(tmp_path / "a.flac", rate=44100, channels=2)
    _tone(tmp_path / "sub" / "b.wav", seconds=0.25, rate=16000)
    first, second = read_people_corpus(_table(tmp_path, text, name)).recordings
    assert (first.words, first.speaker, first.sex) == ("喂，你好", "张", "f")
    assert first.intent is Intent.HELLO
    assert len(first.samples()) == 4000
    assert (second.words, second.speaker, second.sex, second.intent) == ("138", "", "", None)
    assert len(second.samples()) == 2000


def test_a_link_in_the_folder_may_lead_out_of_it(tmp_path: Path) -> None:
    _tone(tmp_path / "far" / "a.wav")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.wav").symlink_to(tmp_path / "far" / "a.wav")
    (one,) = read_people_corpus(_table(corpus, "path,words\na.wav,喂\n")).recordings
    assert len(one.samples()) == 4000


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "names no recording: add a line"),
        ("path,words\n", "names no recording: add a line"),
        ("path,words,mood\na.wav,喂,good\n", "line 1: 'mood' is no column"),
        ("path,path\na.wav,喂\n", "line 1: 'path' is no column of its own"),
        ("path,speaker\na.wav,张\n", "line 1 names no column words"),
        ("words\n喂\n", "line 1 names no column path"),
        ("path,words\na.wav,喂,f\n", "line 2 has 3 values for 2 columns"),
        ("path,words\na.wav,喂\n\nnone.wav,喂\n", r"line 4: there is no file .*none\.wav: add it"),
        ("path,words\n../a.wav,喂\n", "line 2: '../a.wav' is no file below the folder"),
        ("path,words\n/etc/passwd,喂\n", "line 2: '/etc/passwd' is no file below the folder"),
        ("path,words\n,喂\n", "line 2: '' is no file below the folder"),
        ("path,words\n.,喂\n", "there is no file"),
        ("path,words\na.wav,……\n", r"line 2 has no words: write what is said in a\.wav"),
        ("path,words,intent\na.wav,喂,lunch\n", "line 2: 'lunch' is no intent: use one of"),
        ("path,words\nbad.mp3,喂\n", r"line 2: .*bad\.mp3 is not a sound file"),
        ("path,words\nlong.wav,喂\n", r"line 2: .*long\.wav lasts 61 s: cut it to 60 s"),
        ('path,words\na.wav,"喂\n', "cannot be read"),
        ("path,words\na.wav,\udcff\n", "cannot be read .* save it as a table in UTF-8"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_a_remedy(
    tmp_path: Path, text: str, told: str
) -> None:
    _tone(tmp_path / "a.wav")
    _tone(tmp_path / "long.wav", seconds=61.0)
    (tmp_path / "bad.mp3").write_bytes(b"no sound at all" * 99)
    (tmp_path / "table.csv").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(PeopleCorpusError, match=told) as caught:
        read_people_corpus(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_folder_without_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PeopleCorpusError, match=r"has no table\.csv or table\.tsv: write one"):
        read_people_corpus(tmp_path / "none")


def test_sound_that_breaks_after_it_was_looked_at_is_named(tmp_path: Path) -> None:
    _tone(tmp_path / "a.wav")
    (one,) = read_people_corpus(_table(tmp_path, "path,words\na.wav,喂\n")).recordings
    one.path.write_bytes(b"RIFF")
    with pytest.raises(PeopleCorpusError, match=r"line 2: .*a\.wav is not a sound file"):
        one.samples()
