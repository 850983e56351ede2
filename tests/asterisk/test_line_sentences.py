"""A composed sentence on the line: its clips follow one another, and end, fail and stop as one."""

from dataclasses import replace

import pytest

from ivr.asterisk.line import GRACE_SECONDS
from ivr.dialogue.events import CallerHungUp, KeyPressed, PromptFailed, PromptFinished
from ivr.dialogue.outcome import Outcome
from ivr.words.catalogue import RenderedPrompt
from tests.asterisk.conftest import Service, play, sentence
from tests.asterisk.fake_asterisk import FakeAsterisk

SILENCE, SHORT, HALF, LONG = "ivr/silence-10", "ivr/row-short", "ivr/row-half", "ivr/row-long"


async def until_playing(fake: FakeAsterisk, sound: str) -> None:
    """Wait until Asterisk plays this file."""
    await fake.until(lambda: fake.playing == sound)


async def test_clips_are_spoken_in_order_and_only_the_last_ends_the_prompt(
    service: Service,
) -> None:
    fake, caller = await service.ring()
    caller.line.play(sentence(1, "short", "half", "short"))
    await caller.until(PromptFinished(1))
    first = fake.sounds.index(SHORT)
    assert fake.sounds[first : first + 3] == [SHORT, HALF, SHORT]
    await until_playing(fake, SILENCE)
    assert caller.events == [PromptFinished(1)]


async def test_one_timer_lasts_for_the_whole_sentence(service: Service) -> None:
    """No command is sent between two clips: the next begins when the last has ended."""
    fake, caller = await service.ring()
    caller.line.play(sentence(1, "short", "half", "short"))
    await caller.until(PromptFinished(1))
    first = next(n for n, line in enumerate(fake.commands) if SHORT in line)
    assert fake.commands[first - 1] == f"SET VARIABLE TIMEOUT(absolute) {0.58 + GRACE_SECONDS:.1f}"
    assert all(line.startswith("STREAM FILE") for line in fake.commands[first : first + 3])


@pytest.mark.parametrize("names", [("long", "short"), ("short", "long", "short")])
async def test_stop_in_any_clip_cuts_the_rest(service: Service, names: tuple[str, ...]) -> None:
    fake, caller = await service.ring()
    caller.line.play(sentence(1, *names))
    await until_playing(fake, LONG)
    caller.line.stop(1)
    await until_playing(fake, SILENCE)
    assert fake.sounds[-2:] == [LONG, SILENCE]
    assert caller.events == []


@pytest.mark.parametrize("names", [("long", "short"), ("short", "long", "short")])
async def test_key_in_any_clip_ends_the_sentence(service: Service, names: tuple[str, ...]) -> None:
    fake, caller = await service.ring()
    caller.line.play(sentence(1, *names))
    await until_playing(fake, LONG)
    fake.press("4")
    await caller.until(KeyPressed("4"))
    await until_playing(fake, SILENCE)
    assert fake.sounds[-2:] == [LONG, SILENCE]


async def test_sentence_that_must_be_heard_out_goes_on_after_a_key_in_any_clip(
    service: Service,
) -> None:
    fake, caller = await service.ring()
    caller.line.play(sentence(1, "short", "half", barge_in=False))
    for sound in (SHORT, HALF):
        await until_playing(fake, sound)
        fake.press("4")
    await caller.until(KeyPressed("4"), KeyPressed("4"), PromptFinished(1))


async def test_another_prompt_replaces_the_rest(service: Service) -> None:
    fake, caller = await service.ring()
    caller.line.play(sentence(1, "short", "long", "half"))
    await until_playing(fake, LONG)
    caller.line.play(play(2))
    await caller.until(PromptFinished(2))
    assert HALF not in fake.sounds


async def test_hang_up_by_the_caller_in_a_later_clip_is_reported(service: Service) -> None:
    fake, caller = await service.ring()
    caller.line.play(sentence(1, "short", "long"))
    await until_playing(fake, LONG)
    fake.bye(stay=False)
    await caller.until(CallerHungUp())
    await fake.closed


async def test_hang_up_in_a_later_clip_is_the_last_command(service: Service) -> None:
    fake, caller = await service.ring()
    caller.line.play(sentence(1, "short", "long", "half"))
    await until_playing(fake, LONG)
    caller.line.hang_up(Outcome.NO_SOUND)
    await fake.closed
    assert fake.commands[-1] == "EXEC MSet IVR_OUTCOME=no_sound,IVR_DONE=1"
    assert HALF not in fake.sounds


@pytest.mark.parametrize(
    "names",
    [("gone", "short", "half"), ("short", "gone", "half"), ("short", "half", "gone")],
)
async def test_clip_that_the_pbx_does_not_have_is_left_out(
    service: Service, names: tuple[str, ...]
) -> None:
    fake, caller = await service.ring()
    caller.line.play(sentence(1, *names))
    await caller.until(PromptFinished(1))
    assert [sound for sound in fake.sounds if sound in (SHORT, HALF)] == [SHORT, HALF]


async def test_clip_that_was_never_rendered_is_left_out(service: Service) -> None:
    fake, caller = await service.ring()
    caller.line.play(sentence(1, "unknown", "short"))
    await caller.until(PromptFinished(1))
    assert SHORT in fake.sounds


async def test_sentence_without_any_playable_clip_has_failed(service: Service) -> None:
    _, caller = await service.ring()
    caller.line.play(sentence(1, "gone", "gone"))
    await caller.until(PromptFailed(1, "the PBX has no such file"))
    caller.line.play(sentence(2, "unknown"))
    await caller.until(
        PromptFailed(1, "the PBX has no such file"), PromptFailed(2, "it is not rendered")
    )


async def test_a_rendering_is_played_if_it_exists(service: Service) -> None:
    fake, caller = await service.ring()
    louder = RenderedPrompt("row.short", "", "", 0.04, -16.0, -3.0, rendering="louder")
    caller.line._catalogue.manifest.variants["louder"] = {"row.short": louder}
    fake.files["ivr-louder/row-short"] = 0.04
    caller.line.play(replace(sentence(1, "short", "half"), rendering="louder"))
    await caller.until(PromptFinished(1))
    first = fake.sounds.index("ivr-louder/row-short")
    assert fake.sounds[first : first + 2] == ["ivr-louder/row-short", HALF]
