"""``ivr prompts play``, ``install``, ``sheet`` and ``diff``."""

import os
import pwd
import re
import shutil
import socket
from pathlib import Path

import pytest

from ivr.etiquette.sheet import parse_sheet
from ivr.voice import VoiceError
from ivr.voice.audition import audition_page
from ivr.voice.check import check_prompts
from ivr.voice.install import install_prompts
from ivr.voice.play import Destination
from ivr.words.catalogue import Catalogue
from tests.html import ReadPage
from tests.voice.rendered_sheet import COMPANY, PIECES, Rendered
from tests.voice.test_commands import run


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    """Return a directory of Asterisk's sounds with one file that is not a prompt."""
    other = tmp_path / "sounds" / "zh" / "digits" / "1.alaw"
    other.parent.mkdir(parents=True)
    other.write_bytes(b"1")
    return tmp_path / "sounds"


def there(sounds: Path) -> dict[str, bytes]:
    """Return the content of every file, by its path below the directory."""
    return {
        path.relative_to(sounds).as_posix(): path.read_bytes()
        for path in sounds.rglob("*")
        if path.is_file()
    }


def test_install_copies_every_rendering_except_wav(few: Rendered, sounds: Path) -> None:
    done = install_prompts(few.directory, sounds, pwd.getpwuid(os.getuid()).pw_name)
    names = {name for name in few.files() if name.startswith("zh/") and not name.endswith(".wav")}
    assert names == set(done.added)
    assert names | {"zh/digits/1.alaw"} == set(there(sounds))
    assert (sounds / "zh/ivr/hold-ask.sln16").stat().st_mode & 0o777 == 0o644


def test_install_says_what_changed_and_leaves_other_files(copied: Rendered, sounds: Path) -> None:
    install_prompts(copied.directory, sounds)
    (sounds / "zh/ivr/hold-ask.alaw").write_bytes(b"old")
    (sounds / "zh/ivr/gone.alaw").write_bytes(b"gone")
    times = {path: path.stat().st_mtime_ns for path in sounds.rglob("*.sln")}
    done = install_prompts(copied.directory, sounds)
    assert (done.added, done.changed, done.removed) == (
        (),
        ("zh/ivr/hold-ask.alaw",),
        ("zh/ivr/gone.alaw",),
    )
    assert times == {path: path.stat().st_mtime_ns for path in sounds.rglob("*.sln")}


def test_install_refuses_a_file_unlike_the_manifest(copied: Rendered, sounds: Path) -> None:
    before = there(sounds)
    copied.damage("zh/ivr/hold-ask.ulaw", b"junk")
    with pytest.raises(VoiceError, match=r"hold-ask.ulaw is not the file that was rendered"):
        install_prompts(copied.directory, sounds)
    assert before == there(sounds)
    (copied.directory / "zh/ivr/hold-ask.ulaw").unlink()
    assert run("install", "--pbx-sounds", sounds, "--directory", copied.directory).exit_code == 2
    assert before == there(sounds)


def test_install_names_a_missing_directory_and_owner(few: Rendered, sounds: Path) -> None:
    result = run("install", "--pbx-sounds", sounds / "none", "--directory", few.directory)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "there is no directory" in result.stderr
    result = run("install", "--pbx-sounds", sounds, "--owner", "nobody-i-know", "--sheet", few.path)
    assert "cannot be changed" in result.stderr
    result = run("install", "--pbx-sounds", sounds, "--sheet", few.path)
    assert re.search(r"^\d+ added, 0 changed, 0 removed, 0 kept", result.stdout, re.MULTILINE)


def test_diff_shows_old_and_new_words(copied: Rendered) -> None:
    text = copied.text.replace("对不起，我挂线了。", "对不起，我先挂线了。")
    copied.path.write_text(text, encoding="utf-8")
    result = run("diff", "--no-pieces", "--sheet", copied.path)
    assert result.exit_code == 1
    assert (
        "caller_stays_on.goodbye\n  - 对不起，我挂线了。\n  + 对不起，我先挂线了。\n"
        in result.stdout
    )
    assert f"{PIECES[0].id}\n  - 王先生\n" in result.stdout
    run("render", "--no-pieces", "--sheet", copied.path)
    assert run("diff", "--no-pieces", "--sheet", copied.path).stdout == ""


def test_the_page_has_every_prompt_and_needs_no_other_file(few: Rendered, tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    result = run("sheet", "--no-voices", "--no-pieces", "--out", out, "--sheet", few.path)
    assert result.stdout == f"{out} has 12 prompts: open it in a browser\n"
    html = out.read_text(encoding="utf-8")
    for row in few.sheet.values():
        assert row.situation in html
    assert html.count("<audio ") == html.count("<svg ") == 48
    assert not re.search(r"(src|href)=\"(?!data:audio/flac;base64,)", html)
    assert "<script" not in html


def test_the_page_escapes_whatever_the_sheet_says(few: Rendered) -> None:
    hostile = "a&b\"c'd"
    text = few.text.replace("对不起，我挂线了。", hostile.replace('"', '\\"'))
    company = COMPANY.read_text("utf-8").replace("河南服务中心", "&quot;")
    sheet = parse_sheet(text, company)
    catalogue = Catalogue.load(few.directory)
    page = ReadPage(audition_page(sheet, catalogue, check_prompts(few.directory, sheet, pieces=())))
    assert hostile in page.text
    assert "&quot;" in page.text


def test_play_needs_a_player(
    few: Rendered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = run("play", "hold.ask", "--sheet", few.path)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "no audio player: install alsa-utils" in result.stderr
    heard = tmp_path / "heard.wav"
    player = tmp_path / "aplay"
    player.write_text(
        f'#!{shutil.which("sh", path="/bin:/usr/bin")}\nread -r x < "$2"; : > {heard}\n'
    )
    player.chmod(0o755)
    assert run("play", "hold.ask", "--rendering", "slow", "--sheet", few.path).exit_code == 0
    assert heard.exists()


@pytest.mark.parametrize("words", [["nothing.ask"], ["hold.ask", "--rendering", "loud"]])
def test_play_refuses_unknown_prompts_and_renderings(few: Rendered, words: list[str]) -> None:
    result = run("play", *words, "--sheet", few.path)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


def test_play_says_that_the_call_was_not_answered(few: Rendered) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    result = run("play", "hold.ask", "--to", f"sip:700@127.0.0.1:{port}", "--sheet", few.path)
    assert result.exit_code == 2
    assert "700 on 127.0.0.1 did not answer" in result.stderr


def test_sip_addresses() -> None:
    assert Destination.parse("sip:700@pbx") == Destination("700", "pbx", 5060)
    assert Destination.parse("sip:700@pbx:5070").port == 5070
    for wrong in ("700", "sip:@pbx", "sip:700@pbx:0", "sip:700@pbx:99999", "sip:7 0@pbx"):
        with pytest.raises(VoiceError, match="write sip:NUMBER@HOST"):
            Destination.parse(wrong)
