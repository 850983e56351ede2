"""The caller's line against a fake Asterisk with the reply rules measured on the real one."""

import asyncio
import random

import pytest

from ivr.asterisk.agi_wire import command
from ivr.asterisk.line import GRACE_SECONDS
from ivr.dialogue.events import CallerHungUp, KeyPressed, LineLost, PromptFailed, PromptFinished
from ivr.dialogue.outcome import Outcome
from tests.asterisk.conftest import Caller, Service, play, sentence
from tests.asterisk.fake_asterisk import FakeAsterisk

SILENCE, SHORT, LONG = "ivr/silence-10", "ivr/row-short", "ivr/row-long"
DONE = "EXEC MSet IVR_OUTCOME=no_sound,IVR_DONE=1"


def noop() -> bytes:
    return command("NOOP")


async def test_prompts_are_spoken_in_order_and_each_end_is_reported(service: Service) -> None:
    fake, caller = await service.ring()
    for number in (1, 2, 3):
        caller.line.play(play(number))
        await caller.until(*(PromptFinished(each) for each in range(1, number + 1)))
    assert [sound for sound in fake.sounds if sound != SILENCE] == [SHORT] * 3


async def test_prompt_played_from_the_end_of_another_follows_without_silence(
    service: Service,
) -> None:
    fake, caller = await service.ring()
    caller.line.play(play(1))
    caller.told = lambda event: caller.line.play(play(2)) if event == PromptFinished(1) else None
    await caller.until(PromptFinished(1), PromptFinished(2))
    first = fake.sounds.index(SHORT)
    assert fake.sounds[first : first + 2] == [SHORT, SHORT]


async def test_silence_is_sent_in_pieces_and_each_arms_the_dead_man(service: Service) -> None:
    fake, caller = await service.ring()
    await fake.until(lambda: len(fake.sounds) == 4)
    assert fake.sounds == [SILENCE] * 4
    assert fake.armed == [0.1 + GRACE_SECONDS] * 4
    assert fake.commands[-2] == "SET VARIABLE TIMEOUT(absolute) 2.6"
    assert f"STREAM FILE {SILENCE} 0123456789*# {int(9.9 * 8000)}" == fake.commands[-1]
    assert caller.events == []


async def test_dead_man_outlasts_a_prompt_by_the_grace(service: Service) -> None:
    fake, caller = await service.ring()
    caller.line.play(play(1, "long"))
    await fake.until(lambda: fake.playing == LONG)
    assert fake.armed[-1] == 30.0 + GRACE_SECONDS


async def test_play_cuts_what_is_being_spoken(service: Service) -> None:
    fake, caller = await service.ring()
    caller.line.play(play(1, "long"))
    await fake.until(lambda: fake.playing == LONG)
    caller.line.play(play(2))
    await caller.until(PromptFinished(2))


async def test_stop_leads_to_silence_and_no_end_is_reported(service: Service) -> None:
    fake, caller = await service.ring()
    caller.line.play(play(1, "long"))
    await fake.until(lambda: fake.playing == LONG)
    caller.line.stop(1)
    await fake.until(lambda: fake.playing == SILENCE)
    assert caller.events == []


async def test_stop_of_another_prompt_cuts_nothing(service: Service) -> None:
    _, caller = await service.ring()
    caller.line.play(play(2))
    caller.line.stop(1)
    await caller.until(PromptFinished(2))


async def test_prompt_stopped_before_it_began_is_never_heard(service: Service) -> None:
    fake, caller = await service.ring()
    caller.line.play(play(1, "long"))
    caller.line.stop(1)
    await fake.until(lambda: len(fake.sounds) > 2)
    assert LONG not in fake.sounds


@pytest.mark.parametrize("wait", [0.0, 0.0005, 0.001, 0.002, 0.005])
async def test_sound_cut_as_soon_as_it_has_begun_does_not_lock_the_line(
    service: Service, wait: float
) -> None:
    """Otherwise Asterisk would read both commands together and never answer the second."""
    fake, caller = await service.ring(latency=0.01)
    caller.line.play(play(1, "long"))
    await fake.until(lambda: len(fake.armed) == 2)  # the stream is written when this is answered
    await asyncio.sleep(wait)
    caller.line.play(play(2))
    await caller.until(PromptFinished(2))
    assert fake.coalesced == 0


async def test_key_in_silence_is_reported(service: Service) -> None:
    fake, caller = await service.ring()
    await fake.until(lambda: fake.playing)
    fake.press("5")
    await caller.until(KeyPressed("5"))


async def test_key_ends_a_prompt_that_allows_it(service: Service) -> None:
    fake, caller = await service.ring()
    caller.line.play(play(1, "long"))
    await fake.until(lambda: fake.playing == LONG)
    fake.press("#")
    await caller.until(KeyPressed("#"))
    await fake.until(lambda: fake.playing == SILENCE)


async def test_key_in_a_prompt_that_must_be_heard_out_is_reported_and_ends_nothing(
    service: Service,
) -> None:
    fake, caller = await service.ring()
    caller.line.play(play(1, "short", barge_in=False))
    await fake.until(lambda: fake.playing == SHORT)
    fake.press("1")
    await caller.until(KeyPressed("1"), PromptFinished(1))


async def test_key_pressed_while_the_sound_is_being_cut_is_not_lost(service: Service) -> None:
    fake, caller = await service.ring(latency=0.02)
    caller.line.play(play(1, "long"))
    await fake.until(lambda: fake.playing == LONG)
    caller.line.stop(1)
    for _ in range(5):  # the line sees the order; what cuts the prompt is not yet at Asterisk
        await asyncio.sleep(0)
    fake.press("7")
    await caller.until(KeyPressed("7"))


async def test_missing_file_is_reported_and_the_call_goes_on(service: Service) -> None:
    fake, caller = await service.ring()
    caller.line.play(play(1, "gone"))
    await caller.until(PromptFailed(1, "the PBX has no such file"))
    assert "CHANNEL STATUS" in fake.commands
    caller.line.play(play(2))
    await caller.until(PromptFailed(1, "the PBX has no such file"), PromptFinished(2))


async def test_missing_silence_file_ends_the_call_unfinished(service: Service) -> None:
    """The dialplan then goes to the second service or to the apology."""
    fake, caller = await service.ring(files={})
    why = "the PBX has no ivr/silence-10: run `ivr prompts install`"
    await caller.until(LineLost(why))
    await fake.closed
    assert fake.variables == {}


@pytest.mark.parametrize("when", ["silence", "prompt", "at once"])
async def test_hang_up_marks_the_end_with_its_very_last_command(
    service: Service, when: str
) -> None:
    fake, caller = await service.ring()
    if when != "at once":
        if when == "prompt":
            caller.line.play(play(1, "long"))
        await fake.until(lambda: fake.playing == (LONG if when == "prompt" else SILENCE))
    caller.line.hang_up(Outcome.NO_SOUND)
    await fake.closed
    assert fake.commands[-1] == DONE
    assert fake.variables["IVR_DONE"] == "1"
    assert caller.events == []


@pytest.mark.parametrize("stay", [False, True])
@pytest.mark.parametrize("when", ["silence", "prompt", "between", "errand"])
async def test_hang_up_by_the_caller_is_reported_once_in_every_state(
    service: Service, when: str, stay: bool
) -> None:
    fake, caller = await service.ring(latency=0.01)
    await fake.until(lambda: fake.playing == SILENCE)
    if when == "prompt":
        caller.line.play(play(1, "long"))
        await fake.until(lambda: fake.playing == LONG)
    elif when == "between":
        await fake.until(lambda: len(fake.armed) == 2)
    elif when == "errand":
        caller.line.send_between_prompts(noop)
    fake.bye(stay)
    await fake.closed
    await caller.until(CallerHungUp())
    assert fake.variables == {}


@pytest.mark.parametrize("silence", [True, False])
async def test_dead_channel_is_a_hang_up_even_without_a_hangup_line(
    service: Service, silence: bool
) -> None:
    fake, caller = await service.ring()
    if not silence:
        caller.line.play(play(1))
    fake._dead = True
    await caller.until(CallerHungUp())
    await fake.closed


async def test_pbx_that_vanishes_is_a_lost_line(service: Service) -> None:
    fake, caller = await service.ring()
    await fake.until(lambda: fake.playing)
    fake.vanish()
    await caller.until(LineLost("the session has ended"))


async def test_errand_waits_for_the_end_of_a_prompt(service: Service) -> None:
    fake, caller = await service.ring()
    caller.line.play(play(1))
    await fake.until(lambda: fake.playing == SHORT)
    caller.line.send_between_prompts(noop)
    await caller.until(PromptFinished(1))
    await fake.until(lambda: "NOOP" in fake.commands)


async def test_errand_cuts_silence(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.asterisk.line.SILENCE_SECONDS", 9.0)
    fake, caller = await service.ring()
    await fake.until(lambda: fake.playing == SILENCE)
    caller.line.send_between_prompts(noop)
    await fake.until(lambda: fake.commands[-1] == "NOOP", seconds=0.5)


async def test_prompt_asked_for_during_an_errand_is_spoken_to_its_end(service: Service) -> None:
    fake, caller = await service.ring(latency=0.01)

    def errand() -> bytes:
        asyncio.get_running_loop().call_later(0.005, caller.line.play, play(1))
        return noop()

    await fake.until(lambda: fake.playing == SILENCE)
    caller.line.send_between_prompts(errand)
    await caller.until(PromptFinished(1))


async def one_storm(fake: FakeAsterisk, caller: Caller, chance: random.Random) -> None:
    """Give orders in any sequence and at any moment, then play one more prompt to its end."""
    for number in range(1, 25):
        match chance.randrange(5):
            case 0 | 1:
                names = chance.choices(
                    ["short", "short", "gone", "long"], k=chance.choice([1, 1, 4])
                )
                caller.line.play(sentence(number, *names))
            case 2:
                caller.line.stop(number - chance.randrange(3))
            case 3:
                caller.line.send_between_prompts(noop)
            case 4:
                fake.press(chance.choice("123"))
        await asyncio.sleep(chance.choice([0.0, 0.001, 0.005, 0.02, 0.043, 0.045]))
    caller.line.play(play(99))
    await caller.until_finished(99)
    await asyncio.sleep(chance.choice([0.0, 0.001, 0.02, 0.1]))
    caller.line.hang_up(Outcome.NO_SOUND)
    async with asyncio.timeout(10):
        await fake.closed
    assert fake.commands[-1] == DONE
    ends = [each for each in caller.events if isinstance(each, PromptFinished | PromptFailed)]
    assert len(ends) == len(set(ends))
    assert caller.over


async def test_no_interleaving_locks_the_line_or_loses_the_hang_up(service: Service) -> None:
    storms = []
    for seed in range(60):
        chance = random.Random(seed)
        fake, caller = await service.ring(latency=chance.choice([0.0, 0.001, 0.01]))
        storms.append(one_storm(fake, caller, chance))
    await asyncio.gather(*storms)


async def test_a_transfer_sets_the_extension_and_ends_the_call_by_intention(
    service: Service,
) -> None:
    """The dialplan goes on in ivr-transfer only when IVR_DONE is set."""
    fake, caller = await service.ring()
    caller.line.transfer("human")
    await fake.until(lambda: "IVR_DONE" in fake.variables)
    assert fake.variables["IVR_TRANSFER"] == "human"
    assert fake.commands[-1].endswith("IVR_OUTCOME=transferred,IVR_TRANSFER=human,IVR_DONE=1")
