"""The streams bench measures what its figures say; it runs at a small size here."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from ivr.bench import streams
from ivr.bench.commands import bench_app
from ivr.dialogue.events import Event, SpeechStarted
from ivr.hearing.ear import Ear
from ivr.hearing.frames import FRAME, FRAME_SECONDS
from ivr.hearing.g711 import decode_alaw
from ivr.hearing.level import dbov
from ivr.recognition.silero import SileroModel


def test_the_sounds_have_the_levels_of_speech_comfort_noise_and_a_dead_line() -> None:
    sounds = streams.sounds(3.0, seed=1)
    assert {len(sent) for sent in (sounds.talking, sounds.silent, sounds.dead)} == {24000}
    assert dbov(decode_alaw(sounds.talking)) > -35
    assert dbov(decode_alaw(sounds.silent)) == pytest.approx(streams.COMFORT_DBOV, abs=1.5)
    assert np.ptp(decode_alaw(sounds.dead)) == 0
    assert streams.sounds(3.0, seed=1) == sounds
    assert streams.sounds(3.0, seed=2).silent != sounds.silent


@pytest.mark.slow
def test_each_number_of_streams_has_its_figures(tmp_path: Path) -> None:
    done = list[None]()
    result = streams.measure([1, 3], seconds=2.0, passes=1, done=lambda: done.append(None))
    assert len(done) == streams.streams_steps([1, 3])
    assert set(result.figures) == {
        "ear_only_core_percent", "alaw_decode_ratio", "growth_3_to_1",
        *(
            f"{kind}_{count}_core_percent"
            for kind in ("talking", "silent", "dead", "detector")
            for count in (1, 3)
        ),
    }  # fmt: skip
    assert set(result.limits) < set(result.figures)
    assert all(value > 0 for value in result.figures.values())
    figures = result.figures
    assert figures["talking_1_core_percent"] > figures["silent_1_core_percent"]
    assert figures["growth_3_to_1"] == pytest.approx(
        figures["talking_3_core_percent"] / figures["talking_1_core_percent"]
    )
    streams.draw_streams(result, [1, 3], tmp_path)
    assert (tmp_path / "streams.png").stat().st_size > 5000


def test_an_ear_with_replayed_answers_reports_the_same_events() -> None:
    """If it did not, the figure of the ear without its detector would be that of an idle ear."""
    sound = decode_alaw(streams.sounds(3.0, seed=1).talking)
    asking = streams._Remembering(SileroModel.load().stream())
    reported = list[list[Event]]()
    for detector in (asking, streams._Answering(asking.answers)):
        ear, events = Ear(detector, 0.0), list[Event]()
        for n in range(len(sound) // FRAME):
            events += ear.hear(sound[n * FRAME : (n + 1) * FRAME], (n + 1) * FRAME_SECONDS)
        reported.append(events)
    assert reported[0] == reported[1]
    assert SpeechStarted in map(type, reported[0])


@pytest.mark.slow
def test_the_command_prints_one_object(tmp_path: Path) -> None:
    given = ["streams", "--streams", "2,1", "--seconds", "2", "--json", "--out", str(tmp_path)]
    told = CliRunner().invoke(bench_app, given)
    assert told.exit_code in (0, 1), told.output  # a busy machine may be over the limit
    found = json.loads(told.stdout)
    assert (found["bench"], found["samples"]) == ("streams", 3)
    assert "growth_2_to_1" in found["figures"]
    assert (tmp_path / "streams.png").is_file()


@pytest.mark.parametrize("numbers", ["", "0", "1,x", "-1", "1,,2"])
def test_numbers_of_streams_that_are_not_positive_integers_are_refused(numbers: str) -> None:
    told = CliRunner().invoke(bench_app, ["streams", f"--streams={numbers}"])
    assert told.exit_code == 2
    assert "1,10,50" in told.stderr
