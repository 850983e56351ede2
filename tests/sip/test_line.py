"""Rows 2, 8, 9 and 10 on real calls with a bad line or no caller.

Each call carries the sound of its condition from the answer on; the ear must find the condition.
"""

from collections.abc import Mapping, Sequence
from itertools import cycle, islice

import numpy as np
import pytest
import pytest_asyncio

from ivr.hearing.g711 import Samples
from ivr.lab.corpus.noises import breathing, hum
from ivr.lab.corpus.rooms import heard_in, room
from ivr.lab.corpus.sources import Split, Wave
from ivr.lab.corpus.telephone import at_level, at_speech_level
from ivr.lab.corpus.tones import melody, network_tone
from ivr.lab.lab import Lab
from ivr.lab.natural_callers import NATURAL_CALLERS
from ivr.lab.voices import FOREIGN, FOREIGNER, OFF_TOPIC, SyntheticCaller, says
from ivr.softphone import Action, NoRtp, PlayedSound, Silence
from ivr.words.catalogue import Catalogue
from tests.sip.conftest import Heard, call_together

pytestmark = [
    pytest.mark.sip,
    pytest.mark.alone,
    pytest.mark.timeout(300),
    pytest.mark.asyncio(loop_scope="session"),
]

RATE = 8000
VOICE = 2
"""Index into ivr.lab.voices of a voice that the tiny model was not trained with."""
LINE_SECONDS = 60
WORDS = "你们公司的地址在哪里"
HEARD_WELL = ["take_note.ask"]
"""Prompts that answer WORDS."""
BABBLE = "我想了解一下企业QQ，我们公司有三十个人，想问多少钱"
UNKNOWN = FOREIGN
"""Words that are not understood on a good line either; on a bad line the line is blamed."""
WOMAN, DEEP, CHILD, QUICK = NATURAL_CALLERS
RNG = np.random.default_rng(4)
ROOM = room(RNG, Split("test"), 0.6, -4.0)


def voice_of(words: str, natural: SyntheticCaller | None = None) -> Samples:
    """Return the words in the voice ``natural``.

    If it is None, the voice is one of espeak-ng, and a German one for UNKNOWN.
    """
    return says(words, natural or (FOREIGNER if words == UNKNOWN else VOICE))


def line(
    *sayings: tuple[float, float, str],
    hands_free: bool = False,
    noise: Wave | None = None,
    natural: SyntheticCaller | None = None,
) -> PlayedSound:
    """Return a minute of a line's sound.

    ``sayings`` are tuples of second, active speech level in dBov, and words. ``noise`` is added to
    the whole minute. ``natural`` is the speaker; None for the voices of espeak-ng.
    """
    sound = at_level(RNG.normal(size=LINE_SECONDS * RATE), -70.0)
    for second, level, words in sayings:
        voice: Wave = np.asarray(voice_of(words, natural), np.float64)
        if hands_free:
            voice = heard_in(voice, ROOM)
        at = round(second * RATE)
        sound[at : at + len(voice)] += at_speech_level(voice, level)[: len(sound) - at]
    return PlayedSound(_samples(sound if noise is None else sound + noise))


def _samples(sound: Wave) -> Samples:
    return np.clip(np.rint(sound), -32768, 32767).astype(np.int16)


def crowd(speakers: Sequence[int | SyntheticCaller] = range(10)) -> Wave:
    """Return twenty voices that speak at once, together as loud as a caller (-24 dBov).

    They are those of ``speakers`` in turn. Of ten voices one stands out now and then, and is a
    caller who keeps the call.
    """
    turns = islice(cycle(speakers), 20)
    voices = [np.resize(says(BABBLE, speaker), LINE_SECONDS * RATE) for speaker in turns]
    parts = [np.roll(voice.astype(np.float64), RNG.integers(len(voice))) for voice in voices]
    return at_level(np.sum(parts, axis=0), -24.0)


def scripts(prompts: Catalogue) -> dict[str, list[Action]]:
    """Return what each caller's line carries, by the name of the caller."""
    count = LINE_SECONDS * RATE
    greeted = prompts["greeting.ask"].seconds
    first = greeted + 1.0
    spoken = first + len(voice_of(UNKNOWN)) / RATE + 0.5
    second = spoken + prompts["low_volume.louder"].seconds + 2.0
    white = at_level(RNG.normal(size=count), -24.0)
    return {
        "quiet": [line((first, -48, UNKNOWN), (second, -48, UNKNOWN))],
        "speaks up": [line((first, -48, UNKNOWN), (second, -24, WORDS))],
        "quiet, understood": [line((first, -48, WORDS))],
        "hands-free": [line((first, -28, UNKNOWN), hands_free=True)],
        "noise": [line(noise=white)],
        "speaks in noise": [line((first, -24, UNKNOWN), noise=white)],
        "crowd": [line(noise=crowd())],
        "hum": [line(noise=at_level(hum(RNG, count), -56.0))],
        "dead line": [Silence()],
        "no RTP": [NoRtp()],
        "ring-back": [line(noise=at_level(network_tone(RNG, "ringback_cn", count), -15.0))],
        "fax": [line(noise=at_level(network_tone(RNG, "cng", count), -15.0))],
        "music, then back": [
            PlayedSound(_samples(at_level(melody(RNG, 30 * RATE), -24.0))),
            line((3.0, -24, WORDS)),
        ],
        "breathing": [line(noise=at_level(breathing(RNG, count), -52.0))],
        "modem": [line(noise=at_level(network_tone(RNG, "ced", count), -15.0))],
        **natural_scripts(first, second, white),
    }


def natural_scripts(first: float, second: float, white: Wave) -> dict[str, list[Action]]:
    """Return what the lines of callers with natural voices carry, by the name of the caller.

    ``first`` and ``second`` are the seconds of their words, ``white`` is a loud noise.
    """
    twice = (first, -48, OFF_TOPIC), (second, -48, OFF_TOPIC)
    return {
        "quiet, natural": [line(*twice, natural=DEEP)],
        "hands-free, natural": [line((first, -28, OFF_TOPIC), hands_free=True, natural=WOMAN)],
        "speaks in noise, natural": [line((first, -24, OFF_TOPIC), noise=white, natural=QUICK)],
        "crowd, natural": [line(noise=crowd(NATURAL_CALLERS))],
    }


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def calls(lab: Lab) -> Mapping[str, Heard]:
    """Make all calls of this module together, and return what each caller heard."""
    return await call_together(lab, scripts(lab.catalogue))


@pytest.mark.row("low_volume")
@pytest.mark.parametrize("caller", ["quiet", "quiet, natural"])
async def test_a_quiet_caller_is_coached_twice(
    calls: Mapping[str, Heard], caller: str, sheet_seconds: object
) -> None:
    """请您大声一点 and 请您换一部电话再次打来 are played; five seconds later comes BYE."""
    heard = calls[caller]
    assert heard.ids == ["greeting.ask", "low_volume.louder", "low_volume.other_phone"]
    assert heard.waits[-1] == sheet_seconds
    assert heard.was_hung_up_on


@pytest.mark.row("low_volume")
async def test_a_caller_who_speaks_up_is_answered(calls: Mapping[str, Heard]) -> None:
    """The caller speaks louder after the first prompt (8)."""
    assert calls["speaks up"].ids[:3] == ["greeting.ask", "low_volume.louder", *HEARD_WELL]


@pytest.mark.row("speakerphone")
@pytest.mark.parametrize("caller", ["hands-free", "hands-free, natural"])
async def test_a_hands_free_caller_is_asked_to_take_the_handset(
    calls: Mapping[str, Heard], caller: str
) -> None:
    """The prompt is 请您拿起话筒说话好吗？ (9)"""
    assert calls[caller].ids[:2] == ["greeting.ask", "speakerphone.handset"]


@pytest.mark.row("low_volume")
async def test_a_quiet_caller_who_is_understood_is_not_coached(calls: Mapping[str, Heard]) -> None:
    """Row 8 holds 声音小听不清楚时, and this caller can be understood."""
    assert calls["quiet, understood"].ids[:2] == ["greeting.ask", *HEARD_WELL]


@pytest.mark.row("noisy_line")
@pytest.mark.parametrize(
    "caller",
    ["noise", "speaks in noise", "speaks in noise, natural", "crowd", "crowd, natural"],
)
async def test_a_call_with_a_noisy_line_is_ended_by_row_10(
    calls: Mapping[str, Heard], caller: str, sheet_seconds: object
) -> None:
    """您的电话杂音太大……再见！ is played, then BYE after five seconds, even if a caller speaks."""
    heard = calls[caller]
    assert [id.rstrip("…") for id in heard.ids] == ["greeting.ask", "noisy_line.farewell"]
    assert heard.waits[-1] == sheet_seconds
    assert heard.was_hung_up_on


@pytest.mark.row("no_sound")
@pytest.mark.parametrize("caller", ["breathing", "hum", "dead line", "no RTP", "ring-back"])
async def test_sound_without_a_caller_leads_to_row_2(
    calls: Mapping[str, Heard], caller: str, sheet_seconds: object
) -> None:
    """None of these sounds is a voice."""
    heard = calls[caller]
    ids = ["greeting.ask", "no_sound.ask", "no_sound.ask", "no_sound.farewell"]
    assert heard.ids == ids
    assert heard.waits == [sheet_seconds] * 4


@pytest.mark.parametrize("caller", ["fax", "modem"])
async def test_a_machine_is_hung_up_on_politely(calls: Mapping[str, Heard], caller: str) -> None:
    """It is thanked and not asked anything: a fax that calls (CNG), a modem that answers (CED)."""
    assert calls[caller].ids == ["greeting.ask", "closing.farewell"]
    assert calls[caller].was_hung_up_on


async def test_music_on_hold_is_waited_out(calls: Mapping[str, Heard]) -> None:
    """The music lasts half a minute; then the caller comes back and is answered."""
    heard = calls["music, then back"]
    assert heard.ids[:2] == ["greeting.ask", *HEARD_WELL]
    assert heard.waits[0] > 20.0
