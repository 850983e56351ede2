"""Clips that arrived are joined to the sheet's sentences, with any values in their slots."""

from collections.abc import Iterable

import numpy as np
import pytest

from ivr.hearing.g711 import Samples
from ivr.scenario.files import read_scenarios
from ivr.scenario.seen import SpokenPrompt
from ivr.scenario.stage import Stage
from ivr.scenario.wire import spoken_prompts
from ivr.words.catalogue import Rendering
from tests.softphone.sounds import recording

from .conftest import Write

IDLE = np.full(8000, 8, np.int16)
ADDRESSED = '{ hears = "ask_topic.ask", with = { "姓" = "张", "先生" = "先生" } }'


@pytest.fixture
def heard(stage: Stage, write: Write) -> "Heard":
    return Heard(stage, write)


class Heard:
    """Plays clips to a caller and returns the prompts that the caller heard."""

    def __init__(self, stage: Stage, write: Write) -> None:
        self._stage, self._write = stage, write

    def clips(self, *ids: str, rendering: Rendering = "normal") -> list[Samples]:
        return [self._stage.catalogue.samples(id, rendering) for id in ids]

    def of(self, pieces: Iterable[Samples | float], step: str = "") -> list[SpokenPrompt]:
        text = '[[scenario]]\nname = "x"\nrows = ["greeting"]\nsteps = [{ hears = "greeting.ask" }'
        (scenario,) = read_scenarios([self._write(f"{text}, {step}]")], self._stage.sheet)
        return spoken_prompts(recording(IDLE, *pieces, IDLE), scenario, self._stage)


@pytest.mark.parametrize("rendering", ["normal", "louder", "slow"])
def test_the_rendering_is_recognised(heard: Heard, rendering: Rendering) -> None:
    (one,) = heard.of(heard.clips("no_sound.farewell", rendering=rendering))
    assert (set(one.ids), one.rendering, one.complete) == ({"no_sound.farewell"}, rendering, True)
    assert one.correlation > 0.99
    assert one.start == pytest.approx(1.0, abs=0.03)


def test_sentences_that_follow_at_once_are_two(heard: Heard) -> None:
    one, other = heard.of(heard.clips("cannot_fulfil.out_of_scope", "closing.ask"))
    assert "cannot_fulfil.out_of_scope" in one.ids
    assert {"closing.ask", "caller_stays_on.ask"} == other.ids
    assert other.start == pytest.approx(one.end, abs=0.03)


def test_values_are_part_of_their_sentence(heard: Heard) -> None:
    """This holds also for values that no step asks for, such as a ticket's number."""
    digits = [
        f"digit.{digit}.{place}"
        for digit, place in zip("258", ("start", "middle", "end"), strict=True)
    ]
    (one,) = heard.of(heard.clips("system.ticket.1", *digits, rendering="slow"))
    assert (set(one.ids), one.complete, one.rendering) == ({"system.ticket"}, True, "slow")


def test_the_values_of_a_step_are_recognised(heard: Heard) -> None:
    (one,) = heard.of(heard.clips("name.zhang1.sir", "ask_topic.ask.1"), ADDRESSED)
    assert set(one.ids) == {"ask_topic.ask"}
    assert one.text.startswith("张先生，")
    assert one.start == pytest.approx(1.0, abs=0.03)


def test_a_number_is_recognised_digit_by_digit(heard: Heard, stage: Stage) -> None:
    """A single digit may sound like its louder rendering; the whole sentence does not."""
    check, values = "system.number_check", {"电话": "13800001234"}
    clips = stage.compose(stage.prompt(check), values).clips
    step = f'{{ hears = "{check}", with = {{ "电话" = "13800001234" }} }}'
    (one,) = heard.of(heard.clips(*clips), step)
    assert (one.text, one.rendering) == ("您的联系电话是138-0000-1234，对吗？", "normal")


def test_other_values_are_not_taken_for_those_of_a_step(heard: Heard) -> None:
    (one,) = heard.of(heard.clips("name.wang2.sir", "ask_topic.ask.1"), ADDRESSED)
    assert set(one.ids) == {"ask_topic.ask"}
    assert "张" not in one.text


def test_a_sentence_that_is_cut_is_recognised_by_its_beginning(heard: Heard) -> None:
    (greeting,) = heard.clips("greeting.ask")
    (one,) = heard.of([greeting[:16000]])
    assert (set(one.ids), one.complete) == ({"greeting.ask"}, False)


def test_half_of_a_sentence_with_slots_is_not_whole(heard: Heard) -> None:
    (one,) = heard.of(heard.clips("system.number_check.1", "digit.8.end"))
    assert (set(one.ids), one.complete) == ({"system.number_check"}, False)


def test_a_sound_that_is_no_prompt_is_reported_as_a_sound(heard: Heard) -> None:
    noise = np.random.default_rng(1).normal(0, 2000, 12000).astype(np.int16)
    (one,) = heard.of([noise])
    assert one.ids == frozenset()
    assert str(one) == "a sound that is no prompt (cut off)"
