"""Failures of the edge-tts service: what the operator reads, and that no file is half-written."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.voice import VoiceError
from ivr.voice.check import check_prompts
from ivr.voice.edge import Edge, Patience
from ivr.voice.engine import PromptsFailed
from ivr.voice.render import render_prompts
from ivr.words.catalogue import Catalogue
from tests.voice.fake_edge import FakeEdge, serving
from tests.voice.rendered_sheet import Rendered

QUICK = Patience(seconds=0.3, attempts=2, backoff_seconds=0.01)
GENEROUS = replace(QUICK, seconds=10.0)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEdge]:
    with serving(FakeEdge()) as edge:
        monkeypatch.setattr("edge_tts.communicate.WSS_URL", edge.url)
        yield edge


def voice(tmp_path: Path, patience: Patience = GENEROUS) -> Edge:
    return Edge(tmp_path / "cache", patience=patience, seed=1)


@pytest.mark.slow
def test_the_voice_renders_a_whole_set(service: FakeEdge, few: Rendered, tmp_path: Path) -> None:
    service.waits_for = 2
    render_prompts(few.sheet, tmp_path / "out", voice(tmp_path), pieces=())
    assert check_prompts(tmp_path / "out", few.sheet, pieces=(), measure=True).problems == ()
    assert ("您好！请问有什么可以帮助您？", "+0%") in service.asked
    assert ("您好！请问有什么可以帮助您？", "-25%") in service.asked
    assert len(set(service.asked)) == len(service.asked)
    assert 2 <= service.highest_at_once <= 4
    manifest = Catalogue.load(tmp_path / "out").manifest
    assert (manifest.engine, manifest.voice) == ("edge-tts", "zh-CN-XiaoxiaoNeural")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("no audio", "the service sent no audio, 2 times"),
        ("early close", "the service sent no audio, 2 times"),
        ("cut off", "cut off"),
        ("403 always", "the service refused (403): its rules have changed or this clock is wrong"),
        ("wrong type", "the service answered wrongly (Received binary message"),
        ("not audio", "what arrived is not audio"),
        pytest.param("hang", "no complete answer within 0.3 s, 2 times", marks=pytest.mark.slow),
        pytest.param(
            "slow drip", "no complete answer within 0.3 s, 2 times", marks=pytest.mark.slow
        ),
    ],
)
def test_a_failure_is_named_and_leaves_the_old_set(
    service: FakeEdge, copied: Rendered, tmp_path: Path, fault: str, reason: str
) -> None:
    before = copied.files()
    service.fault = fault
    patience = QUICK if fault in ("hang", "slow drip") else GENEROUS
    with pytest.raises(PromptsFailed, match=r"prompts could not be made; the old set") as failed:
        render_prompts(
            copied.sheet, copied.directory, voice(tmp_path, patience), pieces=(), only="hold"
        )
    assert list(failed.value.reasons) == [
        f"hold.{key}{which}"
        for normal in (("", " (louder)", " (loudest)"), (" (slow)",))
        for key in ("ask", "thanks")
        for which in normal
    ]
    assert all(text.startswith(reason) for text in failed.value.reasons.values()), failed.value
    assert before == copied.files()
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_passing_refusal_is_tried_again(service: FakeEdge, few: Rendered, tmp_path: Path) -> None:
    service.fault = "403 at first"
    assert render_prompts(
        few.sheet, tmp_path / "out", voice(tmp_path), pieces=(), only="hold"
    ).rendered


def test_an_unreachable_service_is_named(
    few: Rendered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setattr("edge_tts.communicate.WSS_URL", f"ws://127.0.0.1:{port}/edge?x=x")
    with pytest.raises(PromptsFailed) as failed:
        render_prompts(few.sheet, tmp_path / "out", voice(tmp_path), pieces=(), only="hold.ask")
    assert "cannot be reached" in failed.value.reasons["hold.ask"]


def test_no_more_connections_than_the_service_allows(
    service: FakeEdge, few: Rendered, tmp_path: Path
) -> None:
    service.most_at_once = service.waits_for = 2
    patience = replace(GENEROUS, parallel=2)
    render_prompts(
        few.sheet, tmp_path / "out", voice(tmp_path, patience), pieces=(), only="no_sound"
    )
    assert len(service.asked) == service.connections == 4, "none was refused"
    assert service.highest_at_once == 2


def test_the_next_run_fetches_only_what_is_missing(
    service: FakeEdge, few: Rendered, tmp_path: Path
) -> None:
    render_prompts(few.sheet, tmp_path / "out", voice(tmp_path), pieces=(), only="hold.ask")
    fetched = len(service.asked)
    assert fetched == 2
    render_prompts(few.sheet, tmp_path / "elsewhere", voice(tmp_path), pieces=(), only="hold")
    assert len(service.asked) == 4


def test_an_unknown_voice_is_named(few: Rendered, tmp_path: Path) -> None:
    with pytest.raises(VoiceError, match="name a voice such as zh-CN-XiaoxiaoNeural"):
        render_prompts(few.sheet, tmp_path / "out", Edge(tmp_path, "Xiaoxiao"), pieces=())
