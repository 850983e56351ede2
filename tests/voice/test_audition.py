"""The page on which voices are compared."""

from dataclasses import replace
from pathlib import Path

import pytest

from ivr.dialogue.row import Prompt
from ivr.voice.audition import audition_page
from ivr.voice.check import check_prompts
from ivr.voice.comparison import ComparedVoice, SpokenSentence, VoiceComparison
from ivr.voice.espeak import Espeak
from ivr.voice.render import render_prompts
from ivr.voice.trial_sentences import TrialSentence
from ivr.voice.voices import licence_of
from ivr.words.catalogue import Catalogue, Licence
from tests.html import ReadPage
from tests.voice.rendered_sheet import Rendered
from tests.voice.test_commands import run

HOSTILE = "</td><script>alert('x')</script>"
SENTENCES = [
    TrialSentence("greeting.ask", Prompt("greeting", "ask", "您好"), "the letters"),
    TrialSentence("hold.ask", Prompt("hold", "ask", "请您稍等"), "the question"),
]


def page(few: Rendered, *voices: ComparedVoice, licence: Licence | None = None) -> ReadPage:
    """Return the page with these voices, of a set of prompts with ``licence``."""
    catalogue = Catalogue.load(few.directory)
    if licence is not None:
        catalogue = Catalogue(few.directory, replace(catalogue.manifest, licence=licence))
    report = check_prompts(few.directory, few.sheet, pieces=())
    comparison = VoiceComparison(SENTENCES, voices, ["take_note.ask"])
    return ReadPage(audition_page(few.sheet, catalogue, report, comparison))


def speaking(few: Rendered, name: str, licence: Licence) -> ComparedVoice:
    alaw = few.files()["zh/ivr/hold-ask.alaw"]
    spoken = {one.id: SpokenSentence(one.prompt.text, alaw) for one in SENTENCES}
    return ComparedVoice(name, f"{name} · a woman", licence, sentences=spoken)


@pytest.mark.slow
def test_each_voice_has_a_player_and_a_waveform_for_each_sentence(few: Rendered) -> None:
    without = page(few)
    both = page(few, speaking(few, "one", Licence()), speaking(few, "two", Licence()))
    for tag in ("audio", "svg"):
        assert _count(both, tag) == _count(without, tag) + 2 * len(SENTENCES)
    assert _count(both, "th") == 2 + len(SENTENCES)
    assert both.text.count("one · a woman") == 1
    assert "take_note.ask" in both.text
    sources = [value for value in both.values if value.startswith(("data:", "http"))]
    assert all(value.startswith("data:audio/flac;base64,") for value in sources)
    seconds = len(few.files()["zh/ivr/hold-ask.alaw"]) / 8000
    assert f"{seconds:.2f} s" in both.text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "said", "red"),
    [
        ("baker", "commercial use: no", True),
        ("melo", "commercial use: yes", False),
        ("edge", "commercial use: the licence does not say", False),
    ],
)
def test_licences_are_told_in_plain_words(few: Rendered, name: str, said: str, red: bool) -> None:
    licence = licence_of(name)
    shown = page(few, speaking(few, name, licence), licence=licence)
    assert shown.text.count(licence.terms) == 2  # of the prompts, and of the voice
    assert shown.text.count(said) == 2
    assert (
        shown.values.count("bad") > page(few, licence=Licence("", True)).values.count("bad")
    ) == red


@pytest.mark.slow
def test_a_voice_that_fails_says_why(few: Rendered) -> None:
    silent = ComparedVoice("silent", "", Licence(), failure="its model is damaged")
    partly = speaking(few, "partly", Licence())
    failed = {"hold.ask": SpokenSentence("请您稍等", failure="no reading for 稍")}
    partly = replace(partly, sentences={**partly.sentences, **failed})
    shown = page(few, silent, partly)
    assert shown.text.count("its model is damaged") == 1
    assert shown.text.count("no reading for 稍") == 1
    assert shown.text.count("no sound") == len(SENTENCES)
    assert _count(shown, "audio") == _count(page(few), "audio") + 1


def test_the_page_escapes_voices_and_licences(few: Rendered) -> None:
    voice = ComparedVoice(HOSTILE, HOSTILE, Licence(HOSTILE), failure=HOSTILE)
    shown = page(few, voice, licence=Licence(HOSTILE))
    assert _count(shown, "script") == 0
    assert shown.text.count(HOSTILE) >= 5


def test_a_prompt_without_a_file_is_not_rendered(copied: Rendered) -> None:
    before = page(copied)
    (copied.directory / "zh/ivr-slow/hold-ask.alaw").unlink()
    assert _count(page(copied), "audio") == _count(before, "audio") - 1


@pytest.mark.slow
def test_the_command_shows_the_voices_of_the_machine(
    copied: Rendered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("IVR_VOICES", str(tmp_path / "voices"))
    render_prompts(copied.sheet, copied.directory, Espeak(), pieces=())
    out = tmp_path / "page.html"
    arguments = ("sheet", "--no-pieces", "--out", out, "--sheet", copied.path)
    assert run(*arguments).exit_code == 0
    assert "Voices side by side" not in out.read_text("utf-8")  # espeak is alone
    (tmp_path / "voices" / "gone").mkdir(parents=True)
    (tmp_path / "voices" / "gone" / "voice.json").write_text("{", encoding="utf-8")
    assert run(*arguments).exit_code == 0
    shown = ReadPage(out.read_text("utf-8"))
    assert "Voices side by side" in shown.text
    assert "run `ivr voices fetch gone --again`" in shown.text
    copied.path.with_name("values.toml").write_text("[meanings", encoding="utf-8")
    result = run(*arguments)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


def _count(shown: ReadPage, tag: str) -> int:
    return sum(element[0] == tag for element in shown.elements)
