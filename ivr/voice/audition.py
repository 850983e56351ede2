"""An HTML page for judging voices and prompts: players, levels and waveforms.

At its top are the same ten sentences in every voice, side by side, with the licences of the voices.
Below are all prompts of the sheet, by row. The page is one file that loads nothing from elsewhere.
It contains the audio as FLAC at 8 kHz, the sample rate of a telephone.
"""

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import soundfile

from ivr.dialogue.row import Prompt, Row, fragments
from ivr.etiquette.sheet import Sheet
from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples, decode_alaw
from ivr.pages import page_template
from ivr.translation import tr
from ivr.voice.check import PromptReport
from ivr.voice.comparison import ComparedVoice, SpokenSentence, VoiceComparison
from ivr.voice.loudness import measure_alaw
from ivr.voice.standard import HIGHEST_PEAK_DBFS, LEVEL_TOLERANCE_DB, prompt_level
from ivr.words.catalogue import RENDERINGS, Catalogue, Licence, RenderedPrompt

_FINDINGS = 50
"""Upper limit for the findings that the page lists; further findings are left out."""
_BARS = 120
"""Number of stretches in the drawing of a waveform; all are equally long."""
_WIDTH, _HEIGHT = 360, 44
"""Width and height of the drawing of a waveform, in units of its SVG."""


@dataclass(frozen=True, slots=True)
class _ShownSound:
    """One rendering of a prompt (normal, louder, loudest or slow), as the page shows it."""

    label: str
    flac_url: str
    outline: str
    """Corners of the waveform's outline, in the format of SVG: ``x,y x,y …``."""
    measures: list[tuple[str, bool]]
    """For each measurement a pair: its text with the unit, and True if it is within its limit."""


@dataclass(frozen=True, slots=True)
class _ShownLicence:
    """A licence, as the page shows it."""

    terms: str
    commercial: str
    """Whether a company may use the voice on its line, in a few words."""
    forbidden: bool
    """True if a company must not use the voice on its line."""


@dataclass(frozen=True, slots=True)
class _ShownVoice:
    """One voice, as a column of the table in which all voices speak the same sentences."""

    voice: ComparedVoice
    licence: _ShownLicence
    sounds: dict[str, _ShownSound]
    """The sentences that the voice speaks, by the id of their prompt."""


def audition_page(
    sheet: Sheet,
    catalogue: Catalogue,
    report: PromptReport,
    comparison: VoiceComparison | None = None,
) -> str:
    """Return an HTML page on which a person can hear and judge the rendered prompts.

    The prompts are those in ``catalogue``, in the order of ``sheet``. ``report`` has the figures
    and findings that are shown at the top. ``comparison`` has the same sentences in several voices;
    if it is None, the page has no table of voices.
    """

    def prompts(row: Row) -> list[Prompt]:
        return [part for prompt in row.prompts() for part in fragments(prompt)]

    def sounds(prompt: Prompt) -> list[_ShownSound]:
        return [
            _shown(recording, catalogue.samples(prompt.id, rendering))
            for rendering in RENDERINGS
            if (recording := catalogue.manifest.find(prompt.id, rendering)) is not None
            and (catalogue.directory / recording.file("alaw")).is_file()
        ]

    return page_template("ivr.voice", "audition.html.j2").render(
        title=sheet.company.get("公司", tr("Prompts")),
        voice=f"{catalogue.manifest.engine} · {catalogue.manifest.voice}",
        licence=_licence(catalogue.manifest.licence),
        comparison=comparison,
        voices=[_voice(voice) for voice in comparison.voices] if comparison else [],
        figures=_figures(report),
        findings=report.problems[:_FINDINGS],
        rows=[*sheet.rows.values(), sheet.system],
        prompts=prompts,
        sounds=sounds,
        waveform={"width": _WIDTH, "height": _HEIGHT, "ceiling": _ceiling()},
    )


def _figures(report: PromptReport) -> list[tuple[str, str]]:
    """Return the figures at the top of the page, each as a pair of its name and its text.

    The figures are the number of prompts, the share of their clips that is present, the minutes of
    speech, the number of findings, and for each rendering (normal, louder, loudest, slow) the
    spread of its levels and its highest peak.
    """
    figures = report.figures
    cells = [
        (tr("prompts"), str(figures.prompts)),
        (tr("present"), f"{figures.present_percent:g} %"),
        (tr("speech"), tr("{minutes:.0f} min").format(minutes=figures.seconds / 60)),
        (tr("findings"), str(len(report.problems))),
    ]
    for rendering, spread in figures.levels.items():
        name = tr("{rendering}: spread · peak").format(rendering=tr(rendering))
        cells.append((name, f"{spread.spread_db:.2f} dB · {spread.peak_max_dbfs:.1f} dBFS"))
    return cells


def _licence(licence: Licence) -> _ShownLicence:
    commercial = {
        True: tr("commercial use: yes"),
        False: tr("commercial use: no. Do not use this voice on the line of a company."),
        None: tr("commercial use: the licence does not say"),
    }
    terms = tr(licence.terms) or tr("not known")
    return _ShownLicence(terms, commercial[licence.commercial], licence.commercial is False)


def _voice(voice: ComparedVoice) -> _ShownVoice:
    sounds = {id: _sentence(voice, one) for id, one in voice.sentences.items() if one.alaw}
    return _ShownVoice(voice, _licence(voice.licence), sounds)


def _sentence(voice: ComparedVoice, sentence: SpokenSentence) -> _ShownSound:
    measured = measure_alaw(sentence.alaw, joint=False)
    samples = decode_alaw(sentence.alaw)
    measures = _measures(**measured, wanted_dbov=prompt_level("normal", joint=False))
    return _ShownSound(voice.name, _flac_url(samples), _outline(samples), measures)


def _shown(recording: RenderedPrompt, samples: Samples) -> _ShownSound:
    measures = _measures(
        recording.seconds,
        recording.active_level_dbov,
        recording.peak_dbfs,
        prompt_level(recording.rendering, joint=recording.joint),
    )
    label = tr(recording.rendering)
    return _ShownSound(label, _flac_url(samples), _outline(samples), measures)


def _measures(
    seconds: float, active_level_dbov: float, peak_dbfs: float, wanted_dbov: float
) -> list[tuple[str, bool]]:
    """Return length, level and peak, each as a pair: a text with the unit, and True if it is good.

    A level is good if it is at most LEVEL_TOLERANCE_DB (1 dB) from ``wanted_dbov``, and a peak if
    it is at most HIGHEST_PEAK_DBFS (-3 dBFS). A length is always good.
    """
    good_level = abs(active_level_dbov - wanted_dbov) <= LEVEL_TOLERANCE_DB
    return [
        (f"{seconds:.2f} s", True),
        (f"{active_level_dbov:.1f} dBov", good_level),
        (f"{peak_dbfs:.1f} dBFS", peak_dbfs <= HIGHEST_PEAK_DBFS),
    ]


def _flac_url(samples: Samples) -> str:
    """Return audio (mono, 8 kHz) as a ``data:`` URL that contains a FLAC file."""
    file = io.BytesIO()
    soundfile.write(file, samples, RATE, format="FLAC", subtype="PCM_16")
    return f"data:audio/flac;base64,{base64.b64encode(file.getvalue()).decode()}"


def _outline(samples: Samples) -> str:
    """Return the outline of a waveform in the format of SVG: ``x,y x,y …``.

    The samples are divided into _BARS (120) equal stretches. Each stretch has two points: its peak
    above the middle line, and the mirror image below that line.
    """
    heights = [_HEIGHT / 2 * tall for tall in _envelope(samples)]
    step, middle = _WIDTH / _BARS, _HEIGHT / 2
    above = [f"{n * step:.1f},{middle - tall:.1f}" for n, tall in enumerate(heights)]
    below = [f"{n * step:.1f},{middle + tall:.1f}" for n, tall in enumerate(heights)]
    return " ".join([*above, *reversed(below)])


def _ceiling() -> str:
    """Return the SVG path of two lines over the waveform that show the highest peak allowed.

    One line is above the middle of the waveform, the other below.
    """
    middle, ceiling = _HEIGHT / 2, _HEIGHT / 2 * 10 ** (HIGHEST_PEAK_DBFS / 20)
    return f"M0 {middle - ceiling:.1f}H{_WIDTH}M0 {middle + ceiling:.1f}H{_WIDTH}"


def _envelope(samples: Samples) -> Iterator[float]:
    """Yield the peak of each of _BARS (120) equal stretches, as a share of full scale (0 to 1)."""
    for part in np.array_split(np.abs(samples.astype(np.float64)), _BARS):
        yield float(part.max(initial=0.0)) / 32768.0
