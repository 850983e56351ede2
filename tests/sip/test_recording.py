"""Recordings of real calls, and their entries in Asterisk's CDR and CEL."""

import asyncio
import hashlib
import json
import wave
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from numpy.typing import NDArray

from ivr.hearing.g711 import Samples
from ivr.lab.lab import Lab, laboratory
from ivr.lab.natural_callers import NATURAL_CALLERS
from ivr.lab.voices import OFF_TOPIC, says
from ivr.records.schema import recordings_table, tickets_table
from ivr.softphone import (
    Action,
    Digits,
    HangUpStep,
    HeardPrompt,
    NoRtp,
    PlayedSound,
    Silence,
    heard_prompts,
)
from tests.sip.conftest import TOLERANCE_SECONDS, Heard, call
from tests.softphone import sounds

pytestmark = [
    pytest.mark.sip,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="session"),
]

ROOM = {"IVR_RECORDING__MIN_FREE_GB": "0.01"}
SAME = 0.98
"""Least correlation of a sound with itself after A-law and a shift of up to a sample."""


def sides(path: Path) -> tuple[Samples, Samples]:
    """Return the caller's and the hotline's side of a stereo file at 8 kHz."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, 8000, 2)
        both = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    return both[:, 0].copy(), both[:, 1].copy()


def likeness(ours: Samples, theirs: Samples) -> tuple[float, float]:
    """Return the highest correlation of two sounds, and the seconds by which ``ours`` is later."""
    a, b = ours.astype(float), theirs.astype(float)
    size = 1 << (len(a) + len(b)).bit_length()
    product: NDArray[Any] = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
    at = int(np.argmax(product))
    lag = at if at < size // 2 else at - size
    return float(product[at] / np.sqrt((a @ a) * (b @ b))), lag / 8000


def halves(sound: Samples) -> tuple[Samples, Samples]:
    """Return the parts of a sound before and after the middle of its longest pause.

    A packet that is late on a busy machine shifts what follows, so each part is compared alone.
    """
    loud = np.flatnonzero(np.abs(sound.astype(int)) > 300)
    pause = int(np.argmax(np.diff(loud)))
    middle = int(loud[pause] + loud[pause + 1]) // 2
    return sound[:middle], sound[middle:]


def prompts_in(sound: Samples, lab: Lab) -> list[HeardPrompt]:
    """Return the prompts in one side of a recording, found as in the sound that a caller hears."""
    return heard_prompts(sounds.recording(sound), lab.catalogue)


def script(notice: str, lab: Lab, *then: Action) -> list[Action]:
    """Return the actions of a caller who waits for notice and greeting, then does ``then``."""
    before = sum(lab.catalogue[id].seconds for id in (notice, "greeting.ask"))
    return [Silence(before + 1.2), *then]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def recording(root: Path) -> AsyncIterator[Lab]:
    """Yield a hotline that records all calls, and whose Asterisk writes CDR and CEL."""
    async with laboratory(
        root, max_calls=5, cdr=True, settings={"IVR_RECORDING__MODE": "on", **ROOM}
    ) as lab:
        yield lab


@dataclass(frozen=True)
class Recorded:
    """One call: as the caller heard it, in our records, in CDR and CEL, and as a file."""

    heard: Heard
    record: Mapping[str, Any]
    row: Mapping[str, Any]
    userfield: str
    event: str
    path: Path


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def recorded(recording: Lab) -> Mapping[str, Recorded]:
    """Return two calls: one leaves a suggestion and hangs up, one sends no packet and is ended.

    Only the first words of the suggestion must be understood; a natural voice speaks the others.
    """
    suggests = PlayedSound(says("我给你们提个建议", voice=2))
    more = PlayedSound(says(OFF_TOPIC, NATURAL_CALLERS[1]))
    go_on = Silence(recording.catalogue["system.go_on"].seconds + 2.5)
    scripts: dict[str, list[Action]] = {
        "left": script(
            "system.recorded", recording, suggests, go_on, more, Silence(18.0), HangUpStep()
        ),
        "silent": [NoRtp()],
    }
    heard = await asyncio.gather(*(call(recording, *one) for one in scripts.values()))
    assert len(await recording.service.logged("recording_kept", 2)) == 2
    records = {record["outcome"]: record for record in await recording.service.records(2)}
    rows = {row["call"]: row for row in recording.service.rows(recordings_table)}
    assert recording.pbx.secrets["agi-token"] not in str(await recording.pbx.cdrs())
    cdrs = {cdr[-2]: cdr[-1] for cdr in await recording.pbx.cdrs()}
    cels = {cel[2]: cel for cel in await recording.pbx.cels()}
    assert len(cdrs) == len(cels) == 2, "the audio streams must have no CDR"

    def whole(heard: Heard, outcome: str) -> Recorded:
        record = records[outcome]
        id, row = record["uniqueid"], rows[record["call"]]
        assert cels[id][0] == "IVR_CALL"
        event = json.loads(cels[id][3])["extra"]
        path = recording.pbx.recordings / record["recording"]
        return Recorded(heard, record, row, cdrs[id], event, path)

    return {
        "left": whole(heard[0], "caller_hung_up"),
        "silent": whole(heard[1], "no_sound"),
    }


BOTH = pytest.mark.parametrize("caller", ["left", "silent"])


async def test_the_notice_comes_first_and_then_the_greeting(
    recorded: Mapping[str, Recorded],
) -> None:
    """The greeting keeps its words after the notice: 您好，腾讯企业 QQ 河南服务中心……"""
    for each in recorded.values():
        assert each.heard.ids[:2] == ["system.recorded", "greeting.ask"]
        assert each.heard.waits[0] == pytest.approx(0.0, abs=0.05)


async def test_both_sides_are_in_the_recording_as_they_were_on_the_wire(
    recording: Lab, recorded: Mapping[str, Recorded], tmp_path: Path
) -> None:
    """The caller's own recording is the reference: the same sound at the same times."""
    recorded["left"].heard.recording.save_wav(tmp_path / "caller.wav")
    (said, told), (spoken, heard) = sides(recorded["left"].path), sides(tmp_path / "caller.wav")
    pairs = zip(halves(said), halves(spoken), strict=True)
    (first, lag), (second, _) = [likeness(ours, theirs) for ours, theirs in pairs]
    assert min(first, second) > SAME
    kept, wanted = prompts_in(told, recording), prompts_in(heard, recording)
    assert [(one.id, one.complete) for one in kept] == [(one.id, one.complete) for one in wanted]
    assert min(one.correlation for one in kept if one.complete) > SAME
    assert [one.correlation for one in kept] == pytest.approx(
        [one.correlation for one in wanted], abs=0.01
    )
    assert [one.start for one in kept] == pytest.approx(
        [one.start + lag for one in wanted], abs=TOLERANCE_SECONDS
    )


async def test_a_caller_who_sends_no_packet_is_recorded_as_silence(
    recording: Lab, recorded: Mapping[str, Recorded]
) -> None:
    """The hotline's side is recorded to its end all the same."""
    caller, hotline = sides(recorded["silent"].path)
    assert not caller.any()
    heard, kept = recorded["silent"].heard.prompts, prompts_in(hotline, recording)
    assert [(one.id, one.complete) for one in kept] == [(one.id, one.complete) for one in heard]
    assert [one.start - kept[0].start for one in kept] == pytest.approx(
        [one.start - heard[0].start for one in heard], abs=TOLERANCE_SECONDS
    )


@BOTH
async def test_the_records_know_the_file_and_its_checksum(
    recording: Lab, recorded: Mapping[str, Recorded], caller: str
) -> None:
    """The file that Asterisk wrote during the call is gone from ``incoming``."""
    each = recorded[caller]
    assert each.record["recording"] == each.row["file"]
    assert each.row["sha256"] == hashlib.sha256(each.path.read_bytes()).hexdigest()
    assert each.row["octets"] == each.path.stat().st_size
    assert each.row["seconds"] == pytest.approx(each.record["seconds"], abs=0.3)
    assert list((recording.pbx.recordings / "incoming").iterdir()) == []


async def test_a_ticket_names_the_recording_of_its_call(
    recording: Lab, recorded: Mapping[str, Recorded]
) -> None:
    """The number of the ticket is also in the CDR."""
    (ticket,) = recording.service.rows(tickets_table)
    assert ticket["recording"] == recorded["left"].record["recording"]
    assert f" tickets={ticket['number']} " in recorded["left"].userfield


@BOTH
async def test_cdr_and_cel_have_outcome_tickets_and_rows_of_the_call(
    recorded: Mapping[str, Recorded], caller: str
) -> None:
    """They stand in CDR(userfield) and in the event IVR_CALL, whichever side hung up."""
    record, told = recorded[caller].record, recorded[caller].userfield
    assert told.startswith(f"outcome={record['outcome']} tickets=")
    assert told.endswith(f" rows={'+'.join(record['rows'])}")
    assert recorded[caller].event == told


async def test_a_call_is_recorded_unless_the_caller_refuses(
    root: Path,
) -> None:
    """A caller refuses by key during the notice; then no file exists and no record names one."""
    async with laboratory(
        root, max_calls=5, settings={"IVR_RECORDING__MODE": "consent", **ROOM}
    ) as lab:
        agrees = script("system.recorded_unless", lab, Silence(3.0), HangUpStep())
        refuses = [Silence(2.0), Digits("0"), *agrees]
        agreed, refused = await asyncio.gather(call(lab, *agrees), call(lab, *refuses))
        assert refused.ids[:3] == ["system.recorded_unless", "system.not_recorded", "greeting.ask"]
        assert agreed.ids[:2] == ["system.recorded_unless", "greeting.ask"]
        assert len(await lab.service.logged("recording_kept", 1)) == 1
        (row,) = lab.service.rows(recordings_table)
        kept = prompts_in(sides(lab.pbx.recordings / row["file"])[1], lab)
        assert [one.id for one in kept][:1] == ["greeting.ask"]
        references = [record["recording"] for record in await lab.service.records(2)]
        assert sorted(references, key=str) == [row["file"], None]


async def test_a_full_disk_stops_recordings_and_no_calls(root: Path) -> None:
    """The caller does not hear the notice, and the log says that the call is not recorded."""
    async with laboratory(
        root,
        max_calls=5,
        settings={"IVR_RECORDING__MODE": "on", "IVR_RECORDING__MIN_FREE_GB": "1e9"},
    ) as lab:
        heard = await call(lab, Silence(3.0), HangUpStep())
        assert heard.ids[0].startswith("greeting.ask")
        assert await lab.service.logged("recording_stopped", 1)
        assert await lab.service.logged("call_not_recorded", 1)
        (record,) = await lab.service.records(1)
        assert record["recording"] is None
        assert [path for path in lab.pbx.recordings.rglob("*") if path.is_file()] == []
