"""The list of recipes: functions that each make one kind of window (a clip of a caller's line).

A window is made from three things. The order describes it. The seed is a number that determines all
randomness. The stock holds the speakers and the music of a split.
"""

from collections.abc import Callable, Iterator, Sequence
from zlib import crc32

import numpy as np
from numpy.random import Generator

from ivr.lab.corpus import callers, nuisances
from ivr.lab.corpus.line import Order
from ivr.lab.corpus.sources import Split
from ivr.lab.corpus.talk import Stock
from ivr.lab.corpus.window import Window

_VERSION = 2
"""Version of the corpus. Raise it with every change that makes other samples."""

_Recipe = Callable[[Generator, Stock, Order], Window]


def _with_natural_voices(recipe: _Recipe) -> _Recipe:
    """Return the recipe in which all who speak, also in prompts, have natural voices."""
    return lambda random, stock, order: recipe(random, stock.natural(), order)


_RECIPES: dict[str, _Recipe] = {
    "ok": callers.ok,
    "too_quiet": callers.too_quiet,
    "noise": callers.noise_window,
    "hands_free": callers.hands_free,
    "nobody": nuisances.nobody,
    "tone": nuisances.tone_window,
    "music": nuisances.music_window,
    "own_prompt": nuisances.own_prompt,
    "barge_in": nuisances.barge_in_window,
    "dead_line": nuisances.dead_line,
    "no_rtp": nuisances.no_rtp,
    "level": callers.swept,
    "snr": callers.swept,
    "snr_babble": callers.swept,
    "rt60": callers.swept,
    "erl": nuisances.own_prompt,
    "natural_ok": _with_natural_voices(callers.ok),
    "natural_too_quiet": _with_natural_voices(callers.too_quiet),
    "natural_hands_free": _with_natural_voices(callers.hands_free),
    "natural_own_prompt": _with_natural_voices(nuisances.own_prompt),
    "natural_barge_in": _with_natural_voices(nuisances.barge_in_window),
}
CLASSES = ("ok", "too_quiet", "noise", "hands_free", "nobody")
"""Groups of test windows (clips of a caller's line) for conditions that have a row in the sheet of
phone etiquette (prompts/sheet.toml). A row says what to do under its condition."""
NUISANCES = ("tone", "music", "own_prompt")
"""Groups of test windows (clips of a caller's line) with sounds that must not be taken for a
caller."""
CASES = ("barge_in", "dead_line", "no_rtp")
"""Groups of test windows (clips of a caller's line) that measure how soon an event is detected. A
caller interrupts a prompt, the line goes dead, or packets stop."""
NATURAL = tuple(group for group in _RECIPES if group.startswith("natural_"))
"""Groups of windows like those of the same names without ``natural_``, spoken by natural voices.
Only Split.TEST has them."""
SWEEPS: dict[str, tuple[float, ...]] = {
    "level": (-54, -48, -44, -42, -40, -39, -38, -37, -36, -34, -30, -24),
    "snr": (-6, 0, 3, 6, 9, 12, 15, 18, 24),
    "snr_babble": (-6, 0, 3, 6, 9, 12, 15, 18, 24),
    "rt60": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8),
    "erl": (5, 10, 15, 20, 25, 30, 35, 45),
}
"""Values of the varied quantity in each sweep (a series of windows in which one quantity is
varied). ``level`` is the speech level in dBov, ``snr`` and ``snr_babble`` are the SNR in dB.
``rt60`` is the reverberation time in seconds, with a ratio of direct to reverberant energy of -8 to
0 dB. ``erl`` is the echo return loss in dB."""


def orders(per_class: int, groups: Sequence[str] = (*CLASSES, *NUISANCES, *CASES)) -> list[Order]:
    """Return the orders (descriptions) of ``per_class`` windows for each group."""
    return [Order(group, number) for group in groups for number in range(per_class)]


def sweep_orders(per_point: int) -> list[Order]:
    """Return the orders (descriptions) of ``per_point`` windows for each value of each sweep."""
    return [
        Order(quantity, number, value)
        for quantity, values in SWEEPS.items()
        for value in values
        for number in range(per_point)
    ]


def make_window(order: Order, seed: int, stock: Stock) -> Window:
    """Make the window (a clip of a caller's line) that ``order`` describes. ``stock`` has the
    speakers and the music. The same order, ``seed`` and split (development or test) always make the
    same samples."""
    which = crc32(f"{_VERSION} {stock.split} {order.group} {order.value}".encode())
    random = np.random.default_rng([seed, which, order.number])
    return _RECIPES[order.group](random, stock, order)


def windows(
    seed: int,
    split: str,
    per_class: int,
    groups: Sequence[str] = (*CLASSES, *NUISANCES),
    *,
    recorded: bool = True,
) -> Iterator[Window]:
    """Yield ``per_class`` windows of each group. Without ``recorded`` all speech and music is
    synthetic.

    Raise CorpusError if recorded speech or music cannot be fetched.
    """
    stock = Stock.of(Split(split), recorded=recorded)
    for order in orders(per_class, groups):
        yield make_window(order, seed, stock)
