"""Composed sentences on real calls: whole, in order, and without a gap between their clips."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import numpy as np
import pytest
import pytest_asyncio

from ivr.config import Settings
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.row import Prompt, Rendering
from ivr.dialogue.verbs import enter, listen, say
from ivr.lab.natural_callers import NATURAL_CALLERS
from ivr.lab.pbx import HOTLINE, PHONES, Pbx
from ivr.lab.ports import free_ports
from ivr.lab.voices import OFF_TOPIC, says
from ivr.service.app import Hotline
from ivr.softphone import Action, CallRecording, PlayedSound, Silence, Softphone
from ivr.softphone.sentences import HeardClip, heard_sentence
from tests.softphone.joints import joints

pytestmark = [
    pytest.mark.sip,
    pytest.mark.alone,
    pytest.mark.timeout(300),
    pytest.mark.asyncio(loop_scope="session"),
]

LONGEST_GAP_SECONDS = 0.12
"""Longest silence that may lie between two clips of a sentence."""
LOUDEST_CLICK = 0.03
"""Largest step at a joint, of full scale; steps within speech at -22 dBov reach ten times this."""
CALLS = 6


class Values(TypedDict, total=False):
    """The values of the slots of a sentence."""

    姓: str
    先生: str
    电话: str
    单号: str
    N: str


@dataclass(frozen=True)
class Sentence:
    """A sentence of the service, and the clips that the caller must hear."""

    row: str
    key: str
    values: Values
    clips: tuple[str, ...]
    rendering: Rendering = "normal"

    @property
    def own(self) -> Prompt | None:
        """Return the prompt of a number that is read back, which is only a slot; else None."""
        return Prompt("test", "read_back", self.key) if self.key.startswith("{") else None


def digits(*groups: str) -> tuple[str, ...]:
    """Return the ids of the clips that speak groups of digits."""
    return tuple(
        f"digit.{'yao' if digit == '1' else digit}."
        + ("end" if at == len(group) - 1 else "middle" if at else "start")
        for group in groups
        for at, digit in enumerate(group)
    )


FAREWELL = "complaint_accepted.farewell"
SENTENCES = (
    Sentence(
        "ask_topic", "ask", {"姓": "张", "先生": "先生"}, ("name.zhang1.sir", "ask_topic.ask.1")
    ),
    Sentence("system", "{电话}", {"电话": "13803712345"}, digits("138", "0371", "2345")),
    Sentence("system", "{单号}", {"单号": "20260042"}, digits("202", "600", "42"), "slow"),
    Sentence(
        "complaint_accepted",
        "farewell",
        {"姓": "欧阳", "先生": "女士", "N": "24"},
        (f"{FAREWELL}.1", "name.ou1yang2.madam", f"{FAREWELL}.2", "number.24", f"{FAREWELL}.3"),
    ),
    Sentence(
        "agent_identity",
        "number",
        {"N": "8001"},
        ("agent_identity.number.1", *digits("8001"), "agent_identity.number.2"),
    ),
    Sentence("ask_topic", "ask", {"姓": "犇"}, ("title.neutral", "ask_topic.ask.1")),
)


async def all_sentences() -> Outcome:
    """Say all sentences one after the other; it takes the place of the etiquette in every call."""
    for sentence in SENTENCES:
        row = await enter(sentence.row)
        prompt = sentence.own or row.prompt(sentence.key)
        await say(prompt, rendering=sentence.rendering, **sentence.values)
        await listen(0.6)
    return Outcome.STAYED_ON


@dataclass(frozen=True)
class Exchange:
    """An Asterisk in a container, and the hotline in this process."""

    pbx: Pbx
    hotline: Hotline

    async def call(self, *script: Action) -> CallRecording:
        """Call the hotline, and return the recording when the hotline has hung up."""
        async with Softphone(self.pbx.server, PHONES[0], self.pbx.password()) as phone:
            return await phone.call(HOTLINE, script, max_seconds=60.0)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def exchange(root: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Exchange]:
    """Yield the whole service with a script of our own, which says every kind of sentence."""
    prompts, directory = root / "prompts", tmp_path_factory.mktemp("composed")
    agi_port, audio_port = free_ports(2)
    pbx = Pbx(prompts / "rendered", (agi_port,), CALLS)
    await pbx.start()
    values = {
        "agi": {"port": agi_port, "token_file": pbx.secret_file("agi-token")},
        "audio": {"port": audio_port},
        "prompts": {"sheet": prompts / "sheet.toml", "directory": prompts / "rendered"},
        "call": {"max_calls": CALLS},
        "records": {"directory": directory},
    }
    hotline = Hotline(Settings.model_validate(values), all_sentences)
    try:
        await hotline.start()
        yield Exchange(pbx, hotline)
    finally:
        await hotline.stop()
        await pbx.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def recordings(exchange: Exchange) -> list[CallRecording]:
    """Return the recordings of several calls at once: joints are measured under some load."""
    return await asyncio.gather(*(exchange.call(Silence()) for _ in range(CALLS)))


def clips_in(exchange: Exchange, recording: CallRecording) -> list[list[HeardClip]]:
    """Return the clips of each sentence as they were heard in a call."""
    heard, after = [], 0
    for sentence in SENTENCES:
        found = heard_sentence(
            recording, exchange.hotline.catalogue, sentence.clips, sentence.rendering, after
        )
        heard.append(found)
        after = found[-1].first + found[-1].length
    return heard


async def test_every_clip_is_heard_whole_and_in_order(
    exchange: Exchange, recordings: list[CallRecording]
) -> None:
    for recording in recordings:
        for found in clips_in(exchange, recording):
            weak = [clip for clip in found if clip.correlation < 0.99]
            assert not weak, weak
            starts = [clip.first for clip in found]
            assert starts == sorted(starts)


async def test_no_joint_has_a_gap_or_a_click(
    exchange: Exchange, recordings: list[CallRecording]
) -> None:
    """The gap between packets is measured, and the whole silence, with the edges of the clips."""
    between = [
        joint
        for recording in recordings
        for found in clips_in(exchange, recording)
        for joint in joints(recording, found)
    ]
    gaps = np.array([joint.gap_seconds for joint in between]) * 1000
    pauses = np.array([joint.pause_seconds for joint in between]) * 1000
    clicks = [joint.click for joint in between]
    print(
        f"\n{len(between)} joints: added p50 {np.median(gaps):.0f} ms, max {gaps.max():.0f} ms; "
        f"silence p50 {np.median(pauses):.0f} ms, max {pauses.max():.0f} ms; "
        f"click max {max(clicks):.4f}; correlation min "
        f"{min(c.correlation for r in recordings for s in clips_in(exchange, r) for c in s):.4f}"
    )
    assert gaps.max() <= LONGEST_GAP_SECONDS * 1000
    assert pauses.max() <= LONGEST_GAP_SECONDS * 1000
    assert max(clicks) <= LOUDEST_CLICK


async def test_a_caller_who_speaks_cuts_the_rest_of_the_sentence(exchange: Exchange) -> None:
    """Two callers interrupt the second group of the number; they do not hear the third group.

    One has a voice of espeak-ng, the other a natural one.
    """
    catalogue = exchange.hotline.catalogue
    first, second = SENTENCES[:2]
    begin = sum(catalogue[id].seconds for id in first.clips) + 0.6
    speaks_at = begin + sum(catalogue[id].seconds for id in second.clips[:4])
    words = says("喂，你好，听得到吗"), says(OFF_TOPIC, NATURAL_CALLERS[0])
    scripts = [(Silence(speaks_at), PlayedSound(sound)) for sound in words]
    for recording in await asyncio.gather(*(exchange.call(*script) for script in scripts)):
        whole = heard_sentence(recording, catalogue, first.clips)
        number = heard_sentence(
            recording, catalogue, second.clips, after=whole[-1].first + whole[-1].length
        )
        assert all(clip.heard for clip in number[:4])
        assert not any(clip.correlation > 0.99 for clip in number[-3:])
