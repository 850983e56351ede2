"""The script of a studio session as a PDF file for printing.

Chinese fonts are large, so none is shipped. Without a font file, the PDF names the standard font
STSong-Light, and the program that shows or prints the PDF takes a Chinese font of its own computer.
Latin letters and pinyin are in DejaVu Sans, which matplotlib brings, and are always embedded.
"""

import re
from itertools import chain
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from matplotlib import get_data_path
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

from ivr.translation import tr
from ivr.voice import VoiceError
from ivr.voice.studio.page import script_summary, script_title, session_advice
from ivr.voice.studio.script import ScriptLine, ScriptSection, StudioScript, words_around

_STANDARD_FONT, _EMBEDDED_FONT, _LATIN_FONT = "STSong-Light", "embedded", "latin"
_CHINESE = re.compile("[\u2e80-\ufffd]+")
"""Characters of the Chinese font: Han characters and full-width punctuation."""
_FAINT, _AROUND, _ACCENT = "#66707c", "#98a1ab", "#1f6f8b"
_MARGIN = 15 * mm
_WIDTH = A4[0] - 2 * _MARGIN - 12
"""Width of the text in points: the library leaves 6 points beside each margin."""
_NUMBER_WIDTH = 12 * mm
_SHORT_COLUMNS = 3
"""Number of columns of a section whose lines are single words."""
_TABLE_STYLE = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor("#d5dae0")),
]


def write_script(
    script: StudioScript, path: Path, *, font: Path | None = None, slow: bool = False
) -> None:
    """Write the script as a PDF file to ``path``.

    ``font`` is a TrueType file (ttf or ttc) with Chinese characters that is embedded. ``slow`` says
    that the session is for the slow rendering. Raise VoiceError if the font cannot be used, and
    OSError if the file cannot be written.
    """
    printed = _Printed(_chinese_font(font))
    document = SimpleDocTemplate(
        str(path),
        pagesize=A4,
        title=script_title(script),
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
    )
    story = printed.story(script, slow)
    document.build(story, onFirstPage=_page_number, onLaterPages=_page_number)


def _chinese_font(font: Path | None) -> str:
    """Register the fonts with reportlab; return the name of the Chinese one there.

    ``font`` is a TrueType file; without it the font is the standard font STSong-Light. Raise
    VoiceError if the file cannot be used or has no Chinese characters.
    """
    registerFont(TTFont(_LATIN_FONT, str(Path(get_data_path()) / "fonts/ttf/DejaVuSans.ttf")))
    if font is None:
        registerFont(UnicodeCIDFont(_STANDARD_FONT))
        return _STANDARD_FONT
    try:
        file = TTFont(_EMBEDDED_FONT, str(font))
    except (TTFError, OSError) as error:
        raise VoiceError(
            tr("the font {font} cannot be used ({error}): name a TrueType file, or none").format(
                font=font, error=error
            )
        ) from None
    if ord("您") not in file.face.charToGlyph:
        raise VoiceError(
            tr("the font {font} has no Chinese characters: name another, or none").format(font=font)
        )
    registerFont(file)
    return _EMBEDDED_FONT


def _page_number(canvas: Any, document: Any) -> None:
    canvas.setFont(_LATIN_FONT, 8)
    canvas.drawRightString(A4[0] - _MARGIN, 8 * mm, str(document.page))


def _style(size: int, color: str = "#000000", **more: Any) -> ParagraphStyle:
    """Return a paragraph style; ``size`` is that of the letters, in points."""
    return ParagraphStyle(
        f"{size} {color}",
        fontName=_LATIN_FONT,
        fontSize=size,
        leading=1.5 * size,
        textColor=HexColor(color),
        **more,
    )


_PLAIN, _SMALL, _ID = _style(9), _style(8, _FAINT), _style(6, _FAINT)
_TITLE, _HEADING = _style(18), _style(13, _ACCENT, spaceBefore=14, keepWithNext=1)
_WORDS, _SPOKEN = _style(18, wordWrap="CJK"), _style(12, _ACCENT, wordWrap="CJK")


class _Printed:
    """The maker of the parts of the document; all Chinese characters are in one font."""

    def __init__(self, chinese_font: str) -> None:
        self._font = chinese_font

    def story(self, script: StudioScript, slow: bool) -> list[Any]:
        """Return all parts of the document in order, for reportlab.

        ``slow`` says that the script is for the slow rendering.
        """
        parts: list[Any] = [
            self._text(script_title(script), _TITLE),
            self._text(script_summary(script), _SMALL),
            Spacer(0, 8),
        ]
        for number, sentence in enumerate(session_advice(slow=slow), 1):
            parts.append(self._text(f"{number}. {sentence}", _PLAIN))
        for section in script.sections:
            parts += self._section(section)
        return parts

    def _text(self, text: str, style: ParagraphStyle) -> Paragraph:
        if not text.isascii():
            style = ParagraphStyle(style.name, style, wordWrap="CJK")
        return Paragraph(self._marked_up(text), style)

    def _marked_up(self, text: str) -> str:
        """Return ``text`` in reportlab's markup, with the Chinese font for Chinese characters."""
        font = rf'<font name="{self._font}">\g<0></font>'
        return _CHINESE.sub(font, escape(text))

    def _section(self, section: ScriptSection) -> list[Any]:
        parts = [self._text(f"{section.row} {section.title}".strip(), _HEADING)]
        if section.advice:
            parts.append(self._text(section.advice, _SMALL))
        cells = [
            [self._text(str(line.number), _SMALL), self._line(line, section)]
            for line in section.lines
        ]
        columns = _SHORT_COLUMNS if section.short else 1
        starts = range(0, len(cells), columns)
        rows = [[*chain.from_iterable(cells[at : at + columns])] for at in starts]
        rows[-1] += [""] * (2 * columns - len(rows[-1]))
        widths = [_NUMBER_WIDTH, _WIDTH / columns - _NUMBER_WIDTH] * columns
        return [*parts, Table(rows, colWidths=widths, style=_TABLE_STYLE)]

    def _line(self, line: ScriptLine, section: ScriptSection) -> list[Paragraph]:
        """Return the paragraphs that print one line of the script.

        They are its words, the words spelt out if necessary, how to say them, and its ids.
        """
        words = "".join(
            part if read else f'<font color="{_AROUND}">{part}</font>'
            for part, read in ((self._marked_up(words), read) for words, read in words_around(line))
        )
        if line.reading:
            words += f' <font size="10" color="{_ACCENT}">{escape(line.reading)}</font>'
        parts = [Paragraph(words, _WORDS)]
        if line.spelt_out:
            parts.append(self._text(line.spoken, _SPOKEN))
        if line.delivery and not section.short:
            parts.append(self._text(line.delivery, _SMALL))
        ids = " = ".join(filter(None, (line.id, ", ".join(line.also))))
        return [*parts, self._text(ids, _ID)]
