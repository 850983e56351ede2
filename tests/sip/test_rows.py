"""Rows 1, 2, 33 and 35 on real calls, as the callers hear them.

All calls run together, in real time.
"""

from collections.abc import Mapping

import pytest
import pytest_asyncio

from ivr.lab.lab import Lab
from ivr.lab.natural_callers import NATURAL_CALLERS
from ivr.lab.voices import OFF_TOPIC, cough, says
from ivr.softphone import ComfortNoise, Digits, Noise, NoRtp, PlayedSound, Silence
from ivr.words.catalogue import Catalogue
from tests.sip.conftest import AfterPrompt, Echo, Heard, Script, call_together

pytestmark = [
    pytest.mark.sip,
    pytest.mark.alone,
    pytest.mark.timeout(300),
    pytest.mark.asyncio(loop_scope="session"),
]

ROW_2 = ["greeting.ask", "no_sound.ask", "no_sound.ask", "no_sound.farewell"]
ANSWERED = ["title.neutral", "ask_topic.ask.1"]
"""Clips that answer 喂，你好，听得到吗: …，请问您需要了解企业 QQ 哪方面的信息？ (14)"""
WAIT = 5.0


def scripts(prompts: Catalogue) -> dict[str, Script]:
    """Return the actions of each caller from the answer on, by the name of the caller."""
    greeting, ask, goodbye = (prompts[id].seconds for id in dict.fromkeys(ROW_2))
    hello = PlayedSound(says("喂，你好，听得到吗"))
    # Their words are about no row of the sheet.
    natural = [PlayedSound(says(OFF_TOPIC, caller)) for caller in NATURAL_CALLERS]
    in_wait_2 = AfterPrompt(2, ask + 2.5)
    after_goodbye = AfterPrompt(3, goodbye + 2.5)
    return {
        "no RTP": [NoRtp()],
        "digital silence": [Silence()],
        "comfort noise": [ComfortNoise()],
        "room noise": [Noise(90, -60)],
        "speaks after the greeting": [AfterPrompt(0, greeting + 0.1), hello],
        "speaks in wait 1": [AfterPrompt(0, greeting + 2.5), hello],
        # Virtual time tests 4.99 s; here the hotline hears the caller later on a busy machine.
        "speaks late in wait 2": [AfterPrompt(2, ask + 4.5), hello],
        "speaks into the goodbye": [AfterPrompt(3, 1.0), hello],
        "speaks after the goodbye": [after_goodbye, hello],
        "speaks late after the goodbye": [AfterPrompt(3, goodbye + 4.5), hello],
        "coughs": [
            AfterPrompt(0, greeting + 2.0),
            PlayedSound(cough()),
            Silence(2),
            PlayedSound(cough(seed=2)),
        ],
        "echo": [Echo(0.15, -20.0)],
        "interrupts the greeting": [AfterPrompt(0, 2.0), hello],
        "presses a key": [AfterPrompt(0, 2.0), Digits("5")],
        "speaks once": [AfterPrompt(0, greeting + 1.0), hello],
        "natural, after the greeting": [AfterPrompt(0, greeting + 0.1), natural[0]],
        "natural, in wait 2": [in_wait_2, natural[1]],
        "natural, into the goodbye": [AfterPrompt(3, 1.0), natural[2]],
        "natural, after the goodbye": [after_goodbye, natural[3]],
        "natural, interrupts": [AfterPrompt(0, 2.0), natural[1]],
    }


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def calls(lab: Lab) -> Mapping[str, Heard]:
    """Make all calls of this module together, and return what each caller heard."""
    return await call_together(lab, scripts(lab.catalogue))


def spoke_after(heard: Heard, prompt: int) -> float:
    """Return the seconds from the end of the prompt with this index to the caller's words."""
    spoke = next(
        packet.time for packet in heard.recording.sent if packet.what == PlayedSound.__name__
    )
    return spoke - heard.prompts[prompt].end


@pytest.mark.row("no_sound")
@pytest.mark.parametrize("caller", ["no RTP", "digital silence", "comfort noise", "room noise"])
async def test_a_silent_caller_hears_row_2(
    calls: Mapping[str, Heard], caller: str, sheet_seconds: object
) -> None:
    """Greeting, two questions, farewell and BYE: each follows after five seconds of silence."""
    heard = calls[caller]
    assert heard.ids == ROW_2
    assert heard.waits == [sheet_seconds] * 4
    assert heard.was_hung_up_on


@pytest.mark.row("no_sound")
@pytest.mark.parametrize("caller", ["coughs", "echo"])
async def test_neither_a_cough_nor_our_own_echo_counts_as_speech(
    calls: Mapping[str, Heard], caller: str, sheet_seconds: object
) -> None:
    """80 ms of noise, and our own prompts 20 dB lower, do not change the course of row 2."""
    heard = calls[caller]
    assert heard.ids == ROW_2
    assert heard.waits == [sheet_seconds] * 4


@pytest.mark.row("no_sound")
@pytest.mark.parametrize(
    ("caller", "before", "prompt", "after"),
    [
        ("speaks after the greeting", 1, 0, 0.1),
        ("speaks in wait 1", 1, 0, 2.5),
        ("speaks late in wait 2", 3, 2, 4.5),
        ("speaks into the goodbye", 4, 2, WAIT + 1.0),
        ("speaks after the goodbye", 4, 3, 2.5),
        ("speaks late after the goodbye", 4, 3, 4.5),
    ],
)
async def test_a_caller_who_speaks_leaves_row_2(
    calls: Mapping[str, Heard], caller: str, before: int, prompt: int, after: float
) -> None:
    """The caller speaks ``after`` seconds after the end of a prompt; the answer ends row 2."""
    heard = calls[caller]
    assert spoke_after(heard, prompt) == pytest.approx(after, abs=0.25)
    assert heard.ids[:before] == ROW_2[:before]
    assert heard.ids[before : before + 2] == ANSWERED
    assert "no_sound.farewell" not in heard.ids[before:]


@pytest.mark.row("no_sound")
@pytest.mark.parametrize(
    ("caller", "before", "prompt", "after"),
    [
        ("natural, after the greeting", 1, 0, 0.1),
        ("natural, in wait 2", 3, 2, 2.5),
        ("natural, into the goodbye", 4, 2, WAIT + 1.0),
        ("natural, after the goodbye", 4, 3, 2.5),
    ],
)
async def test_a_caller_with_a_natural_voice_leaves_row_2(
    calls: Mapping[str, Heard], caller: str, before: int, prompt: int, after: float
) -> None:
    """The words are not understood; what they are answered is a matter of the recogniser."""
    heard = calls[caller]
    assert spoke_after(heard, prompt) == pytest.approx(after, abs=0.25)
    assert [id.rstrip("…") for id in heard.ids[:before]] == ROW_2[:before]
    assert heard.ids[before] not in ROW_2


@pytest.mark.row("greeting")
@pytest.mark.parametrize("caller", ["interrupts the greeting", "presses a key"])
async def test_the_greeting_stops_for_the_caller(calls: Mapping[str, Heard], caller: str) -> None:
    """A voice or a key cuts the greeting, and the caller is answered."""
    heard = calls[caller]
    assert heard.ids[:3] == ["greeting.ask…", *ANSWERED]
    assert 2.0 < heard.prompts[0].heard_seconds < 3.0


@pytest.mark.row("greeting")
async def test_the_greeting_stops_for_a_natural_voice(calls: Mapping[str, Heard]) -> None:
    heard = calls["natural, interrupts"]
    assert heard.ids[0] == "greeting.ask…"
    assert 2.0 < heard.prompts[0].heard_seconds < 3.0
    assert heard.ids[1] not in ROW_2


@pytest.mark.row("closing")
@pytest.mark.row("caller_stays_on")
async def test_a_caller_who_falls_silent_hears_rows_33_and_35(
    calls: Mapping[str, Heard], sheet_seconds: object
) -> None:
    """The prompts are 请问还有什么可以帮助您？感谢您的来电…… and 对不起，我挂线了。"""
    heard = calls["speaks once"]
    ids = [
        "greeting.ask",
        *ANSWERED,
        "closing.ask",
        "closing.farewell",
        "closing.ask",
        "caller_stays_on.goodbye",
    ]
    same = {"caller_stays_on.ask": "closing.ask"}  # rows 33 and 35 ask in the same words
    assert [same.get(id, id) for id in heard.ids] == ids
    assert heard.waits[2:] == [sheet_seconds] * 5
    assert heard.was_hung_up_on


async def test_during_every_wait_real_silence_is_sent(calls: Mapping[str, Heard]) -> None:
    """The packets have no gap; otherwise the caller would think that the line is dead."""
    gaps = calls["digital silence"].recording.gaps()
    assert gaps.lost == 0
    assert gaps.max_ms < 200


async def test_each_call_leaves_one_record(lab: Lab, calls: Mapping[str, Heard]) -> None:
    """The record has the number called, the outcome and the rows of the call."""
    records = await lab.service.records(len(calls))
    silent = [record for record in records if record["outcome"] == "no_sound"]
    assert len(records) >= len(calls)
    assert len({record["call"] for record in records}) == len(records)
    other = [record["rows"] for record in silent if record["rows"] != ["greeting", "no_sound"]]
    # Other modules call the same hotline; there a line may have been coached as well.
    assert all(rows[:1] == ["greeting"] and "no_sound" in rows for rows in other), other
    assert len(silent) - len(other) >= 6
    assert all(record["number"] == lab.number for record in records)
