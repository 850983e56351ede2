"""A picture of a call on one time axis: waveforms of both directions, words and waits."""

from collections.abc import Iterator
from html import escape

import numpy as np

from ivr.hearing.frames import RATE
from ivr.scenario.seen import CallSound, Seen
from ivr.scenario.verdict import ScenarioVerdict
from ivr.translation import tr

WIDTH, LANE, AXIS, MARGIN = 1160, 64, 22, 70
"""Sizes in pixels: the picture's width, a waveform's height, the axis's height, and the width of
the names on the left."""
LOUD = 2 / 32768
"""Factor from a 16-bit sample to its height in the picture. Height 1.0 is the edge of the
waveform's lane; half of full scale reaches it."""
_STYLE = """
.ground{fill:#fafafa;stroke:#ddd}
.wave{stroke-width:1;fill:none}.wave.bot{stroke:#1d4ed8}.wave.caller{stroke:#b45309}
.zero{stroke:#ccc}.tick{stroke:#e5e5e5}.bye{stroke:#b91c1c;stroke-width:2}
.as-wanted{fill:#dbeafe;fill-opacity:.5}.unwanted{fill:#fecaca;fill-opacity:.6}
.act{fill:#fef3c7;fill-opacity:.6}.wait{stroke:#17803d;fill:none}.wrong{stroke:#b91c1c}
text{font:10px system-ui,"Noto Sans CJK SC",sans-serif;fill:#333}
.seconds{text-anchor:middle;fill:#666}.who{font-size:12px}
"""


def svg(verdict: ScenarioVerdict) -> str:
    """Return a picture of the call of ``verdict`` as SVG, for a file or inside an HTML page.

    It shows both directions as waveforms, with words and waits. Its texts are escaped for HTML.
    """
    scale = _Scale(max(verdict.seen.ended, 1.0))
    height = 2 * LANE + AXIS + 34
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="call" viewBox="0 0 {WIDTH} {height}" '
        f'role="img" aria-label="{escape(verdict.scenario.name, quote=True)}">',
        f"<style>{_STYLE}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{height}"/>',
        *_prompts(verdict, scale),
        *_acts(verdict.seen, scale),
        *_lane(verdict.seen.bot_sound, scale, 0, "bot"),
        *_lane(verdict.seen.caller_sound, scale, LANE + 34, "caller"),
        *_waits(verdict, scale),
        *_axis(verdict.seen, scale, height),
        "</svg>",
    ]
    return "\n".join(parts)


class _Scale:
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.pixels = WIDTH - MARGIN - 12

    def x(self, time: float) -> float:
        """Return the horizontal position, in pixels, of ``time`` (seconds after the answer)."""
        return MARGIN + self.pixels * min(max(time / self.seconds, 0.0), 1.0)


def _lane(sound: CallSound, scale: _Scale, top: int, who: str) -> Iterator[str]:
    middle = top + LANE / 2 + 8
    yield f'<text class="who" x="4" y="{middle + 4:.0f}">{tr(who)}</text>'
    yield f'<line class="zero" x1="{MARGIN}" x2="{WIDTH - 12}" y1="{middle}" y2="{middle}"/>'
    if not len(sound.samples):
        return
    # For each pixel the highest and the lowest sample, so that a minute stays readable.
    columns = max(2, round(scale.x(sound.start + len(sound.samples) / RATE) - scale.x(sound.start)))
    edges = np.linspace(0, len(sound.samples), columns, endpoint=False).astype(np.int64)
    most = np.maximum.reduceat(sound.samples, edges) * LOUD
    least = np.minimum.reduceat(sound.samples, edges) * LOUD
    half = LANE / 2 - 10
    first = scale.x(sound.start)
    marks = [
        f"M{first + n:.0f} {middle - min(high, 1) * half:.1f}V{middle - max(low, -1) * half:.1f}"
        for n, (high, low) in enumerate(zip(most, least, strict=True))
        if high - low > 0.01
    ]
    yield f'<path class="wave {who}" d="{"".join(marks)}"/>'


def _prompts(verdict: ScenarioVerdict, scale: _Scale) -> Iterator[str]:
    wanted = {id(spoken): step for step, spoken in verdict.heard.items()}
    for spoken in verdict.seen.spoken:
        kind = "as-wanted" if id(spoken) in wanted else "unwanted"
        step = wanted.get(id(spoken))
        known = verdict.scenario.steps[step] if step is not None else None
        name = getattr(known, "hears", None) or min(spoken.ids, default="?")
        title = tr("{prompt}: {text} (correlation {correlation:.3f}, {rendering})").format(
            prompt=name,
            text=spoken.text,
            correlation=spoken.correlation,
            rendering=tr(spoken.rendering),
        )
        yield from _box(scale, spoken.start, spoken.end, 0, kind, name, title)


def _acts(seen: Seen, scale: _Scale) -> Iterator[str]:
    for act in seen.acted:
        yield from _box(scale, act.start, act.end, LANE + 34, "act", act.what, act.what)


def _box(
    scale: _Scale, start: float, end: float, top: int, kind: str, name: str, title: str
) -> Iterator[str]:
    left, right = scale.x(start), scale.x(end)
    width = max(right - left, 2.0)
    shown = name if len(name) * 5.5 < width + 8 else name[: max(1, int(width / 5.5))] + "…"
    yield (
        f'<g><title>{escape(title)}</title><rect class="{kind}" x="{left:.1f}" y="{top + 2}" '
        f'width="{width:.1f}" height="{LANE}"/>'
        f'<text class="name" x="{left + 2:.1f}" y="{top + 12}">{escape(shown)}</text></g>'
    )


def _waits(verdict: ScenarioVerdict, scale: _Scale) -> Iterator[str]:
    y = LANE + 18
    for wait in verdict.waits:
        left, right = scale.x(wait.start), scale.x(wait.start + wait.seconds)
        kind = "wait" if wait.good else "wait wrong"
        ends = f"M{left:.1f} {y - 5}v10M{right:.1f} {y - 5}v10"
        yield f'<path class="{kind}" d="M{left:.1f} {y}H{right:.1f}{ends}"/>'
        if wait.wanted is not None or not wait.good:
            x, seconds = (left + right) / 2, f"{wait.seconds:.2f} s"
            yield f'<text class="seconds" x="{x:.1f}" y="{y - 7}">{seconds}</text>'


def _axis(seen: Seen, scale: _Scale, height: int) -> Iterator[str]:
    every = next(step for step in (1, 2, 5, 10, 20, 60) if scale.seconds / step <= 20 or step == 60)
    y = height - AXIS + 6
    for second in range(0, int(scale.seconds) + 1, every):
        x = scale.x(second)
        yield f'<path class="tick" d="M{x:.1f} 0V{y}"/>'
        yield f'<text class="seconds" x="{x:.1f}" y="{y + 12}">{second}</text>'
    x = scale.x(seen.ended)
    bye = tr("the caller hangs up") if seen.ended_by == "caller" else tr("the bot hangs up")
    yield f'<path class="bye" d="M{x:.1f} 0V{y}"><title>{escape(bye)}</title></path>'
