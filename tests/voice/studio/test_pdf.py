"""The PDF has the words of the script, in the standard Chinese font or in an embedded one."""

import base64
import re
import zlib
from pathlib import Path

import matplotlib
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from ivr.etiquette.sheet import Sheet
from ivr.voice import VoiceError
from ivr.voice.studio.pdf import write_script
from ivr.voice.studio.script import StudioScript, studio_script


@pytest.fixture
def script(excerpt_sheet: Sheet) -> StudioScript:
    return studio_script(excerpt_sheet, pieces=False)


def streams(pdf: bytes) -> list[bytes]:
    """Return the contents of all streams, unpacked."""
    packed = re.findall(rb"/ASCII85Decode.*?stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    return [zlib.decompress(base64.a85decode(one.strip(), adobe=True)) for one in packed]


def shown(pdf: bytes) -> str:
    """Return the text of all pages that is in the standard Chinese font."""
    named = re.search(rb"/Name /(F\d+)[^>]*/Subtype /Type0", pdf)
    assert named is not None
    texts, chinese = [], False
    for one in streams(pdf):
        for font, text in re.findall(rb"/(F[\d+]+) [\d.]+ Tf|\(((?:\\.|[^\\)])*)\) Tj", one):
            chinese = font == named[1] if font else chinese
            if chinese and not font:
                texts.append(re.sub(rb"\\([0-7]{3}|.)", _sign, text, flags=re.DOTALL))
    return b"".join(texts).decode("utf-16-be")


def han(text: str) -> str:
    """Return the Han characters of a text."""
    return re.sub(r"[^\u4e00-\u9fff]", "", text)


def _sign(match: re.Match[bytes]) -> bytes:
    sign = match[1]
    if sign.isdigit():
        return bytes([int(sign, 8)])
    return {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}.get(sign, sign)


def test_every_line_is_in_the_pdf(script: StudioScript, tmp_path: Path) -> None:
    path = tmp_path / "script.pdf"
    write_script(script, path)
    pdf = path.read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert b"/STSong-Light" in pdf
    text = han(shown(pdf))
    assert all(han(line.text) in text for line in script.lines)
    assert len(pdf) < 100_000


def test_fragments_stand_beside_each_other(excerpt_sheet: Sheet, tmp_path: Path) -> None:
    path = tmp_path / "script.pdf"
    hours = studio_script(excerpt_sheet, only="hours")
    write_script(hours, path)
    assert path.read_bytes().count(b"/Type /Page\n") <= 3
    assert all(line.spoken in shown(path.read_bytes()) for line in hours.lines[:20])


@pytest.fixture(scope="module")
def font(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A TrueType font whose Chinese characters are all boxes."""
    path = tmp_path_factory.mktemp("font") / "boxes.ttf"
    signs = [
        *range(0x20, 0x7F),
        *range(0x3000, 0x3020),
        *range(0x4E00, 0x9FA6),
        *range(0xFF00, 0xFF60),
    ]
    names = [".notdef", *(f"u{sign:04X}" for sign in signs)]
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for corner in ((100, 800), (900, 800), (900, 0)):
        pen.lineTo(corner)
    pen.closePath()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(dict(zip(signs, names[1:], strict=True)))
    builder.setupGlyf(dict.fromkeys(names, pen.glyph()))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (1000, 100)))
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": "Boxes", "styleName": "Regular", "psName": "Boxes"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)
    return path


@pytest.mark.slow
def test_a_font_is_embedded(script: StudioScript, tmp_path: Path, font: Path) -> None:
    path = tmp_path / "script.pdf"
    write_script(script, path, font=font)
    pdf = path.read_bytes()
    assert b"/FontFile2" in pdf
    assert b"/STSong-Light" not in pdf


def test_a_font_without_chinese_is_refused(script: StudioScript, tmp_path: Path) -> None:
    font = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    with pytest.raises(VoiceError, match="has no Chinese characters: name another, or none"):
        write_script(script, tmp_path / "script.pdf", font=font)


@pytest.mark.parametrize("content", [None, b"no font", b"OTTO" + bytes(100)])
def test_a_file_that_is_no_font_is_refused(
    script: StudioScript, tmp_path: Path, content: bytes | None
) -> None:
    font = tmp_path / "font.ttf"
    if content is not None:
        font.write_bytes(content)
    with pytest.raises(VoiceError, match=r"font\.ttf cannot be used"):
        write_script(script, tmp_path / "script.pdf", font=font)
