"""Prompts are recognised: whole, cut off, alike, transcoded, with lost packets."""

import time
from pathlib import Path

import numpy as np
import pytest

from ivr.hearing.g711 import Samples, decode_alaw, decode_ulaw, encode_ulaw
from ivr.softphone.matching import heard_prompts, measured_waits
from ivr.softphone.script import ULAW
from ivr.words.catalogue import Catalogue

from .sounds import catalogue, prompt, recording, syllables

SORRY = syllables(90, 4)
PROMPTS = {
    "greeting.hello": prompt(syllables(1, 8)),
    "closing.bye": prompt(syllables(2, 5)),
    "closing.farewell": prompt(syllables(2, 5)),
    "sorry.noise": prompt(SORRY, syllables(3, 8)),
    "sorry.quiet": prompt(SORRY, syllables(4, 8)),
    "sorry.quiet.louder": prompt(SORRY, syllables(4, 8), gain=2.0),
    "sorry": prompt(SORRY),
    "silence.10": decode_alaw(b"\xd5" * 80000),
    **{f"other.{seed}": prompt(syllables(seed, 6)) for seed in range(10, 40)},
}
IDLE = decode_alaw(b"\xd5" * 8000)


@pytest.fixture(scope="module")
def prompts(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return catalogue(tmp_path_factory.mktemp("prompts"), PROMPTS)


def test_every_prompt_is_distinguished_from_the_others(prompts: Catalogue) -> None:
    """All prompts follow one another without a pause."""
    ids = [id for id in PROMPTS if id not in ("silence.10", "closing.farewell")]
    heard = heard_prompts(recording(*(PROMPTS[id] for id in ids)), prompts)
    assert [prompt.id for prompt in heard] == ids
    start = 100.0
    for prompt_ in heard:
        assert prompt_.complete
        assert prompt_.correlation > 0.999
        assert prompt_.start == pytest.approx(start)
        start += len(PROMPTS[prompt_.id]) / 8000
        assert prompt_.end == pytest.approx(start)


def test_waits_in_silence_and_without_rtp(prompts: Catalogue) -> None:
    hello, bye = PROMPTS["greeting.hello"], PROMPTS["closing.bye"]
    call = recording(IDLE, hello, IDLE, IDLE, IDLE, bye, 2.5, bye, 1.0)
    heard = heard_prompts(call, prompts)
    assert [prompt.id for prompt in heard] == ["greeting.hello", "closing.bye", "closing.bye"]
    assert measured_waits(call, heard) == pytest.approx([1.0, 3.0, 2.5, 1.0])


def test_times_are_arrivals(prompts: Catalogue) -> None:
    """The first packet arrives 6 ms late, the last 3 ms."""
    hello = PROMPTS["greeting.hello"]
    last = len(hello) // 160 - 1
    jitter = [0.006, *[0.0] * (last - 1), 0.003]
    (heard,) = heard_prompts(recording(hello, jitter=jitter), prompts)
    assert heard.start == pytest.approx(100.006)
    assert heard.end == pytest.approx(100.003 + len(hello) / 8000)


@pytest.mark.parametrize("id", ["greeting.hello", "sorry.noise"])
@pytest.mark.parametrize(
    "gaps",
    [{0.6: 0.12}, {0.6: 0.5}, {0.6: 0.1, 1.2: 0.3}, {-0.1: 0.12}, {-0.2: 0.12}, {0.5: 0.2}],
    ids=str,
)
def test_a_prompt_that_stands_still_and_goes_on_is_one_prompt(
    prompts: Catalogue, id: str, gaps: dict[float, float]
) -> None:
    """A busy PBX sends the rest of the prompt with later timestamps.

    The keys of ``gaps`` are the seconds of the prompt, or from its end, at which a gap begins.
    """
    sound, parts, at = PROMPTS[id], list[Samples | float](), 0
    for second, gap in gaps.items():
        place = round(second * 50) * 160 + (len(sound) // 160 * 160 if second < 0 else 0)
        parts += [sound[at:place], gap]
        at = place
    call = recording(*parts, sound[at:], 1.0, PROMPTS["closing.bye"])
    first, second_ = heard_prompts(call, prompts)
    assert (first.id, first.complete, second_.id) == (id, True, "closing.bye")
    assert first.gap_seconds == pytest.approx(sum(gaps.values()))
    assert second_.start - first.end == pytest.approx(1.0)


@pytest.mark.parametrize(("gap", "next_id"), [(0.5, "closing.bye"), (0.6, "greeting.hello")])
def test_a_prompt_that_ends_in_a_gap_is_cut_off(
    prompts: Catalogue, gap: float, next_id: str
) -> None:
    """Another prompt follows, or the rest of the same after more than half a second."""
    hello = PROMPTS["greeting.hello"]
    rest = hello[4800:] if next_id == "greeting.hello" else PROMPTS[next_id]
    first = heard_prompts(recording(hello[:4800], gap, rest), prompts)[0]
    assert (first.complete, first.gap_seconds) == (False, 0.0)
    assert first.heard_seconds == pytest.approx(0.6, abs=0.021)


@pytest.mark.parametrize("seconds", [0.3, 0.62, 1.0])
def test_a_prompt_cut_off_by_barge_in(prompts: Catalogue, seconds: float) -> None:
    """The prompt is cut in its speech; the next one begins at once."""
    cut = PROMPTS["other.12"][: int(seconds * 8000)]
    first, second = heard_prompts(recording(cut, PROMPTS["greeting.hello"]), prompts)
    assert (first.id, first.complete, second.id) == ("other.12", False, "greeting.hello")
    assert first.heard_seconds == pytest.approx(seconds, abs=0.041)
    assert first.end <= second.start + 1e-9
    assert second.complete


@pytest.mark.parametrize("seconds", [0.4, 0.62, 0.8])
def test_the_reply_to_a_barge_in_may_follow_at_once(prompts: Catalogue, seconds: float) -> None:
    """A composed sentence has no lead-in: it begins in the packet after the cut."""
    cut = PROMPTS["sorry.noise"][: round(seconds * 8000)]
    reply = PROMPTS["other.12"]
    without_lead_in = reply[int(np.flatnonzero(np.abs(reply) > 300)[0]) :]
    heard = heard_prompts(recording(IDLE, cut, without_lead_in, IDLE), prompts)
    assert ["sorry.noise" in heard[0].same_sound_ids, heard[1].id] == [True, "other.12"]
    assert len(heard) == 2


def test_a_prompt_cut_off_by_the_end_of_the_call(prompts: Catalogue) -> None:
    (heard,) = heard_prompts(recording(PROMPTS["other.13"][:8000]), prompts)
    assert (heard.id, heard.complete) == ("other.13", False)
    assert heard.end == pytest.approx(101.0, abs=0.041)


def test_prompts_that_begin_alike_are_distinguished_by_how_they_continue(
    prompts: Catalogue,
) -> None:
    for id in ("sorry.noise", "sorry.quiet", "sorry"):
        (heard,) = heard_prompts(recording(IDLE, PROMPTS[id], IDLE), prompts)
        assert (heard.id, heard.same_sound_ids, heard.complete) == (id, (id,), True)


def test_a_prompt_cut_in_a_shared_beginning_may_be_any_of_them(prompts: Catalogue) -> None:
    (heard,) = heard_prompts(recording(PROMPTS["sorry.noise"][:4000]), prompts)
    assert set(heard.same_sound_ids) == {"sorry.noise", "sorry.quiet", "sorry"}
    assert heard.id == heard.same_sound_ids[0]
    assert not heard.complete


def test_a_louder_rendering_is_another_prompt(prompts: Catalogue) -> None:
    (heard,) = heard_prompts(recording(PROMPTS["sorry.quiet.louder"]), prompts)
    assert heard.same_sound_ids == ("sorry.quiet.louder",)


def test_all_prompts_of_one_sound_are_named(prompts: Catalogue) -> None:
    (heard,) = heard_prompts(recording(PROMPTS["closing.farewell"]), prompts)
    assert heard.same_sound_ids == ("closing.bye", "closing.farewell")


def test_prompts_transcoded_to_ulaw_are_recognised(prompts: Catalogue) -> None:
    for id in ("greeting.hello", "sorry.quiet", "other.20"):
        call = recording(IDLE, decode_ulaw(encode_ulaw(PROMPTS[id])), IDLE, codec=ULAW)
        (heard,) = heard_prompts(call, prompts)
        assert (heard.id, heard.complete) == (id, True)
        assert heard.start == pytest.approx(101.0)
        assert heard.end == pytest.approx(101.0 + len(PROMPTS[id]) / 8000)


@pytest.mark.parametrize("lost", [{50, 51}, {54, 70}, {60, 61, 75}])
def test_lost_packets_do_not_end_a_prompt(prompts: Catalogue, lost: set[int]) -> None:
    """Packets 50 to 53 are the lead-in, 54 brings the first sound."""
    call = recording(IDLE, PROMPTS["greeting.hello"], IDLE, lost=lost)
    (heard,) = heard_prompts(call, prompts)
    assert (heard.id, heard.complete) == ("greeting.hello", True)
    assert heard.start == pytest.approx(101.0)
    assert heard.correlation > 0.99


def test_no_prompt_is_found_in_other_sounds(prompts: Catalogue) -> None:
    tone = (8000 * np.sin(np.arange(16000) * 0.35)).astype(np.int16)
    stranger = prompt(syllables(777, 10))
    assert heard_prompts(recording(tone, IDLE, stranger), prompts) == []
    assert heard_prompts(recording(), prompts) == []


def test_a_minute_of_sound_is_matched_in_less_than_a_second(tmp_path: Path) -> None:
    """There are 70 prompts; the second half is sound with a beginning to look for at every note."""
    many = {f"p.{seed}": prompt(syllables(seed, 6 + seed % 30)) for seed in range(70)}
    rendered = catalogue(tmp_path / "many", many)
    pieces, music = [], prompt(*(syllables(seed, 8) for seed in range(500, 516)))
    for id in ("p.3", "p.29", "p.50"):
        pieces += [many[id], *[IDLE] * 5]
    call = recording(*pieces, music)
    before = time.process_time()
    heard = heard_prompts(call, rendered)
    assert [prompt.id for prompt in heard] == ["p.3", "p.29", "p.50"]
    # Seconds of processor time: measured 0.2, and three times that on a busy machine.
    assert time.process_time() - before < 0.9
