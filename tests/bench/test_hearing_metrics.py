"""The figures of the hearing bench are computed from judged windows as defined."""

import wave
from math import isnan
from pathlib import Path

import pytest

from ivr.bench.hearing import measure_corpus, windows_of
from ivr.bench.hearing_metrics import (
    NEVER,
    end_errors_ms,
    flips,
    hearing_figures,
    start_delay,
    verdict_delays,
)
from ivr.bench.hearing_stream import Changes, JudgedWindow
from ivr.bench.tally import wilson
from ivr.dialogue.events import Condition
from ivr.hearing.verdict import LineMeasures
from ivr.lab.corpus.recipes import CASES, CLASSES, NATURAL, NUISANCES
from ivr.lab.corpus.sources import Split
from ivr.lab.corpus.window import Truth

OK, NOISE, QUIET = Condition.OK, Condition.NOISE, Condition.TOO_QUIET


def _window(
    label: Condition = OK,
    condition: Condition = OK,
    group: str | None = None,
    changes: Changes | None = None,
    starts: tuple[float, ...] = (),
    ends: tuple[float, ...] = (),
    onset: float | None = None,
    end: float | None = None,
    value: float | None = None,
) -> JudgedWindow:
    return JudgedWindow(
        group=group or label.value,
        name="1",
        value=value,
        label=label,
        seconds=5.0,
        truth=Truth("", onset_s=onset, end_s=end),
        condition=condition,
        why="",
        numbers=LineMeasures(),
        changes=changes or [],
        starts=list(starts),
        ends=list(ends),
    )


def test_accuracy_counts_all_classes_and_the_worst_recall_is_a_figure() -> None:
    heard = [_window(), _window(), _window(QUIET, QUIET), _window(QUIET, OK), _window(NOISE, NOISE)]
    found = hearing_figures(heard)
    assert found["five_class_accuracy"] == 0.8
    assert found["worst_class_recall"] == 0.5
    assert found["wilson_low"] == pytest.approx(wilson(4, 5)[0])
    assert "nuisance_as_caller" not in found  # there was none


def test_a_dead_line_counts_for_nobody_and_a_fax_for_a_tone() -> None:
    assert _window(Condition.NOBODY, Condition.DEAD_LINE).right
    assert _window(Condition.NOBODY, Condition.NO_RTP).right
    assert _window(Condition.TONE, Condition.FAX).right
    assert not _window(Condition.NOISE, Condition.MUSIC).right


def test_nuisances_taken_for_callers_and_echoes_that_interrupt_are_counted() -> None:
    echo = Condition.OWN_PROMPT
    heard = [
        _window(echo, OK, starts=(1.0,)),
        _window(echo, echo),
        _window(Condition.MUSIC, Condition.TONE),
        _window(Condition.TONE, Condition.NOBODY),
    ]
    found = hearing_figures(heard)
    assert found["nuisance_as_caller"] == 0.25
    assert found["echo_false_barge_in"] == 0.5
    assert found["false_starts_per_hour"] == pytest.approx(180)


def test_a_barge_in_counts_when_it_is_soon_enough_and_not_before_the_caller() -> None:
    starts = [(2.3,), (1.5,), (4.1,), ()]
    heard = [_window(group="barge_in", onset=2.0, starts=each) for each in starts]
    assert hearing_figures(heard)["true_barge_in"] == 0.25


def test_a_delay_runs_from_the_onset_to_the_first_right_verdict() -> None:
    late = _window(NOISE, OK, changes=[(1.5, OK), (2.5, NOISE), (4.0, OK)], onset=1.0)
    before = _window(NOISE, NOISE, changes=[(0.8, NOISE)], onset=1.0)
    never = _window(NOISE, OK, changes=[(1.5, OK)], onset=1.0)
    alone = _window(NOISE, NOISE, changes=[(0.8, NOISE)])
    assert verdict_delays([late, before, alone]) == [1.5, 0.0]
    assert verdict_delays([never]) == [NEVER - 1.0]


def test_a_start_before_the_caller_speaks_is_not_the_callers() -> None:
    assert start_delay(_window(onset=1.0, starts=(0.5, 1.2))) == pytest.approx(0.2)
    assert start_delay(_window(onset=1.0)) is None


def test_the_end_of_speech_is_due_half_a_second_after_the_last_voice() -> None:
    heard = [_window(end=3.0, ends=(1.0, 3.6)), _window(ends=(1.0,)), _window(end=3.0)]
    assert end_errors_ms(heard) == pytest.approx([100.0, 1000 * (NEVER - 3.5)])


@pytest.mark.parametrize(
    ("order", "count"),
    [
        ([OK, NOISE], 0),
        ([OK, NOISE, OK], 1),
        ([OK, Condition.NOBODY, OK], 0),
        ([OK, NOISE, OK, NOISE], 2),
    ],
)
def test_a_flip_is_a_return_to_a_verdict_that_was_left(order: list[Condition], count: int) -> None:
    assert flips(_window(changes=[(n, what) for n, what in enumerate(order)])) == count


def test_every_group_has_its_windows_and_no_window_comes_twice() -> None:
    wanted = windows_of(16)
    assert len(set(wanted)) == len(wanted)
    for group in (*CLASSES, *NUISANCES, *CASES):
        assert sum(order.group == group for order in wanted) == 16
    for group in NATURAL:
        assert sum(order.group == group for order in wanted) == 4


def test_natural_voices_are_only_in_the_test() -> None:
    assert not [order for order in windows_of(16, Split.DEV) if order.group in NATURAL]


def test_natural_voices_have_figures_of_their_own() -> None:
    heard = [
        _window(group="natural_ok"),
        _window(group="natural_ok", condition=NOISE),
        _window(group="natural_barge_in", onset=2.0, starts=(2.3,)),
    ]
    found = hearing_figures(heard)
    assert found["natural_voices_accuracy"] == 0.5
    assert found["natural_voices_barge_in"] == 1.0
    assert "five_class_accuracy" not in found


def test_recordings_give_only_the_figures_that_their_labels_allow(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(2 * 8000 * 3))
    (tmp_path / "labels.csv").write_text("file,label\na.wav,silence\n")
    report = measure_corpus(tmp_path)
    assert report.result.figures["five_class_accuracy"] == 1.0
    assert "cost_per_call_core_percent" not in report.result.limits
    assert "speech_start_p50_ms" not in report.result.limits
    assert not any(isnan(value) for value in report.result.figures.values())
