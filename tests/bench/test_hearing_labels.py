"""Labels files may have many forms, and an error in one is named with its line."""

import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.bench.hearing_corpus import label_of, labelled_recordings
from ivr.bench.hearing_labels import SUFFIXES, parse_labels
from ivr.dialogue.events import Condition
from ivr.lab.corpus import CorpusError


def _wav(path: Path, seconds: float = 0.1, rate: int = 8000, channels: int = 1) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.zeros(round(seconds * rate) * channels, "<i2").tobytes())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("labels.csv", "file,label\na.wav,quiet\n"),
        ("labels.csv", "\ufeffFilename;Class\n# no entry\n\na.wav;too-quiet\n"),
        ("labels.csv", "a.wav,Quiet\n"),
        ("labels.tsv", "wav\tverdict\na.wav\ttoo quiet\n"),
        ("labels.json", '[{"path": "a.wav", "condition": "low_volume"}]'),
        ("labels.json", '{"a.wav": "too_quiet"}'),
        ("labels.json", '{"files": [{"name": "a", "label": "quiet"}]}'),
        ("labels.jsonl", '\n{"file": "a.wav", "label": "quiet", "onset": null}\n'),
        ("labels.toml", '"a.wav" = "quiet"\n'),
        ("labels.toml", '[["recording"]]\nfile = "a.wav"\nlabel = "quiet"\n'),
        ("labels.txt", "a.wav quiet\n"),
        ("labels.txt", "File\tCategory\na.wav\tquiet\n"),
        ("what-i-call-it.csv", "file,label\na.wav,quiet\n"),
    ],
)
def test_a_labels_file_may_have_many_forms(tmp_path: Path, name: str, text: str) -> None:
    _wav(tmp_path / "a.wav", rate=16000, channels=2)
    (tmp_path / name).write_text(text, "utf-8")
    [(file, window)] = labelled_recordings(tmp_path)
    assert Path(file).stem == "a"
    assert window.label is Condition.TOO_QUIET
    assert window.group == "too_quiet"
    assert len(window.frames) == 5


@pytest.mark.parametrize(
    ("word", "condition"),
    [
        ("clean", Condition.OK),
        ("Speakerphone", Condition.HANDS_FREE),
        ("silence", Condition.NOBODY),
        ("dead", Condition.DEAD_LINE),
        ("own prompt", Condition.OWN_PROMPT),
        ("babble", Condition.NOISE),
        *((condition.value, condition) for condition in Condition if condition != "unheard"),
    ],
)
def test_a_label_may_be_a_verdict_or_one_of_its_aliases(word: str, condition: Condition) -> None:
    assert label_of(word).condition is condition


def test_a_row_may_name_our_prompt_and_the_second_at_which_it_began(tmp_path: Path) -> None:
    _wav(tmp_path / "a.wav")
    _wav(tmp_path / "p.wav", 0.2)
    (tmp_path / "labels.csv").write_text(
        "file,label,prompt,prompt_start,onset\na.wav,echo,p.wav,0.5,\n"
    )
    [(_, window)] = labelled_recordings(tmp_path)
    assert window.prompt is not None
    assert len(window.prompt) == 1600
    assert (window.prompt_start, window.truth.onset_s) == (0.5, None)


def test_times_may_be_milliseconds_and_an_end_without_silence_after_it_is_dropped(
    tmp_path: Path,
) -> None:
    _wav(tmp_path / "long.wav", 3.0)
    _wav(tmp_path / "short.wav", 1.5)
    (tmp_path / "labels.csv").write_text(
        "file,label,speech_start_ms,end\nlong.wav,ok,250,1.5\nshort.wav,ok,250,1.5\n"
    )
    truths = [window.truth for _, window in labelled_recordings(tmp_path)]
    assert [(truth.onset_s, truth.end_s) for truth in truths] == [(0.25, 1.5), (0.25, None)]


def test_directories_named_after_labels_need_no_labels_file(tmp_path: Path) -> None:
    for folder in ("speakerphone", "quiet"):
        (tmp_path / folder).mkdir()
        _wav(tmp_path / folder / "a.wav")
    (tmp_path / "README.txt").write_text("Recorded in May.")
    (tmp_path / "quiet" / ".hidden").write_text("")
    labels = [(name, window.label) for name, window in labelled_recordings(tmp_path)]
    assert labels == [
        ("quiet/a.wav", Condition.TOO_QUIET),
        ("speakerphone/a.wav", Condition.HANDS_FREE),
    ]


@pytest.mark.parametrize("suffix", [".alaw", ".ulaw"])
def test_recordings_of_asterisk_need_no_header(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"a{suffix}").write_bytes(bytes(800))
    (tmp_path / "labels.csv").write_text(f"a{suffix},ok\n")
    [(_, window)] = labelled_recordings(tmp_path)
    assert len(window.frames) == 5


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("file,label\nmissing.wav,ok\n", "line 2: there is no file"),
        ("file,label\n\na.wav,strange\n", "line 3: the label 'strange' is none of ok"),
        ("file,label\na.wav\n", "line 2: no label"),
        ("file,label\na.wav,ok,more\n", "line 2: 3 cells under 2 columns"),
        ("file,label,onset\na.wav,ok,soon\n", "line 2: 'soon' is not a time"),
        ("file,label\nlabels.csv,ok\n", "line 2: .*labels.csv is not a sound file"),
        ("file,label\n", "labels no file"),
    ],
)
def test_an_error_in_a_labels_file_is_named_with_its_line(
    tmp_path: Path, text: str, says: str
) -> None:
    _wav(tmp_path / "a.wav")
    (tmp_path / "labels.csv").write_text(text)
    with pytest.raises(CorpusError, match=rf"labels\.csv.*{says}"):
        list(labelled_recordings(tmp_path))


def test_a_directory_without_labels_is_refused_with_the_names_they_may_have(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"no labels file: name it one of labels\.csv"):
        list(labelled_recordings(tmp_path))
    with pytest.raises(CorpusError, match="there is no directory"):
        list(labelled_recordings(tmp_path / "nowhere"))


@given(st.sampled_from(SUFFIXES), st.text(max_size=80))
def test_any_text_gives_rows_or_one_error(suffix: str, text: str) -> None:
    said = "labels "
    try:
        places = [row.place for row in parse_labels(text, suffix, "labels")]
    except CorpusError as error:
        places, said = [str(error)], "labels"
    assert all(place.startswith(said) for place in places)


@given(st.integers(0, 20), st.text("abc\t ", min_size=1, max_size=8))
def test_the_number_of_a_bad_json_line_counts_from_one(before: int, bad: str) -> None:
    text = '{"file": "a", "label": "ok"}\n' * before + "{" + bad
    with pytest.raises(CorpusError, match=f"labels line {before + 1}:"):
        list(parse_labels(text, ".jsonl", "labels"))
