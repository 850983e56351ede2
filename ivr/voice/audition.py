"""One page to judge the prompts by: every row with its words, players, levels and waveforms.

The page is a single file that loads nothing from anywhere: sounds are embedded as FLAC, 8 kHz, as
a telephone carries them. Everything from the sheet is escaped.
"""

import base64
import io
from collections.abc import Iterator
from html import escape
from pathlib import Path
from string import Template

import numpy as np
import soundfile

from ivr.dialogue.row import Prompt, Row, fragments
from ivr.etiquette.sheet import Sheet
from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples
from ivr.voice.check import PromptReport
from ivr.voice.standard import HIGHEST_PEAK_DBFS, LEVEL_TOLERANCE_DB, prompt_level
from ivr.words.catalogue import RENDERINGS, Catalogue, RenderedPrompt, Rendering

_PAGE = Path(__file__).with_name("audition.html")
_BARS = 120
_WIDTH, _HEIGHT = 360.0, 44.0
_LABELS: dict[Rendering, str] = {
    "normal": "正常",
    "louder": "加大音量",
    "loudest": "最大音量",
    "slow": "慢速",
}


def audition_page(sheet: Sheet, catalogue: Catalogue, report: PromptReport) -> str:
    """The page as HTML text."""
    rows = [*sheet.rows.values(), sheet.system]
    findings = "".join(f"<li>{escape(problem)}</li>" for problem in report.problems[:50])
    return Template(_PAGE.read_text(encoding="utf-8")).substitute(
        title=escape(sheet.company.get("公司", "Prompts")),
        voice=escape(f"{catalogue.manifest.engine} · {catalogue.manifest.voice}"),
        figures=_figures(report),
        findings=f"<ul class=findings>{findings}</ul>" if findings else "",
        rows="".join(_row(row, catalogue) for row in rows),
    )


def _figures(report: PromptReport) -> str:
    figures = report.figures
    cells = [
        ("prompts", str(figures.prompts)),
        ("present", f"{figures.present_percent:g} %"),
        ("speech", f"{figures.seconds / 60:.0f} min"),
        ("findings", str(len(report.problems))),
    ]
    for rendering, spread in figures.levels.items():
        name = f"{_LABELS[rendering]}: spread · peak"
        cells.append((name, f"{spread.spread_db:.2f} dB · {spread.peak_max_dbfs:.1f} dBFS"))
    return "".join(f"<div><b>{escape(value)}</b>{escape(name)}</div>" for name, value in cells)


def _row(row: Row, catalogue: Catalogue) -> str:
    number = str(row.number) if row.number else "·"
    situation = row.situation or "系统提示（表外）"
    prompts = "".join(
        _prompt(part, catalogue) for prompt in row.prompts() for part in fragments(prompt)
    )
    never = "".join(f"<span class=never>✗ {escape(phrase)}</span>" for phrase in row.never)
    return (
        f'<section id="{escape(row.id)}"><header><span class=number>{number}</span>'
        f"<h2>{escape(situation)}</h2><code>{escape(row.id)}</code></header>"
        f"{never}{prompts}</section>"
    )


def _prompt(prompt: Prompt, catalogue: Catalogue) -> str:
    sounds = "".join(
        _sound(recording, catalogue.samples(prompt.id, rendering))
        for rendering in RENDERINGS
        if (recording := catalogue.manifest.find(prompt.id, rendering)) is not None
    )
    return (
        f"<article><p class=words>{escape(prompt.text)}</p><code>{escape(prompt.id)}</code>"
        f"{sounds or '<p class=bad>not rendered</p>'}</article>"
    )


def _sound(recording: RenderedPrompt, samples: Samples) -> str:
    wanted = prompt_level(recording.rendering, joint=recording.joint)
    good_level = abs(recording.active_level_dbov - wanted) <= LEVEL_TOLERANCE_DB
    measures = [
        (f"{recording.seconds:.2f} s", True),
        (f"{recording.active_level_dbov:.1f} dBov", good_level),
        (f"{recording.peak_dbfs:.1f} dBFS", recording.peak_dbfs <= HIGHEST_PEAK_DBFS),
    ]
    spans = "".join(
        f"<span{'' if good else ' class=bad'}>{escape(text)}</span>" for text, good in measures
    )
    return (
        f"<div class=sound><b>{_LABELS[recording.rendering]}</b>"
        f'<audio controls preload=none src="{_embedded(samples)}"></audio>'
        f"{_waveform(samples)}<span class=measures>{spans}</span></div>"
    )


def _embedded(samples: Samples) -> str:
    file = io.BytesIO()
    soundfile.write(file, samples, RATE, format="FLAC", subtype="PCM_16")
    return f"data:audio/flac;base64,{base64.b64encode(file.getvalue()).decode()}"


def _waveform(samples: Samples) -> str:
    """The loudest sample of each of 120 stretches, as one mirrored outline."""
    heights = [_HEIGHT / 2 * tall for tall in _envelope(samples)]
    step, middle = _WIDTH / _BARS, _HEIGHT / 2
    above = [f"{n * step:.1f},{middle - tall:.1f}" for n, tall in enumerate(heights)]
    below = [f"{n * step:.1f},{middle + tall:.1f}" for n, tall in enumerate(heights)]
    ceiling = _HEIGHT / 2 * 10 ** (HIGHEST_PEAK_DBFS / 20)
    return (
        f'<svg viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class=ceiling d="M0 {middle - ceiling:.1f}H{_WIDTH:g}'
        f'M0 {middle + ceiling:.1f}H{_WIDTH:g}"/>'
        f'<polygon points="{" ".join([*above, *reversed(below)])}"/></svg>'
    )


def _envelope(samples: Samples) -> Iterator[float]:
    for part in np.array_split(np.abs(samples.astype(np.float64)), _BARS):
        yield float(part.max(initial=0.0)) / 32768.0
